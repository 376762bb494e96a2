// By what of its record a test that failed before is judged: how often it ever failed, or how it ended lately. Learned from
// the suite itself as it goes on.
import type { TestRecordWay } from '../features/test-failure.ts';
import { meanOf } from '../learning/metrics.ts';

/** The first is what a suite begins with. */
const ways: readonly TestRecordWay[] = ['rate', 'both', 'recent'];
/** Fewer cycles with failures say nothing of which way is the better one. */
const leastCycles = 10;

/** One-sided, at 10 %: the ways are much alike, so little is lost by a wrong one. */
const certainty = 1.282;

/** The first way, until another one has surely had the failures of earlier cycles earlier. */
export class RecordWay {
  readonly #scores: number[][] = [];

  /** What to order the next cycle with. */
  current(): TestRecordWay {
    let [best, most] = [ways[0] ?? 'rate', 0];
    for (const [index, way] of ways.entries()) {
      const gain = sureGain(this.#scores.map((scores) => (scores[index] ?? 0) - (scores[0] ?? 0)));
      if (gain > most) [best, most] = [way, gain];
    }
    return best;
  }

  /** Learns from a cycle in which tests failed: how early the order of each way has them (APFDc). */
  learn(scoreOf: (way: TestRecordWay) => number): void {
    this.#scores.push(ways.map(scoreOf));
  }
}

/** What the mean gain is at least; the mean counts as if as many more cycles as are needed at least had brought nothing. */
function sureGain(gains: readonly number[]): number {
  if (gains.length < leastCycles) return 0;
  const mean = meanOf(gains);
  const variance = gains.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (gains.length - 1);
  return (mean * gains.length) / (gains.length + leastCycles) - certainty * Math.sqrt(variance / gains.length);
}
