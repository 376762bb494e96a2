import assert from 'node:assert/strict';
import { explainSubject } from '../../../agent/answers/explain.ts';
import type { Builds } from '../../../agent/builds/builds.ts';
import type { Graph } from '../../../agent/graph/graph.ts';
import type { Planner } from '../../../agent/pipelines/planner.ts';
import type { Explanation } from '../../../agent/protocol/explanation.ts';
import { failure, success } from '../../../agent/protocol/failure.ts';
import { ExecutionId, RepoPath } from '../../../agent/protocol/ids.ts';
import type { Plan } from '../../../agent/protocol/plan.ts';
import { TestFile } from '../../../agent/protocol/test.ts';
import { saveExecution } from '../../../agent/store/executions.ts';
import { savePlan } from '../../../agent/store/plans.ts';
import { saveTestResults } from '../../../agent/store/tests.ts';
import type { Tests } from '../../../agent/tests/tests.ts';
import { impactWith } from '../../rig/impact.ts';
import { MemoryDatabase } from '../../rig/memory-database.ts';
import { anExecution, aPlan, aResult, aTarget } from '../../rig/recorded.ts';

const cart = RepoPath.parse('src/cart.ts');
const money = RepoPath.parse('src/money.ts');
const cartTest = RepoPath.parse('test/cart.test.ts');
const userTest = RepoPath.parse('test/user.test.ts');
const files = [cartTest, userTest].map((file) => TestFile.parse({ id: `vitest:${file}`, file, framework: 'vitest', project: '', cases: [] }));

const selecting = aPlan({
  changes: [{ path: money, kind: 'modified', lines: [] }],
  tests: [{ id: aResult(cartTest, '').id, file: cartTest, framework: 'vitest', probability: 0.42, expectedMs: 1200, why: [money, cart, cartTest] }],
  skipped: { count: 2, files: [userTest] },
});

describe('explanations', () => {
  let db: MemoryDatabase;
  let target: Explanation[];
  /** What would be planned now; null when there is no plan to be had. */
  let now: Plan | null;
  beforeEach(async () => {
    db = await MemoryDatabase.create();
    target = [];
    now = selecting;
  });
  afterEach(() => db[Symbol.dispose]());

  it('of a selected test name its place, its path from the change, and the run that decided', async () => {
    record('run-1', selecting);
    now = null;
    assert.deepEqual(await explained('cart.test.ts'), [
      {
        subject: `vitest:${cartTest}`,
        subjectKind: 'test',
        decision: 'selected',
        summary: 'it was selected, 1 of 1 test file in order',
        path: [money, cart, cartTest],
        facts: [
          'order: probability 0.42 that it fails, expected to take 1.2 s',
          'history: it has never been run here',
          'evidence: by its imports as they are now it depends on 2 files: src/cart.ts, src/money.ts',
          'of these are changed: src/money.ts',
        ],
        executionId: ExecutionId.parse('run-1'),
        at: 5000,
      },
    ]);
  });

  it('of a selected test name what its probability is from, and what moved it most', async () => {
    const [test] = selecting.tests;
    assert.ok(test !== undefined);
    const moves = [{ by: 'reach' as const, logOdds: 3.3 }, { by: 'record' as const, logOdds: -0.5 }];
    record('run-1', { ...selecting, tests: [{ ...test, estimate: { by: 'rule 2', moves } }] });
    const facts = (await explained(cartTest))[0]?.facts ?? [];
    assert.deepEqual(facts.slice(1, 4), [
      'the probability is from rule 2 (no model decides: see noodle models)',
      '  how it is reached (2 edges from the change, or recorded to have run it) raises it by 3.30 in log odds',
      '  how often it failed before lowers it by 0.50 in log odds',
    ]);
  });

  it('of a skipped test say that nothing of what it needs changed, and what that is', async () => {
    record('run-1', selecting);
    const [explanation] = await explained(userTest);
    assert.equal(explanation?.decision, 'skipped');
    assert.equal(explanation.summary, 'it was skipped: nothing that it depends on is among what changed (1 file)');
    assert.deepEqual(explanation.facts.slice(1), ['evidence: by its imports as they are now it depends on 0 files', 'of these none is changed']);
  });

  it('come from the latest run that decided about the test', async () => {
    record('run-1', selecting);
    record('run-2', aPlan());
    assert.equal((await explained(cartTest))[0]?.executionId, 'run-1');
  });

  it('come from the plan that would be made now where no run decided, and are unknown where there is none', async () => {
    const [explanation] = await explained(cartTest);
    assert.deepEqual([explanation?.decision, explanation?.executionId, explanation?.at], ['selected', null, null]);
    now = null;
    assert.equal((await explained(cartTest))[0]?.summary, 'no plan that is recorded decided about it');
  });

  it('tell how the test fared', async () => {
    record('run-1', selecting);
    db.transact((tx) => saveTestResults(tx, ExecutionId.parse('run-1'), [aResult(cartTest, 'adds', { status: 'failed', durationMs: 30 })], 5000));
    const facts = (await explained(cartTest))[0]?.facts ?? [];
    assert.equal(facts[1], 'history: the file failed in 1 of 1 run; it takes 30 ms (median)');
  });

  it('of a target come with those of the tests of that name', async () => {
    target = [{ subject: 'cart.test.ts', subjectKind: 'target', decision: 'built', summary: 'it is new', path: [], facts: [], executionId: null, at: null }];
    assert.deepEqual((await explained('cart.test.ts')).map(({ subjectKind }) => subjectKind), ['target', 'test']);
  });

  it('of what does not exist name the nearest test or target', async () => {
    const missing = await explainSubject(options(), 'test/cat.test.ts');
    assert.deepEqual(missing, failure('not_found', "there is no test, target or file 'test/cat.test.ts'", { hint: "Did you mean 'test/cart.test.ts'?" }));
    const far = await explainSubject(options(), 'something else altogether');
    assert.ok(!far.ok);
    assert.equal(far.failure.hint, undefined);
  });

  function record(id: string, plan: Plan): void {
    db.transact((tx) => {
      saveExecution(tx, anExecution(id));
      savePlan(tx, ExecutionId.parse(id), plan, 5000);
    });
  }

  async function explained(subject: string): Promise<Explanation[]> {
    const explanations = await explainSubject(options(), subject);
    if (!explanations.ok) throw new Error(explanations.failure.message);
    return explanations.value;
  }

  /** Of each part only these functions are used. */
  function options() {
    const imports = new Map([[cartTest, [cart]], [cart, [money]]]);
    const changes = { base: 'HEAD', head: null, branch: null, files: [], notes: [] };
    const impact = impactWith();
    const planner: Partial<Planner> = {
      refresh: async () => {},
      plan: async () => (now === null ? failure('not_a_repository', 'gone') : success({ plan: now, changes, impact })),
    };
    const builds: Partial<Builds> = { explain: async () => target, targets: async () => ({ targets: [aTarget('core')], problems: [] }) };
    const tests: Partial<Tests> = { discover: async () => ({ files, problems: [] }), casesIn: async () => [] };
    const graph: Partial<Graph> = { importsOf: (path) => imports.get(path) ?? [] };
    return { planner: planner as Planner, builds: builds as Builds, tests: tests as Tests, graph: graph as Graph, history: { coChange: () => null, about: () => null, follow: () => {}, settled: async () => {} }, workspace: { read: () => null, readGit: async () => null }, store: db, files: async () => [] };
  }
});
