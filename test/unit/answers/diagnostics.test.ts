import assert from 'node:assert/strict';
import { currentDiagnostics } from '../../../agent/answers/diagnostics.ts';
import type { BuildResult } from '../../../agent/protocol/build.ts';
import { ExecutionId, RepoPath, StepId } from '../../../agent/protocol/ids.ts';
import type { StepProblem } from '../../../agent/protocol/step-problem.ts';
import type { TestResult } from '../../../agent/protocol/test.ts';
import { saveBuildResult, saveTargets } from '../../../agent/store/builds.ts';
import { saveExecution } from '../../../agent/store/executions.ts';
import { saveStepProblems } from '../../../agent/store/step-problems.ts';
import { saveTestResults } from '../../../agent/store/tests.ts';
import { MemoryDatabase } from '../../rig/memory-database.ts';
import { aBuildResult, anExecution, aResult, aTarget } from '../../rig/recorded.ts';

const cart = RepoPath.parse('src/cart.ts');
const test = RepoPath.parse('test/cart.test.ts');

describe('diagnostics', () => {
  let db: MemoryDatabase;
  beforeEach(async () => {
    db = await MemoryDatabase.create();
    db.transact((tx) => saveTargets(tx, [aTarget('core')]));
  });
  afterEach(() => db[Symbol.dispose]());

  it('stand where a test failed, else where it is declared, else in the first line of its file', () => {
    const failed = { status: 'failed', message: 'wrong total' } as const;
    tested('run-1', [
      aResult(test, 'total > adds', { ...failed, failureAt: { file: cart, line: 41, column: 10 }, declaredAt: { file: test, line: 3 } }),
      aResult(test, 'subtracts', { ...failed, declaredAt: { file: test, line: 9 } }),
      aResult(test, '', { status: 'errored' }),
      aResult(test, 'passes'),
    ]);
    assert.deepEqual(places(), {
      'src/cart.ts': ['40:9 total › adds: wrong total'],
      'test/cart.test.ts': ['8:0 subtracts: wrong total', '0:0 test/cart.test.ts: errored'],
    });
  });

  it('compare what was expected with what came, and carry the id of the test', () => {
    const result = aResult(test, 'adds', { status: 'failed', message: 'wrong total', expected: '90', actual: '100' });
    tested('run-1', [result]);
    const [diagnostic] = currentDiagnostics(db, new Map(), () => 0).get(test) ?? [];
    assert.equal(diagnostic?.message, 'adds: wrong total\nexpected 90, received 100');
    assert.equal(diagnostic.code, result.id);
    assert.equal(diagnostic.severity, 'error');
  });

  it('are gone once the test passes', () => {
    tested('run-1', [aResult(test, 'adds', { status: 'failed' })]);
    tested('run-2', [aResult(test, 'adds')]);
    assert.deepEqual(places(), {});
  });

  it('show the problems of the last build that ran, warnings of one that succeeded included', () => {
    const problem = { location: { file: cart, line: 2, column: 5 }, severity: 'warning', message: 'unused', code: 'TS6133' } as const;
    built('run-1', aBuildResult('core', { status: 'failed', problems: [{ ...problem, severity: 'error', message: 'no such name' }] }));
    assert.deepEqual(places(), { 'src/cart.ts': ['1:4 no such name'] });
    built('run-2', aBuildResult('core', { problems: [problem] }));
    assert.deepEqual(places(), { 'src/cart.ts': ['1:4 unused'] });
    assert.equal(currentDiagnostics(db, new Map(), () => 0).get(cart)?.[0]?.code, 'TS6133');
  });

  it('of a build stay when a later one was skipped or stopped, which says nothing of the code', () => {
    const problems: BuildResult['problems'] = [{ location: { file: cart, line: 2 }, severity: 'error', message: 'no such name' }];
    built('run-1', aBuildResult('core', { status: 'failed', problems }));
    for (const [index, status] of (['cancelled', 'skipped', 'timed_out'] as const).entries()) {
      built(`run-${index + 2}`, aBuildResult('core', { status }));
      assert.deepEqual(places(), { 'src/cart.ts': ['1:0 no such name'] }, status);
    }
  });

  it('of a build are those of the last success again once the code is as it was then', () => {
    const at = { location: { file: cart, line: 2 } } as const;
    built('run-1', aBuildResult('core', { problems: [{ ...at, severity: 'warning', message: 'unused' }] }));
    built('run-2', aBuildResult('core', { status: 'failed', problems: [{ ...at, severity: 'error', message: 'no such name' }] }));
    built('run-3', aBuildResult('core', { status: 'unchanged', cached: true }));
    assert.deepEqual(places(), { 'src/cart.ts': ['1:0 unused'] });
    built('run-4', aBuildResult('core', { status: 'failed', problems: [{ ...at, severity: 'error', message: 'no such type' }] }));
    assert.deepEqual(places(), { 'src/cart.ts': ['1:0 no such type'] });
  });

  function tested(id: string, results: readonly TestResult[]): void {
    db.transact((tx) => {
      saveExecution(tx, anExecution(id));
      saveTestResults(tx, ExecutionId.parse(id), results, 1000);
    });
  }

  function built(id: string, result: BuildResult): void {
    db.transact((tx) => {
      saveExecution(tx, anExecution(id));
      saveBuildResult(tx, { executionId: ExecutionId.parse(id), result, inputs: {}, finishedAt: 1000 });
    });
  }

  it('tell of changed lines that no test runs', () => {
    const found = currentDiagnostics(db, new Map([[cart, [[4, 4], [7, 9]]]]), () => 0).get(cart);
    assert.deepEqual(
      found?.map(({ range, message, severity }) => [range.start.line, range.end.line, message, severity]),
      [
        [3, 3, 'No test runs this changed line.', 'information'],
        [6, 8, 'No test runs these 3 changed lines.', 'information'],
      ],
    );
  });

  it('show what a step of a pipeline said last of files that are as they were, and what a build said too once', () => {
    const problem = { location: { file: cart, line: 2, column: 5 }, severity: 'error', message: 'no such name' } as const;
    const said = (id: string, at: number, problems: readonly StepProblem[]) => {
      const executionId = ExecutionId.parse(id);
      db.transact((tx) => {
        saveExecution(tx, anExecution(id));
        saveStepProblems(tx, { pipeline: 'checks', executionId, stepId: StepId.parse('compile'), at, problems });
      });
    };
    said('run-1', 10, [problem, { ...problem, severity: 'information', message: 'look here' }]);
    built('run-2', aBuildResult('core', { status: 'failed', problems: [problem] }));
    assert.deepEqual(places(), { 'src/cart.ts': ['1:4 no such name', '1:4 look here'] });
    assert.equal(currentDiagnostics(db, new Map(), () => 11).get(cart)?.length, 1, 'the file was written after that');
    assert.equal(currentDiagnostics(db, new Map(), () => null).get(cart)?.length, 1, 'the file is gone');
    said('run-3', 20, []);
    assert.deepEqual(places(), { 'src/cart.ts': ['1:4 no such name'] });
  });

  /** `line:character message` of each diagnostic, by file. */
  function places(): Record<string, string[]> {
    return Object.fromEntries(
      [...currentDiagnostics(db, new Map(), () => 0)].map(([file, diagnostics]) => [file, diagnostics.map(({ range, message }) => `${range.start.line}:${range.start.character} ${message}`)]),
    );
  }
});
