// Figures of predictions as sentences, the same on the command line and in the dashboard.
import type { ChangeRisk, DurationFigures } from './prediction.ts';
import { counted, formatCount } from './quantities.ts';

/** How good expected durations were, beside the duration of the run before. */
export function durationWords({ results, factor, lastFactor, gain, withinP90 }: DurationFigures): string {
  const interval = `${gain.low.toFixed(3)} to ${gain.high.toFixed(3)}`;
  const held = withinP90 === null ? '' : `; ${Math.round(withinP90 * 100)} % within what nine of ten should be`;
  return `half of ${formatCount(results)} durations were within a factor of ${factor.toFixed(2)} of what was expected, ${lastFactor.toFixed(2)} of the run before (gain in log ${interval})${held}`;
}

/** Among fewer earlier changes a rank says little, and the number of lines alone rates. */
export const leastEarlier = 30;

/** How risky the present change is, in one sentence without its full stop. */
export function riskWords({ commit, percentile, among }: ChangeRisk): string {
  const subject = commit === null ? 'what is not committed' : `commit ${commit.slice(0, 10)}`;
  const than =
    among < leastEarlier
      ? `there are too few earlier changes to compare with: ${formatCount(among)}, ${leastEarlier} are needed`
      : `riskier than ${Math.round(percentile * 100)} % of ${counted(among, 'earlier change')}`;
  return `${subject}: ${than}`;
}

/** What a rating of the present change rests on. */
export function ratedBy({ by }: ChangeRisk): string {
  return by === 'plain' ? 'the number of lines alone' : `the model ${by}`;
}
