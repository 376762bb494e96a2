// The last durations of something, kept in its row, so that a median needs no scan of its history.
import { z } from 'zod';
import { fromJson } from './json-column.ts';

const kept = 9;
const Durations = z.array(z.number());

export interface Recent {
  /** A JSON column: durations in milliseconds, the latest last. */
  readonly text: string;
  readonly medianMs: number;
}

/** Adds a duration, or replaces the last one (more of the same run came in). */
export function withDuration(text: string, durationMs: number, options: { readonly replacesLast: boolean }): Recent {
  const before = fromJson(Durations, text, []);
  const rounded = Math.round(durationMs * 100) / 100;
  const durations = [...(options.replacesLast ? before.slice(0, -1) : before), rounded].slice(-kept);
  return { text: JSON.stringify(durations), medianMs: medianOf(durations) };
}

/** Of what the JSON column keeps. */
export function p90Of(text: string): number {
  return p90OfValues(fromJson(Durations, text, []));
}

/** Nine of ten are not longer, between the neighbours; 0 of nothing. */
export function p90OfValues(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * 0.9;
  const [low = 0, high = low] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return low + (high - low) * (at - Math.floor(at));
}

/** The middle value, or the mean of the two in the middle; 0 of nothing. */
export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
