// How much a test that never failed is held for likelier to fail than its record says, learned from the suite itself as it goes on.
import { meanOf } from '../learning/metrics.ts';

/** From taking the record as it is, to holding tests that never failed for the likeliest of all. */
const unseenWeights = [1, 1.5, 2, 3, 4, 6, 8] as const;
/** APFDc of a random order. */
const random = 0.5;

/**
 * The least weight with which the first failures of tests have not been seen to come later than in a random order, by the
 * standard error of their mean: a test must not sink for never having failed, and no more is given up for that than is needed.
 */
export class UnseenWeight {
  readonly #scores = new Map<number, number[]>(unseenWeights.map((weight) => [weight, []]));

  /** What to order the next cycle with. */
  current(): number {
    return unseenWeights.find((weight) => !sinks(this.#scores.get(weight) ?? [])) ?? unseenWeights.at(-1) ?? 1;
  }

  /** Learns from a cycle in which tests failed for the first time: how early the order of each weight has them (APFDc). */
  learn(scoreOf: (weight: number) => number): void {
    for (const [weight, scores] of this.#scores) scores.push(scoreOf(weight));
  }
}

function sinks(scores: readonly number[]): boolean {
  if (scores.length < 2) return false;
  const mean = meanOf(scores);
  const variance = scores.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (scores.length - 1);
  return mean + Math.sqrt(variance / scores.length) < random;
}
