import assert from 'node:assert/strict';
import { RepoPath, TestId } from '../../../agent/protocol/ids.ts';
import type { TestResult } from '../../../agent/protocol/test.ts';
import type { ReportedResult, TestBatch, TestProject } from '../../../agent/tests/adapter.ts';
import { causeOf } from '../../../agent/tests/flakiness/cause.ts';
import { experimentWith } from '../../../agent/tests/flakiness/experiment.ts';
import { mostSuspects, suspectsOf } from '../../../agent/tests/flakiness/suspects.ts';

const file = RepoPath.parse('test/a.js');
const other = RepoPath.parse('test/b.js');
const project: TestProject = {
  framework: 'mocha',
  folder: '',
  files: [file, other],
  configFiles: [],
  args: [],
  foundIn: 'test',
};

function result(title: string, more: Partial<TestResult> = {}): TestResult {
  const id = TestId.parse(`mocha:test/a.js > ${title}`);
  return {
    id,
    file,
    framework: 'mocha',
    name: title,
    titlePath: [title],
    status: 'failed',
    durationMs: 1,
    atMs: 1,
    ...more,
  };
}

/** Answers the re-runs in turn, and remembers the batches. */
function scripted(...statuses: ReportedResult['status'][]) {
  const batches: TestBatch[] = [];
  const run = async (batch: TestBatch): Promise<ReportedResult[]> => {
    batches.push(batch);
    const status = statuses.shift();
    return status === undefined ? [] : [{ file, titlePath: ['adds'], status, durationMs: 1 }];
  };
  return { batches, run };
}

function experiment(run: (batch: TestBatch) => Promise<ReportedResult[]>, predecessors: readonly RepoPath[] = []) {
  return experimentWith({ project, failure: result('adds'), predecessors, isCancelled: () => false, run });
}

describe('suspects', () => {
  const passedBefore = () => 'passed' as const;

  it('are new failures of cases', () => {
    const failed = [result('adds'), result('old'), result('new'), result('file', { titlePath: [] })];
    const before = (id: string) =>
      id.endsWith('adds') ? ('passed' as const) : id.endsWith('old') ? ('failed' as const) : null;
    const found = suspectsOf({ failed, before, isMarked: () => false });
    assert.deepEqual(
      found.map((each) => each.name),
      ['adds'],
    );
  });

  it('are none when many fail at once, but for those that are marked', () => {
    const failed = Array.from({ length: mostSuspects + 2 }, (_, index) => result(`case ${index}`));
    assert.deepEqual(suspectsOf({ failed, before: passedBefore, isMarked: () => false }), []);
    const marked = suspectsOf({ failed, before: passedBefore, isMarked: (id) => id.endsWith('case 1') });
    assert.deepEqual(
      marked.map((each) => each.name),
      ['case 1'],
    );
  });
});

describe('an experiment with a failure', () => {
  it('takes what fails twice alone for broken', async () => {
    const { run, batches } = scripted('failed', 'failed');
    const found = await experiment(run);
    assert.deepEqual([found?.isFlaky, found?.trials, found?.failures, batches.length], [false, 3, 3, 2]);
    assert.deepEqual(batches[0]?.only, [['adds']]);
  });

  it('finds dependence on order by what ran before', async () => {
    const { run, batches } = scripted('passed', 'passed', 'failed');
    const found = await experiment(run, [other]);
    assert.deepEqual([found?.isFlaky, found?.dependsOnOrder], [true, true]);
    assert.deepEqual(batches.at(-1)?.files, [other, file]);
    assert.deepEqual(batches.at(-1)?.only, []);
  });

  it('finds what passes at the second try, and everywhere', async () => {
    const found = await experiment(scripted('failed', 'passed', 'passed', 'passed').run);
    assert.deepEqual([found?.isFlaky, found?.dependsOnOrder, found?.trials, found?.failures], [true, false, 5, 2]);
  });

  it('says nothing of a test that cannot be found alone', async () => {
    assert.equal(await experiment(scripted().run), null);
  });
});

describe('the cause of flakiness', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['listen EADDRINUSE: address already in use :::3000', '', 'resource'],
    ['connect ECONNREFUSED 127.0.0.1:80', 'Math.random()', 'network'],
    ['Timeout of 2000ms exceeded', '', 'time'],
    ['expected 3 to be 4', 'const n = Math.random();', 'randomness'],
    ['assert 3 == 4', 'import random\n', 'randomness'],
    ['expected 3 to be 4', 'setTimeout(check, 5)', 'time'],
    ['expected 3 to be 4', 'add(1, 2)', 'unknown'],
  ];
  for (const [failure, source, cause] of cases) {
    it(`is ${cause} for ${failure || source}`, () =>
      assert.equal(causeOf({ dependsOnOrder: false, failure, source }), cause));
  }

  it('is the order where that was seen', () => {
    assert.equal(causeOf({ dependsOnOrder: true, failure: 'ECONNRESET', source: 'Math.random()' }), 'order');
  });
});
