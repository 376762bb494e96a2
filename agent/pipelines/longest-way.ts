// Which of the steps about to be run decide how long everything takes.
import type { StepDefinition } from '../engine/engine.ts';
import { prioritize, type ScheduledStep } from './schedule.ts';

/** The same steps, those on the longest way marked; none where all are, or nothing is known of how long they take. */
export function withLongestWay(steps: readonly StepDefinition[]): StepDefinition[] {
  const scheduled = steps.map(({ id, needs, after = [], expectedMs = 0 }): ScheduledStep => ({
    id,
    needs: [...needs, ...after],
    durationMs: expectedMs,
    failureProbability: null,
  }));
  const { critical } = prioritize(scheduled);
  const isKnown = scheduled.some(({ durationMs }) => durationMs > 0);
  if (!isKnown || critical.size === steps.length) return [...steps];
  return steps.map((step) => (critical.has(step.id) ? { ...step, isCritical: true } : step));
}
