// How long something takes, from how long it took.

export interface DurationEstimate {
  readonly medianMs: number;
  /** Nine of ten runs are not longer. */
  readonly p90Ms: number;
  /** On how many runs it stands. */
  readonly runs: number;
}

/** Null without a duration above zero. Values that are no durations are left out. */
export function estimateDuration(durationsMs: readonly number[]): DurationEstimate | null {
  const sorted = durationsMs.filter((each) => Number.isFinite(each) && each > 0).toSorted((a, b) => a - b);
  if (sorted.length === 0) return null;
  return { medianMs: quantile(sorted, 0.5), p90Ms: quantile(sorted, 0.9), runs: sorted.length };
}

/** Linear between the neighbours. */
function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(at)] ?? 0, sorted[Math.ceil(at)] ?? 0];
  return low + (high - low) * (at - Math.floor(at));
}
