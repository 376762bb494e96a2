import assert from 'node:assert/strict';
import { differenceLines } from '../../../agent/cli/difference.ts';
import type { Output } from '../../../agent/cli/output.ts';
import { createRunRenderer } from '../../../agent/cli/run-output.ts';
import { NoodleEvent } from '../../../agent/protocol/events.ts';
import { ExecutionId } from '../../../agent/protocol/ids.ts';

const executionId = ExecutionId.parse('run-1');

function rendered(events: readonly object[]): string[] {
  const lines: string[] = [];
  const output: Output = {
    line: (text = '') => lines.push(text),
    complain: (text) => lines.push(text),
    progress: () => {},
    style: (_style, text) => text,
    flushed: async () => {},
  };
  const renderer = createRunRenderer(executionId, { output, repositoryName: 'my-app', isVerbose: false });
  for (const event of events) renderer.show(NoodleEvent.parse({ executionId, ...event }));
  return lines;
}

const counts = { total: 9, passed: 8, failed: 1, skipped: 0 };
const plan = {
  changes: [],
  builds: [],
  tests: [{ id: 'vitest:cart.test.ts', file: 'cart.test.ts', framework: 'vitest', probability: 0.5, expectedMs: 3000, why: ['src/cart.ts', 'cart.test.ts'] }],
  skipped: { count: 1195, files: ['x.test.ts'] },
  notes: [],
  planMs: 12,
  expected: { medianMs: 3000, p90Ms: 4000, buildsMs: 0, startMs: 500 },
};

describe('a run for people', () => {
  it('tells the change, the plan, the failure with its place and reason, and the end', () => {
    const lines = rendered([
      { type: 'run.started', trigger: 'command', base: 'HEAD', branch: 'main', changedFiles: 3 },
      { type: 'plan.made', plan },
      {
        type: 'test.finished',
        result: {
          id: 'vitest:cart.test.ts > total > applies the discount',
          file: 'cart.test.ts',
          framework: 'vitest',
          name: 'total > applies the discount',
          titlePath: ['total', 'applies the discount'],
          status: 'failed',
          durationMs: 4,
          atMs: 400,
          message: 'wrong total',
          expected: '90',
          actual: '100',
          failureAt: { file: 'src/cart.ts', line: 41, column: 10 },
        },
      },
      { type: 'run.finished', status: 'failed', reason: null, counts, firstFailureAtMs: 400, durationMs: 2900, saved: { testsMs: 112_000, buildsMs: 0 }, notes: [] },
    ]);
    assert.deepEqual(lines, [
      'my-app · main · 3 files changed since HEAD',
      'plan    1 of 2 test files, about 3.0 s   (12 ms)',
      'test    ✗ cart.test.ts › total › applies the discount   after 0.4 s',
      '          wrong total',
      '          expected 90, received 100',
      '          src/cart.ts:41:10',
      '          why: src/cart.ts → cart.test.ts',
      '        ✗ 1 failed, ✓ 8 passed',
      'skipped 1,195 tests: nothing that they depend on changed   noodle explain --skipped',
      'failed in 2.9 s · first failure after 0.4 s · 1 min 52 s saved',
    ]);
  });

  it('says nothing of other executions', () => {
    assert.deepEqual(rendered([{ type: 'plan.made', executionId: 'run-2', plan }]), []);
  });
});

describe('expected against received', () => {
  it('shows short values in one line and long ones as a diff', () => {
    assert.deepEqual(differenceLines('1', '2'), ['expected 1, received 2']);
    assert.deepEqual(differenceLines('a\nb\n', 'a\nc\n'), ['- expected', '+ received', '  a', '- b', '+ c']);
  });
});
