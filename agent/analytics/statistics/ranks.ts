// Order statistics and rank tests.

/** The value at a share of the way through sorted values, between two of them where it falls there; NaN of nothing. */
export function quantile(sorted: readonly number[], share: number): number {
  const position = share * (sorted.length - 1);
  const lower = Math.floor(position);
  const low = sorted[lower] ?? Number.NaN;
  const high = sorted[lower + 1] ?? low;
  return low + (high - low) * (position - lower);
}

export function sorted(values: readonly number[]): number[] {
  return Float64Array.from(values).sort() as unknown as number[];
}

export function median(values: readonly number[]): number {
  return quantile(sorted(values), 0.5);
}

/** Median absolute deviation, scaled so that it is the standard deviation of normal values. */
export function deviation(values: readonly number[]): number {
  const middle = median(values);
  return 1.4826 * median(values.map((value) => Math.abs(value - middle)));
}

/** The probability that a normal value is farther from zero than `z`. */
export function twoSidedNormal(z: number): number {
  return erfc(Math.abs(z) / Math.SQRT2);
}

/** Abramowitz and Stegun 7.1.26 through a rational approximation with an error below 1.2e-7 everywhere. */
function erfc(x: number): number {
  const t = 1 / (1 + 0.5 * x);
  const series = [
    1.26551223, -1.00002368, -0.37409196, -0.09678418, 0.18628806, -0.27886807, 1.13520398, -1.48851587, 0.82215223,
    -0.17087277,
  ];
  const exponent = series.reduceRight(
    (sum, coefficient, index) => (index === 0 ? sum - coefficient : (sum - coefficient) * t),
    0,
  );
  return Math.min(1, t * Math.exp(-x * x + exponent));
}

export interface RankTest {
  /** Above zero where the second values tend to be larger. */
  readonly z: number;
  readonly pValue: number;
}

/** Mann–Whitney U of two samples, by the normal approximation with correction for ties. */
export function mannWhitney(first: readonly number[], second: readonly number[]): RankTest {
  const [m, n] = [first.length, second.length];
  const all = [
    ...first.map((value) => ({ value, isSecond: false })),
    ...second.map((value) => ({ value, isSecond: true })),
  ];
  all.sort((a, b) => a.value - b.value);
  let [rankSum, ties] = [0, 0];
  for (let from = 0; from < all.length;) {
    let to = from;
    while (to + 1 < all.length && all[to + 1]?.value === all[from]?.value) to += 1;
    const size = to - from + 1;
    ties += size ** 3 - size;
    for (let index = from; index <= to; index += 1) if (all[index]?.isSecond === true) rankSum += (from + to) / 2 + 1;
    from = to + 1;
  }
  const total = m + n;
  const spread = ((m * n) / 12) * (total + 1 - ties / Math.max(1, total * (total - 1)));
  if (spread <= 0) return { z: 0, pValue: 1 };
  const z = (rankSum - (n * (n + 1)) / 2 - (m * n) / 2) / Math.sqrt(spread);
  return { z, pValue: twoSidedNormal(z) };
}
