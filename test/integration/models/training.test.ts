// Training and evaluation from end to end, on a small made-up data folder.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { testChangeFeatures } from '../../../models/features/test-change.ts';
import { writeReplayTable, type ReplayRow } from '../../../models/training/replay-file.ts';
import { randomFrom } from '../../../models/learning/metrics.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const names = ['test-failure', 'test-change', 'change-risk', 'build-outcome'];

describe('training', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'noodle-training-'));
    await writeSampleData(folder);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('gives the same files a second time', async () => {
    const runs = ['one', 'two'].map((name) => path.join(folder, name));
    for (const out of runs) assert.equal(run('train', ['--data', folder, '--out', out]).status, 0);
    for (const file of names.flatMap((name) =>
      ['model.onnx', 'card.json', 'explanation.json'].map((each) => path.join(name, each)),
    )) {
      const [one, two] = await Promise.all(runs.map((out) => readFile(path.join(out, file))));
      assert.deepEqual(one, two, file);
    }
  });

  it('is evaluated beside its baselines', async () => {
    const report = path.join(folder, 'EVALUATION.md');
    assert.equal(run('evaluate', ['--data', folder, '--out', report]).status, 0);
    const text = await readFile(report, 'utf8');
    for (const expected of [
      '## Order of tests: suite',
      'shortest first',
      '## Order of tests by change',
      '## Change risk',
      '## Build outcome',
      'as last time',
    ]) {
      assert.ok(text.includes(expected), expected);
    }
  });

  it('says which data it misses, and makes nothing', () => {
    const { status, stderr } = run('train', ['--data', path.join(folder, 'nowhere')]);
    assert.equal(status, 2);
    assert.match(stderr, /nowhere does not exist: expected a folder with test-history/);
  });
});

function run(command: string, args: readonly string[]) {
  return spawnSync(process.execPath, [path.join(root, `models/training/${command}-command.ts`), ...args], {
    encoding: 'utf8',
  });
}

/** Of two repositories, in which the nearest test fails. */
function replayRows(random: () => number): ReplayRow[] {
  return ['express', 'picomatch'].flatMap((repository) =>
    Array.from({ length: 12 }, (_, change) => change).flatMap((change) =>
      Array.from({ length: 8 }, (_, test): ReplayRow => {
        const features = Float32Array.from(testChangeFeatures, () => random());
        const hasFailed = test === change % 8;
        features[0] = hasFailed ? 1 : 3;
        return {
          repository,
          change: `${change}`,
          test: `${test}.js`,
          durationMs: 5,
          hasFailed,
          isImpacted: true,
          features,
        };
      }),
    ),
  );
}

async function writeSampleData(folder: string): Promise<void> {
  const random = randomFrom(11);
  writeReplayTable(path.join(folder, 'replay.csv.gz'), replayRows(random));
  const cycles = Array.from({ length: 40 }, (_, cycle) => cycle).flatMap((cycle) =>
    Array.from({ length: 8 }, (_, test) => `t${test};${test + 1};${Number(random() < test / 20)};${cycle}`),
  );
  const commits = () =>
    Array.from({ length: 150 }, (_, id) => {
      const size = random();
      const measures = Array.from({ length: 14 }, () => (size * 10 * random()).toFixed(3));
      return [id, `2020/1/${1 + (id % 28)} 10:00`, ...measures, Number(random() < size)].join(',');
    });
  const builds = () =>
    Array.from({ length: 150 }, (_, id) =>
      ['p', `PR-${id % 9}`, id, 60, id * 100, random() < 0.4 ? 'FAILURE' : 'SUCCESS'].join(','),
    );
  const measures = 'ns,nm,nf,entropy,la,ld,lt,fix,ndev,pd,npt,exp,rexp,sexp';
  const buildColumns = 'project,pr_name,build_id,build_duration,build_timestamp,build_result';
  const files = {
    'test-history/suite.csv': ['Name;Duration;Verdict;Cycle', ...cycles],
    'change-risk/one.csv': [`transactionid,commitdate,${measures},bug`, ...commits()],
    'change-risk/two.csv': [`transactionid,commitdate,${measures},bug`, ...commits()],
    'build-outcome/one.csv': [buildColumns, ...builds()],
    'build-outcome/two.csv': [buildColumns, ...builds()],
  };
  for (const [name, lines] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), lines.join('\n'));
  }
}
