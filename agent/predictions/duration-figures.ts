// How far expected durations were from those that tests had, beside the duration of the run before. Pure.
import { bootstrapMean, meanOf } from '../../models/learning/metrics.ts';
import type { TestId } from '../protocol/ids.ts';
import type { DurationFigures } from '../protocol/prediction.ts';
import type { RecordedCycle } from './recorded-cycles.ts';

/** Below, the clock says more than the test. */
const leastMs = 1;

/** Of tests that ran before and after, each cycle by what was known before it; null without any. */
export function durationFigures(cycles: readonly RecordedCycle[]): DurationFigures | null {
  const last = new Map<TestId, number>();
  const [expected, before, gains] = [[] as number[], [] as number[], [] as number[]];
  const bounds = { known: 0, held: 0 };
  for (const { tests } of cycles) {
    const ofCycle: number[] = [];
    for (const { id, expectedMs, p90Ms, durationMs } of tests) {
      const earlier = last.get(id);
      last.set(id, durationMs);
      if (earlier === undefined) continue;
      const [error, plain] = [distance(expectedMs, durationMs), distance(earlier, durationMs)];
      expected.push(error);
      before.push(plain);
      ofCycle.push(plain - error);
      if (p90Ms === null) continue;
      bounds.known += 1;
      if (durationMs <= p90Ms) bounds.held += 1;
    }
    if (ofCycle.length > 0) gains.push(meanOf(ofCycle));
  }
  const gain = bootstrapMean(gains);
  if (gain === null) return null;
  return {
    results: expected.length,
    factor: Math.exp(medianOf(expected)),
    lastFactor: Math.exp(medianOf(before)),
    gain: { mean: gain.mean, low: gain.low, high: gain.high },
    withinP90: bounds.known === 0 ? null : bounds.held / bounds.known,
  };
}

/** Between two durations, in natural logarithms: twice as long is as far as half as long. */
function distance(oneMs: number, otherMs: number): number {
  return Math.abs(Math.log(Math.max(leastMs, oneMs) / Math.max(leastMs, otherMs)));
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}
