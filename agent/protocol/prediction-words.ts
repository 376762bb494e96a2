// Figures of predictions as sentences, the same on the command line and in the dashboard.
import type { DurationFigures } from './prediction.ts';
import { formatCount } from './quantities.ts';

/** How good expected durations were, beside the duration of the run before. */
export function durationWords({ results, factor, lastFactor, gain, withinP90 }: DurationFigures): string {
  const interval = `${gain.low.toFixed(3)} to ${gain.high.toFixed(3)}`;
  const held = withinP90 === null ? '' : `; ${Math.round(withinP90 * 100)} % within what nine of ten should be`;
  return `half of ${formatCount(results)} durations were within a factor of ${factor.toFixed(2)} of what was expected, ${lastFactor.toFixed(2)} of the run before (gain in log ${interval})${held}`;
}
