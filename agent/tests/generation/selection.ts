// Which candidates are worth keeping: each adds a line or a fault that neither the existing tests nor those before it have.

/** What one candidate would add to the existing tests. */
export interface Gain {
  readonly lines: ReadonlySet<number>;
  /** Faults by their index. */
  readonly faults: ReadonlySet<number>;
  /** Of two that add the same, the lower is kept. */
  readonly rank: number;
}

export interface Kept {
  /** Index of the candidate. */
  readonly index: number;
  readonly lines: readonly number[];
  readonly faults: readonly number[];
}

/** The candidate that adds most, then the one that adds most to it, until none adds anything. */
export function chooseTests(gains: readonly Gain[]): Kept[] {
  const kept: Kept[] = [];
  const lines = new Set<number>();
  const faults = new Set<number>();
  for (;;) {
    let best: Kept | null = null;
    let bestRank = 0;
    for (const [index, gain] of gains.entries()) {
      const added = {
        index,
        lines: [...gain.lines].filter((line) => !lines.has(line)).toSorted((a, b) => a - b),
        faults: [...gain.faults].filter((fault) => !faults.has(fault)).toSorted((a, b) => a - b),
      };
      const size = sizeOf(added);
      const least = best === null ? 0 : sizeOf(best);
      if (size > least || (best !== null && size === least && gain.rank < bestRank))
        [best, bestRank] = [added, gain.rank];
    }
    if (best === null) return kept;
    kept.push(best);
    for (const line of best.lines) lines.add(line);
    for (const fault of best.faults) faults.add(fault);
  }
}

function sizeOf({ lines, faults }: Kept): number {
  return lines.length + faults.length;
}

/** As many as wanted, spread evenly. */
export function spread<T>(all: readonly T[], most: number): T[] {
  if (all.length <= most) return [...all];
  return Array.from({ length: most }, (_, index) => all[Math.floor((index * all.length) / most)]).flatMap((each) =>
    each === undefined ? [] : [each],
  );
}
