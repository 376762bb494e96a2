import assert from 'node:assert/strict';
import { ExecutionId, RepoPath, TestId } from '../../../agent/protocol/ids.ts';
import type { TestResult } from '../../../agent/protocol/test.ts';
import { saveExecution } from '../../../agent/store/executions.ts';
import {
  failingCases,
  failingResults,
  fileHistory,
  forgetFiles,
  forgetUnreportedCases,
  knownCases,
  latestCaseResults,
  recallFiles,
  saveTestResults,
  slowestCases,
  testHistory,
  testResultsOf,
} from '../../../agent/store/tests.ts';
import { MemoryDatabase } from '../../rig/memory-database.ts';
import { anExecution, aResult } from '../../rig/recorded.ts';

const cart = RepoPath.parse('src/cart.test.ts');
const cartId = TestId.parse(`vitest:${cart}`);
const adds = `${cartId} > total > adds`;

describe('recorded test results', () => {
  let db: MemoryDatabase;
  beforeEach(async () => (db = await MemoryDatabase.create()));
  afterEach(() => db[Symbol.dispose]());

  it('come back as they were reported, in the order in which they finished', () => {
    const failed = aResult(cart, 'total > adds', {
      status: 'failed',
      durationMs: 1.234,
      atMs: 20.5,
      message: 'expected 90, received 100',
      expected: '90',
      actual: '100',
      stack: 'at total',
      failureAt: { file: RepoPath.parse('src/cart.ts'), line: 41, column: 10 },
      declaredAt: { file: cart, line: 7, column: 3 },
    });
    const elsewhere = aResult(cart, 'shared', {
      atMs: 10,
      name: 'shared (of helpers)',
      declaredAt: { file: RepoPath.parse('test/helpers.ts'), line: 1 },
    });
    save('run-1', [failed, elsewhere]);
    assert.deepEqual(testResultsOf(db, ExecutionId.parse('run-1')), [elsewhere, failed]);
    assert.deepEqual(testResultsOf(db, ExecutionId.parse('run-2')), []);
  });

  it('have texts of a bounded size', () => {
    save('run-1', [
      aResult(cart, 'adds', { status: 'failed', message: 'm'.repeat(20_000), stack: 's'.repeat(70_000) }),
    ]);
    const [result] = testResultsOf(db, ExecutionId.parse('run-1'));
    assert.equal(result?.message, `${'m'.repeat(16_384)}\n… 3616 more characters were cut`);
    assert.equal(result?.stack?.length, 65_536 + '\n… 4464 more characters were cut'.length);
  });

  it('add up for each file, however many calls they come in', () => {
    save('run-1', [aResult(cart, 'total > adds', { durationMs: 10 })], 1000);
    save('run-1', [aResult(cart, 'empty', { durationMs: 30, status: 'failed' })], 1100);
    save('run-2', [aResult(cart, 'total > adds', { durationMs: 20 })], 2000);
    assert.deepEqual(
      fileHistory(db),
      new Map([
        [
          cartId,
          { file: cart, runs: 2, failures: 1, lastStatus: 'passed', lastRunAt: 2000, medianMs: 30, p90Ms: 38, caseCount: 2 },
        ],
      ]),
    );
  });

  it('of a case that is reported again in the same execution replace the earlier ones', () => {
    save('run-1', [aResult(cart, 'total > adds', { status: 'failed', durationMs: 10 })], 1000);
    save('run-1', [aResult(cart, 'total > adds', { status: 'passed', durationMs: 12 })], 1100);
    const [only] = latestCaseResults(db);
    assert.deepEqual(only, {
      id: adds,
      fileId: cartId,
      lastStatus: 'passed',
      lastRunAt: 1100,
      lastExecutionId: 'run-1',
      medianMs: 12,
      runs: 1,
      failures: 0,
      failingSince: null,
    });
    assert.deepEqual([fileHistory(db).get(cartId)?.runs, fileHistory(db).get(cartId)?.failures], [1, 0]);
    assert.equal(testResultsOf(db, ExecutionId.parse('run-1')).length, 1);
  });

  it('tell since when a case fails', () => {
    const since = () => failingCases(db).map(({ failingSince }) => failingSince);
    save('run-1', [aResult(cart, 'total > adds')], 1000);
    assert.deepEqual(since(), []);
    save('run-2', [aResult(cart, 'total > adds', { status: 'failed' })], 2000);
    save('run-3', [aResult(cart, 'total > adds', { status: 'errored' })], 3000);
    assert.deepEqual(since(), [2000]);
    save('run-4', [aResult(cart, 'total > adds')], 4000);
    assert.deepEqual(since(), []);
  });

  it('of skipped tests do not count as runs', () => {
    save('run-1', [aResult(cart, 'total > adds', { durationMs: 10 })], 1000);
    save('run-2', [aResult(cart, 'total > adds', { status: 'skipped', durationMs: 0 })], 2000);
    const [only] = latestCaseResults(db);
    assert.deepEqual([only?.lastStatus, only?.runs, only?.medianMs], ['skipped', 1, 10]);
    assert.deepEqual([fileHistory(db).get(cartId)?.lastStatus, fileHistory(db).get(cartId)?.runs], ['skipped', 1]);
  });

  it('make a history of cases and of files, newest first', () => {
    save(
      'run-1',
      [aResult(cart, 'total > adds', { durationMs: 1.5 }), aResult(cart, 'empty', { status: 'timed_out' })],
      1000,
    );
    save('run-2', [aResult(cart, 'total > adds', { status: 'failed', durationMs: 2 })], 2000);
    assert.deepEqual(testHistory(db, TestId.parse(adds), 9), [
      { status: 'failed', durationMs: 2, finishedAt: 2000 },
      { status: 'passed', durationMs: 1.5, finishedAt: 1000 },
    ]);
    assert.deepEqual(
      testHistory(db, cartId, 9).map(({ status, durationMs }) => [status, durationMs]),
      [
        ['failed', 2],
        ['timed_out', 11.5],
      ],
    );
    assert.equal(testHistory(db, TestId.parse(adds), 1).length, 1);
    assert.deepEqual(testHistory(db, TestId.parse('vitest:no'), 9), []);
  });

  it('make cases known, with their line and last result', () => {
    save('run-1', [
      aResult(cart, 'total > adds', { declaredAt: { file: cart, line: 7 } }),
      aResult(cart, 'empty', { status: 'skipped' }),
    ]);
    assert.deepEqual(knownCases(db).get(cartId), [
      { id: adds, titlePath: ['total', 'adds'], line: 7, lastStatus: 'passed', lastDurationMs: 10 },
      { id: `${cartId} > empty`, titlePath: ['empty'], line: null, lastStatus: 'skipped', lastDurationMs: 10 },
    ]);
  });

  it('forget cases that a whole run of their file did not report, until they are reported again', () => {
    save('run-1', [aResult(cart, 'total > adds', { status: 'failed' }), aResult(cart, 'empty')]);
    save('run-2', [aResult(cart, 'empty')]);
    db.transact((tx) => forgetUnreportedCases(tx, ExecutionId.parse('run-2'), [cartId, TestId.parse('vitest:none')]));
    assert.deepEqual(titles(), ['empty']);
    assert.equal(fileHistory(db).get(cartId)?.caseCount, 1);
    assert.deepEqual(failingResults(db, 9), []);
    save('run-3', [aResult(cart, 'total > adds')]);
    assert.deepEqual(titles(), ['adds', 'empty']);
    assert.equal(testHistory(db, TestId.parse(adds), 9).length, 2);
  });

  it('keep cases that a run of one case did not report', () => {
    save('run-1', [aResult(cart, 'total > adds'), aResult(cart, 'empty')]);
    save('run-2', [aResult(cart, 'empty')]);
    assert.deepEqual(titles(), ['adds', 'empty']);
  });

  it('count a file that did not load as failing until it loads again', () => {
    save('run-1', [aResult(cart, '', { status: 'errored', message: 'Cannot find module' })], 1000);
    assert.deepEqual(
      failingResults(db, 9).map(({ result }) => [result.id, result.name, result.titlePath]),
      [[cartId, cart, []]],
    );
    assert.equal(knownCases(db).size, 0);
    assert.equal(fileHistory(db).get(cartId)?.caseCount, 0);
    save('run-2', [aResult(cart, 'empty')]);
    assert.deepEqual(failingResults(db, 9), []);
    assert.equal(fileHistory(db).get(cartId)?.lastStatus, 'passed');
  });

  it('list what fails now in full, the latest first', () => {
    const first = aResult(cart, 'total > adds', { status: 'failed', message: 'no' });
    const second = aResult(cart, 'empty', { status: 'failed', message: 'no, too' });
    save('run-1', [first], 1000);
    save('run-2', [second], 2000);
    assert.deepEqual(failingResults(db, 9), [
      { result: second, executionId: 'run-2', failingSince: 2000 },
      { result: first, executionId: 'run-1', failingSince: 1000 },
    ]);
  });

  it('of files that are gone are hidden and kept', () => {
    save('run-1', [aResult(cart, 'total > adds', { status: 'failed' })]);
    db.transact((tx) => forgetFiles(tx, [cartId, TestId.parse('vitest:none')]));
    assert.deepEqual(
      [failingCases(db), latestCaseResults(db), failingResults(db, 9), slowestCases(db, 9)],
      [[], [], [], []],
    );
    assert.equal(knownCases(db).size, 0);
    assert.equal(fileHistory(db).get(cartId)?.failures, 1);
    db.transact((tx) => recallFiles(tx, [cartId]));
    assert.equal(failingCases(db).length, 1);
  });

  it('tell the slowest', () => {
    save('run-1', [aResult(cart, 'total > adds', { durationMs: 5 }), aResult(cart, 'empty', { durationMs: 50 })]);
    assert.deepEqual(slowestCases(db, 1), [{ id: `${cartId} > empty`, name: 'empty', durationMs: 50 }]);
  });

  it('replay to the same rows', () => {
    save('run-1', [aResult(cart, 'total > adds', { status: 'failed', message: 'ä' }), aResult(cart, '')]);
    save('run-2', [aResult(cart, 'empty')]);
    db.transact((tx) => forgetUnreportedCases(tx, ExecutionId.parse('run-2'), [cartId]));
    const { original, replay } = db.replayed();
    assert.deepEqual(replay, original);
  });

  function save(id: string, results: readonly TestResult[], finishedAt = 1000): void {
    db.transact((tx) => {
      saveExecution(tx, anExecution(id));
      saveTestResults(tx, ExecutionId.parse(id), results, finishedAt);
    });
  }

  function titles(): string[] {
    return (knownCases(db).get(cartId) ?? []).map(({ titlePath }) => titlePath.at(-1) ?? '').toSorted();
  }
});
