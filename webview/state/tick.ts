// When the page has to be drawn although nothing happened: times pass.
import { agoChangesInMs } from '../format.ts';
import { answer } from './answer.ts';
import { currentExecution, type DashboardState } from './state.ts';

/** Milliseconds until the text on the page is outdated; null when it stays true by itself. */
export function nextTickMs(state: DashboardState, now: number): number | null {
  const execution = currentExecution(state);
  if (execution?.state === 'running') return 1000 - ((now - (execution.startedAt ?? now)) % 1000);
  const { since } = answer(state);
  return since === null ? null : agoChangesInMs(since, now) + 1;
}
