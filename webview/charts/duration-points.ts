// The last runs as points of the plot and as rows of its table twin.
import { formatDuration } from '../../agent/protocol/quantities.ts';
import { formatChange, formatClock, median } from '../format.ts';
import { stateWord, type NodeState } from '../state/stages.ts';
import type { DashboardState } from '../state/state.ts';

export interface DurationPoint {
  readonly at: number;
  readonly durationMs: number;
  readonly firstFailureAtMs: number | null;
  readonly isBroken: boolean;
  readonly word: string;
}

/** A number of the latest run beside the usual one. */
export interface Headline {
  readonly latest: string;
  readonly change: string | null;
  readonly median: string;
}

/** The last runs, oldest first. */
export function durationPoints(durations: DashboardState['durations']): DurationPoint[] {
  return durations.map(({ at, durationMs, firstFailureAtMs, state }) => ({
    at,
    durationMs,
    firstFailureAtMs,
    isBroken: state !== 'succeeded',
    // The contract leaves this state a string; an unknown one is shown as it is.
    word: stateWord(state as NodeState),
  }));
}

/** The latest of `values` against the median of those before it; null when there is none. */
export function headlineOf(values: readonly number[]): Headline | null {
  const latest = values.at(-1);
  if (latest === undefined) return null;
  const usual = median(values.slice(0, -1));
  return {
    latest: formatDuration(latest),
    change: usual === null ? null : formatChange(latest, usual),
    median: formatDuration(median(values) ?? latest),
  };
}

/** One point in words: `12:41 · failed · 2.9 s · first failure after 0.4 s`. Lines break between the parts only. */
export function describePoint(point: DurationPoint, now: number): string {
  const parts = [formatClock(point.at, now), point.word, formatDuration(point.durationMs)];
  if (point.firstFailureAtMs !== null) parts.push(`first failure after ${formatDuration(point.firstFailureAtMs)}`);
  return parts.map((part) => part.replaceAll(' ', '\u00a0')).join(' · ');
}

/** The table twin of the plot, latest first. */
export function durationRows(points: readonly DurationPoint[], now: number): Record<string, string>[] {
  return points.toReversed().map((point) => ({
    time: formatClock(point.at, now),
    state: point.word,
    duration: formatDuration(point.durationMs),
    firstFailure: point.firstFailureAtMs === null ? '–' : formatDuration(point.firstFailureAtMs),
  }));
}
