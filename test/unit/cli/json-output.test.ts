import assert from 'node:assert/strict';
import { planObject, runObject } from '../../../agent/cli/json-output.ts';
import { NoodleEvent } from '../../../agent/protocol/events.ts';
import { ExecutionId } from '../../../agent/protocol/ids.ts';
import { Plan } from '../../../agent/protocol/plan.ts';

const executionId = ExecutionId.parse('run-1');

const plan = Plan.parse({
  changes: [{ path: 'src/a.ts', kind: 'modified', lines: [[1, 2]] }],
  builds: [{ target: 'core', reason: 'src/a.ts changed', fingerprint: 'ab'.repeat(16), cached: false }],
  tests: [{ id: 'vitest:a.test.ts', file: 'a.test.ts', framework: 'vitest', probability: 0.5, expectedMs: 12, why: ['src/a.ts', 'a.test.ts'] }],
  skipped: { count: 3, files: ['b.test.ts'] },
  notes: [],
  planMs: 1.23456789,
});

function shown(event: unknown): unknown {
  return runObject(NoodleEvent.parse(event), executionId);
}

describe('the machine-readable output', () => {
  it('prints a plan with exactly the published keys, in order', () => {
    assert.equal(
      JSON.stringify(planObject(plan)),
      '{"changes":[{"path":"src/a.ts","kind":"modified","lines":[[1,2]]}],' +
        `"builds":[{"target":"core","reason":"src/a.ts changed","fingerprint":"${'ab'.repeat(16)}","cached":false}],` +
        '"tests":[{"id":"vitest:a.test.ts","file":"a.test.ts","framework":"vitest","probability":0.5,"expectedMs":12,"why":["src/a.ts","a.test.ts"]}],' +
        '"skipped":{"count":3,"files":["b.test.ts"]},"notes":[],"planMs":1.235}',
    );
  });

  it('prints a finished test, with a message only where there is one', () => {
    const result = { id: 'vitest:a.test.ts > adds', file: 'a.test.ts', framework: 'vitest', name: 'adds', titlePath: ['adds'], status: 'passed', durationMs: 1.00049, atMs: 20 };
    const event = { type: 'test.finished', executionId, result };
    assert.deepEqual(shown(event), { type: 'test.finished', id: result.id, file: 'a.test.ts', name: 'adds', status: 'passed', durationMs: 1, atMs: 20 });
    const failed = shown({ ...event, result: { ...result, status: 'failed', message: 'no' } });
    assert.deepEqual(failed, { type: 'test.finished', id: result.id, file: 'a.test.ts', name: 'adds', status: 'failed', durationMs: 1, atMs: 20, message: 'no' });
  });

  it('prints the end of a run', () => {
    const counts = { total: 2, passed: 1, failed: 1, skipped: 0 };
    const event = { type: 'run.finished', executionId, status: 'failed', reason: null, counts, firstFailureAtMs: null, durationMs: 30, saved: { testsMs: 0, buildsMs: 0 }, notes: [] };
    assert.deepEqual(shown(event), { type: 'run.finished', status: 'failed', counts, firstFailureAtMs: null, durationMs: 30 });
  });

  it('leaves out the events of other executions and those that are not for scripts', () => {
    assert.equal(shown({ type: 'plan.made', executionId: 'run-2', plan }), null);
    assert.equal(shown({ type: 'build.started', executionId, target: 'core' }), null);
    assert.equal(shown({ type: 'plan.updated', plan }), null);
  });
});
