import assert from 'node:assert/strict';
import { ExecutionId } from '../../../agent/protocol/ids.ts';
import { planNodes, type PlanNode } from '../../../extension/views/plan-nodes.ts';
import { fingerprint, plan, repoPath, targetId, testId } from '../../rig/dashboard-data.ts';

const outline = (nodes: readonly PlanNode[], indent = ''): string[] =>
  nodes.flatMap(({ label, description, children }) => [
    `${indent}${label}${description === '' ? '' : ` | ${description}`}`,
    ...outline(children, `${indent}  `),
  ]);

describe('the plan as a tree', () => {
  it('goes from the change to targets and tests, in running order, each with its reason', () => {
    const nodes = planNodes(
      plan({ skipped: { count: 5, files: [repoPath('test/other.test.ts')] }, notes: ['a note'] }),
    );
    assert.deepEqual(outline(nodes), [
      '3 changes',
      '  cart.ts | modified · src',
      '  price.ts | modified · src',
      '  README.md | modified',
      '1 of 2 targets',
      '  core | src/cart.ts changed',
      "  web | unchanged: core's output is the same",
      '4 of 5 test files | about 2.8 s',
      '  cart.test.ts | cart.ts →',
      '  checkout.test.ts | cart.ts →',
      '  receipt.test.ts | cart.ts →',
      '  shop.test.ts | cart.ts →',
      '5 tests skipped | nothing that they depend on changed',
      '  other.test.ts | test',
      'a note',
    ]);
  });

  it('shows what is reused apart from what runs and what is skipped, also when nothing else is there', () => {
    const [test] = plan().tests;
    assert.ok(test);
    const { id, file, framework, why } = test;
    const reused = [{ id, file, framework, why, executionId: ExecutionId.parse('run-1'), since: 1, tests: 2 }];
    const nodes = planNodes(plan({ builds: [], tests: [], skipped: { count: 0, files: [] }, reused }));
    const lines = outline(nodes);
    assert.ok(lines.includes('1 test file reused | nothing changed since they passed'));
    assert.ok(lines.some((line) => line.startsWith('  cart.test.ts | unchanged since ')));
    assert.ok(lines.some((line) => line.startsWith('0 of 1 test file')));
  });

  it('says of a test file that it is the change', () => {
    const [test] = plan().tests;
    assert.ok(test);
    const nodes = planNodes(plan({ tests: [{ ...test, why: ['test/cart.test.ts'] }], builds: [] }));
    assert.ok(outline(nodes).includes('  cart.test.ts | changed itself'));
  });

  it('has the whole way, the place in the order and the probability in the tooltip', () => {
    const first = planNodes(plan()).find(({ id }) => id === 'tests')?.children[0];
    assert.equal(
      first?.tooltip,
      'test/cart.test.ts\nsrc/cart.ts → test/cart.test.ts\n1 of 4 in order: probability 0.82 that it fails, about 0.7 s',
    );
    assert.deepEqual(first.subject, { test: testId('vitest:test/cart.test.ts') });
    assert.deepEqual(first.location, { file: 'test/cart.test.ts', line: 1 });
  });

  it('leads to the first changed line, and nowhere for a deleted file', () => {
    const changes = [
      { path: repoPath('a.ts'), kind: 'modified', lines: [[7, 9]] },
      { path: repoPath('b.ts'), kind: 'deleted', lines: [] },
      { path: repoPath('d.ts'), kind: 'renamed', lines: [], from: repoPath('c.ts') },
    ] as const;
    const [node] = planNodes(
      plan({
        changes: changes.map((each) => ({
          ...each,
          lines: each.lines.map(([from, to]) => [from, to] as [number, number]),
        })),
      }),
    );
    assert.deepEqual(
      node?.children.map(({ location }) => location?.line ?? null),
      [7, null, 1],
    );
    assert.equal(node?.children[2]?.tooltip, 'c.ts → d.ts');
  });

  it('says that no target has to be built', () => {
    const nodes = planNodes(
      plan({ builds: [{ target: targetId('core'), reason: 'unchanged', fingerprint, cached: true }] }),
    );
    assert.ok(outline(nodes).includes('0 of 1 target | unchanged'));
  });

  it('is empty where nothing could ever run, so that the view can say so', () => {
    assert.deepEqual(planNodes(plan({ builds: [], tests: [], skipped: { count: 0, files: [] } })), []);
  });

  it('gives every line an id of its own', () => {
    const ids: string[] = [];
    const collect = (nodes: readonly PlanNode[]) =>
      nodes.forEach(({ id, children }) => (ids.push(id), collect(children)));
    collect(planNodes(plan({ skipped: { count: 1, files: [repoPath('x.test.ts')] } })));
    assert.equal(new Set(ids).size, ids.length);
  });
});
