// The commands over CSV files: what they write, and what they say to bad input.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../../..');

describe('commands over CSV files', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(path.join(tmpdir(), 'noodle-commands-'))));
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('rank writes a rank for each test of each cycle', async () => {
    const rows = ['a;1;2020-01-02;0;1', 'b;1;2020-01-01;1;1', 'a;0;;0;2', 'b;;;NaN;2', 'b;1;;0;2'];
    const { status, out } = await run('rank', '--history', ['Name;Duration;LastRun;Verdict;Cycle', ...rows]);
    assert.equal(status, 0);
    assert.deepEqual(out, ['Cycle;Name;Rank', '1;a;1', '1;b;2', '2;b;1', '2;a;2']);
  });

  it('risk scores commits in time order, with labels and without', async () => {
    const head = 'transactionid,commitdate,ns,nm,nf,entropy,la,ld,lt,fix,ndev,pd,npt,exp,rexp,sexp,bug';
    const rows = [
      '9,2006/7/8 9:06,1,2,2,.9,.1,.1,39,0,1,53,1,21,8,11,0',
      '4,2006/1/1 1:00,5,9,40,3,9,2,400,1,9,5,1,2,2,NaN,1',
    ];
    for (const labels of [[], ['--labels', '0.5']]) {
      const { status, out } = await run('risk', '--commits', [head, ...rows], labels);
      assert.equal(status, 0);
      assert.deepEqual(
        out.map((line) => line.split(';')[0]),
        ['transactionid', '4', '9'],
      );
      assert.ok(out.slice(1).every((line) => Number(line.split(';')[1]) > 0 && Number(line.split(';')[1]) < 1));
    }
  });

  it('outcome scores builds and decides, or abstains', async () => {
    const head = 'project,pr_name,build_id,build_duration,build_timestamp,build_result';
    const rows = ['p,PR-1,1,10,1000,FAILURE', 'p,PR-1,2,10,900,ABORTED', 'p,PR-2,1,,NaN,SUCCESS'];
    const { status, out } = await run('outcome', '--builds', [head, ...rows]);
    assert.equal(status, 0);
    assert.equal(out[0], 'project;build_id;pr_name;Score;Decision');
    assert.equal(out.length, 4);
    assert.match(out[1] ?? '', /^p;2;PR-1;0\.\d{6};(fail-likely|fine|don't know)$/);
  });

  const bad: readonly (readonly [what: string, text: readonly string[], args: readonly string[], sentence: RegExp])[] =
    [
      ['a missing column', ['Name;Duration', 'a;1'], [], /has no column Verdict, Cycle: found Name, Duration/],
      ['an empty file', [], [], /is empty: expected a header line/],
      ['an unknown option', ['Name;Duration;Verdict;Cycle'], ['--nope', '1'], /nope/],
      [
        'a folder without a model',
        ['Name;Duration;Verdict;Cycle'],
        ['--model', '/nowhere'],
        /the model was refused: \/nowhere does not hold/,
      ],
      [
        'the model of another',
        ['Name;Duration;Verdict;Cycle'],
        ['--model', path.join(root, 'models/artifacts/change-risk')],
        /the model takes \d+ features/,
      ],
    ];
  for (const [what, text, args, sentence] of bad) {
    it(`rank says what is wrong with ${what}, and writes nothing`, async () => {
      const { status, stderr, isWritten } = await run('rank', '--history', text, args);
      assert.equal(status, 2);
      assert.match(stderr, sentence);
      assert.equal(stderr.trim().split('\n').length, 1);
      assert.equal(isWritten, false);
    });
  }

  async function run(command: string, option: string, lines: readonly string[], args: readonly string[] = []) {
    const [input, output] = [path.join(folder, 'in.csv'), path.join(folder, 'out.csv')];
    await writeFile(input, lines.join('\n'));
    const script = path.join(root, `models/training/${command}-command.ts`);
    const { status, stderr } = spawnSync(process.execPath, [script, option, input, '--out', output, ...args], {
      encoding: 'utf8',
    });
    const isWritten = existsSync(output);
    const out = isWritten ? (await readFile(output, 'utf8')).trimEnd().split('\n') : [];
    return { status, stderr, out, isWritten };
  }
});
