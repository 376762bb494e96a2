// Series with known properties, the same for the same seed: what statistics are tested and measured with.

/** Chance from a seed (mulberry32). */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** 0 to 1. */
  uniform(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }

  /** A whole number below `bound`. */
  below(bound: number): number {
    return Math.floor(this.uniform() * bound);
  }
}

export type Noise = 'normal' | 'long tail' | 'autocorrelated';

/** Durations about 100 with one kind of noise: as runs of tests have them, long tails and all. */
export function steadySeries(chance: Chance, length: number, noise: Noise): number[] {
  let wander = 0;
  return Array.from({ length }, () => {
    const each = chance.normal();
    if (noise === 'normal') return 100 + 10 * each;
    if (noise === 'long tail')
      return 100 * Math.exp(0.15 * each) * (chance.uniform() < 0.03 ? 2 + chance.uniform() : 1);
    wander = 0.5 * wander + each;
    return 100 + 9 * wander;
  });
}

/** The same with a factor from each of some indexes on. */
export function withSteps(
  values: readonly number[],
  steps: readonly { readonly index: number; readonly factor: number }[],
): number[] {
  return values.map((value, index) =>
    steps.reduce((product, step) => (index >= step.index ? product * step.factor : product), value),
  );
}

/** Steady values about 100 of which each resembles the one before: a first-order autoregression with the same spread whatever `phi`. */
export function autoregressive(
  chance: Chance,
  { length, phi }: { readonly length: number; readonly phi: number },
): number[] {
  const fresh = Math.sqrt(1 - phi * phi);
  let wander = chance.normal();
  return Array.from({ length }, () => {
    wander = phi * wander + fresh * chance.normal();
    return 100 + 10 * wander;
  });
}
