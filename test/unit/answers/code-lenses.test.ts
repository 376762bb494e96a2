import assert from 'node:assert/strict';
import { codeLensesOf } from '../../../agent/answers/code-lenses.ts';
import type { Graph } from '../../../agent/graph/graph.ts';
import type { Planner } from '../../../agent/pipelines/planner.ts';
import type { LineRange } from '../../../agent/protocol/change-set.ts';
import { failure, success } from '../../../agent/protocol/failure.ts';
import { ExecutionId, RepoPath, TestId } from '../../../agent/protocol/ids.ts';
import { saveExecution } from '../../../agent/store/executions.ts';
import { saveTestResults } from '../../../agent/store/tests.ts';
import { MemoryDatabase } from '../../rig/memory-database.ts';
import { anExecution, aResult } from '../../rig/recorded.ts';

const cart = RepoPath.parse('src/cart.ts');
const reachedTest = TestId.parse('vitest:test/cart.test.ts');

const symbols = [
  { name: 'Cart', kind: 'class', startLine: 1, endLine: 30 },
  { name: 'add', kind: 'method', startLine: 5, endLine: 10 },
  { name: 'total', kind: 'method', startLine: 12, endLine: 20 },
  { name: 'discount', kind: 'function', startLine: 40, endLine: 45 },
];

describe('code lenses', () => {
  let db: MemoryDatabase;
  let reached: TestId[];
  beforeEach(async () => {
    db = await MemoryDatabase.create();
    reached = [reachedTest];
  });
  afterEach(() => db[Symbol.dispose]());

  it('stand on the changed functions, in order, with the tests that the file reaches', async () => {
    assert.deepEqual(await lensesFor([[41, 41], [13, 14]]), [
      { line: 12, name: 'total', tests: [reachedTest], failing: 0 },
      { line: 40, name: 'discount', tests: [reachedTest], failing: 0 },
    ]);
  });

  it('stand on a class when what changed is in none of its methods', async () => {
    assert.deepEqual((await lensesFor([[2, 3]])).map(({ name }) => name), ['Cart']);
  });

  it('stand once on a function that changed in two places, and on each that one change touches', async () => {
    assert.deepEqual((await lensesFor([[6, 6], [9, 13]])).map(({ name }) => name), ['add', 'total']);
  });

  it('count the failing cases among the reached tests', async () => {
    db.transact((tx) => {
      saveExecution(tx, anExecution('run-1'));
      const status = 'failed';
      const results = [aResult('test/cart.test.ts', 'adds', { status }), aResult('test/cart.test.ts', 'totals'), aResult('test/user.test.ts', 'logs in', { status })];
      saveTestResults(tx, ExecutionId.parse('run-1'), results, 1000);
    });
    assert.deepEqual((await lensesFor([[6, 6]])).map(({ failing }) => failing), [1]);
  });

  it('are none where nothing changed, no test is reached, or the change is not known', async () => {
    assert.deepEqual(await lensesFor([]), []);
    assert.deepEqual(await lensesFor([[35, 36]]), []);
    assert.deepEqual(await codeLensesOf(options(null), cart), []);
    assert.deepEqual(await codeLensesOf(options([[6, 6]]), ''), []);
    reached = [];
    assert.deepEqual(await lensesFor([[6, 6]]), []);
  });

  function lensesFor(lines: readonly LineRange[]) {
    return codeLensesOf(options(lines), cart);
  }

  /** `lines`: those that changed; null when that cannot be told. Of planner and graph only these functions are used. */
  function options(lines: readonly LineRange[] | null) {
    const changes = { base: 'HEAD', head: null, branch: null, files: [{ path: cart, kind: 'modified' as const, lines: [...(lines ?? [])] }], notes: [] };
    const planner: Partial<Planner> = {
      refresh: async () => {},
      changesOf: async () => (lines === null ? failure('not_a_repository', 'gone') : success(changes)),
      testsReachedBy: async () => reached,
    };
    const graph: Partial<Graph> = { symbolsIn: async () => symbols };
    return { planner: planner as Planner, graph: graph as Graph, store: db };
  }
});
