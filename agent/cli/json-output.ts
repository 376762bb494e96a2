// The machine-readable output: a contract that others script against. Exactly these keys, in this order.
import type { EventOf, NoodleEvent } from '../protocol/events.ts';
import type { ExecutionId } from '../protocol/ids.ts';
import type { Plan, PlannedTest } from '../protocol/plan.ts';

/** The object of `noodle plan --json`. */
export function planObject(plan: Plan): object {
  return {
    changes: plan.changes,
    builds: plan.builds,
    tests: plan.tests.map(plannedObject),
    ...(plan.reused === undefined ? {} : { reused: plan.reused }),
    skipped: plan.skipped,
    notes: plan.notes,
    planMs: rounded(plan.planMs),
    ...(plan.expected === undefined ? {} : { expected: plan.expected }),
    ...(plan.budget === undefined ? {} : { budget: { ...plan.budget, leftOut: plan.budget.leftOut.map(plannedObject) } }),
  };
}

/** Without what only this program needs. */
function plannedObject(test: PlannedTest): object {
  return Object.fromEntries(Object.entries(test).filter(([name]) => name !== 'p90Ms' && name !== 'project' && name !== 'estimate'));
}

/** The object of a line of `noodle run --json` for an event of the run, or null for one that is not printed. */
export function runObject(event: NoodleEvent, executionId: ExecutionId): object | null {
  if (!('executionId' in event) || event.executionId !== executionId) return null;
  switch (event.type) {
    case 'run.started':
      return { type: event.type, executionId, base: event.base, changedFiles: event.changedFiles };
    case 'plan.made':
      return { type: event.type, ...planObject(event.plan) };
    case 'build.finished':
      return buildObject(event);
    case 'test.finished':
      return testObject(event);
    case 'run.finished':
      return endObject(event);
    default:
      return null;
  }
}

function buildObject({ type, result }: EventOf<'build.finished'>): object {
  const { target, status, durationMs, cached } = result;
  return { type, target, status, durationMs: rounded(durationMs), cached };
}

function testObject({ type, result }: EventOf<'test.finished'>): object {
  const { id, file, name, status, durationMs, atMs, message } = result;
  const line = { type, id, file, name, status, durationMs: rounded(durationMs), atMs: rounded(atMs) };
  return message === undefined ? line : { ...line, message };
}

function endObject({ type, status, counts, firstFailureAtMs, durationMs }: EventOf<'run.finished'>): object {
  const first = firstFailureAtMs === null ? null : rounded(firstFailureAtMs);
  return { type, status, counts, firstFailureAtMs: first, durationMs: rounded(durationMs) };
}

/** Milliseconds with at most three decimals: what the clock gives, without the noise of floating point. */
function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}
