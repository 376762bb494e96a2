// Why a prediction is what it is: the few things that moved it most, in words.

export interface Reason {
  readonly words: string;
  /** By how much it moved the log odds: above zero towards failure. */
  readonly weight: number;
}

export interface Prediction {
  /** Between 0 and 1. For a change: the share of earlier changes that are less risky. */
  readonly value: number;
  readonly reasons: readonly Reason[];
  /** The model's version, or `plain` when no model answered. */
  readonly by: string;
}

const mostReasons = 3;
const leastWeight = 0.01;

/** The three strongest; what moved nothing is left out. */
export function strongest(reasons: readonly Reason[]): Reason[] {
  return reasons
    .filter((reason) => Math.abs(reason.weight) >= leastWeight)
    .toSorted((one, other) => Math.abs(other.weight) - Math.abs(one.weight))
    .slice(0, mostReasons);
}

/**
 * The strongest features of a model's prediction; their contributions add up to it exactly. Features of one meaning, such
 * as a number and its rank, are one reason.
 */
export function reasonsOf(
  features: readonly { readonly meaning: string }[],
  contributions: ArrayLike<number>,
): Reason[] {
  const weights = new Map<string, number>();
  features.forEach(({ meaning }, index) =>
    weights.set(meaning, (weights.get(meaning) ?? 0) + (contributions[index] ?? 0)),
  );
  return strongest(
    [...weights].map(([meaning, weight]) => ({ words: `${meaning} (${weight > 0 ? 'raises' : 'lowers'} it)`, weight })),
  );
}
