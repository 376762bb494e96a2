// Whether estimates of failure became worse since the product last learned: a cumulative sum over recorded runs. Pure.
import { meanOf } from '../../models/learning/metrics.ts';
import { counted } from '../protocol/quantities.ts';
import type { RecordedCycle, RecordedTest } from './recorded-cycles.ts';

export interface Drift {
  readonly hasDrifted: boolean;
  /** One sentence: by what that was seen, or why it cannot be told. */
  readonly because: string;
}

/** Fewer runs before the last learning say nothing of what is usual. */
const leastEarlier = 20;
/**
 * In standard deviations: what each run may be worse for nothing, and the sum above which that is no chance. With these
 * two a sum of independent runs goes above by chance once in more than 900 (Page 1954; Montgomery, Statistical Quality Control).
 */
const allowance = 0.5;
const threshold = 5;
/** One run counts no more than this: a single bad day is no drift. */
const mostDeviation = 3;
/** In nats: where all runs were alike, a deviation below this is none. */
const leastSpread = 0.05;
const leastProbability = 1e-3;

/** `cycles` with the earliest first; `learnedAt` in milliseconds since 1970, null when nothing was learned yet. */
export function driftSince(cycles: readonly RecordedCycle[], learnedAt: number | null): Drift {
  if (learnedAt === null) return { hasDrifted: false, because: 'nothing was learned here yet' };
  const earlier = cycles.filter(({ at }) => at <= learnedAt).map(lossOf);
  const later = cycles.filter(({ at }) => at > learnedAt).map(lossOf);
  if (earlier.length < leastEarlier) {
    const few = `only ${counted(earlier.length, 'run')} before the last learning can be compared with, ${leastEarlier} are needed`;
    return { hasDrifted: false, because: few };
  }
  if (later.length === 0) return { hasDrifted: false, because: 'no run ended since the last learning' };
  const usual = meanOf(earlier);
  const highest = highestSum(later, { usual, spread: Math.max(leastSpread, deviationOf(earlier, usual)) });
  const hasDrifted = highest > threshold;
  const figures = `log loss ${meanOf(later).toFixed(3)} in ${counted(later.length, 'run')}, ${usual.toFixed(3)} in ${earlier.length} before (cumulative sum ${highest.toFixed(1)}, drift above ${threshold})`;
  return { hasDrifted, because: `estimates are ${hasDrifted ? 'worse than' : 'as good as'} before: ${figures}` };
}

/** Of a run: the mean log loss of what was estimated of its tests. */
function lossOf({ tests }: RecordedCycle): number {
  return meanOf(tests.map(lossOfTest));
}

function lossOfTest({ probability, hasFailed }: RecordedTest): number {
  const clipped = Math.min(1 - leastProbability, Math.max(leastProbability, probability));
  return -Math.log(hasFailed ? clipped : 1 - clipped);
}

function deviationOf(values: readonly number[], mean: number): number {
  return Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2)));
}

/** The highest that the sum of what is above the usual came to; runs that are better bring it back to zero. */
function highestSum(losses: readonly number[], { usual, spread }: { readonly usual: number; readonly spread: number }) {
  let [sum, highest] = [0, 0];
  for (const loss of losses) {
    sum = Math.max(0, sum + Math.min(mostDeviation, (loss - usual) / spread) - allowance);
    highest = Math.max(highest, sum);
  }
  return highest;
}
