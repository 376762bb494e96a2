// Finds the commit that broke a test: steps back in strides that double until one passes, then halves. Pure but for the probe.

export type Verdict = 'passes' | 'fails' | 'unknown';

export type Found =
  | {
      readonly kind: 'found';
      readonly index: number;
      /** Commits between that could not be tested: one of them may be it. */ readonly doubtful: number;
    }
  | { readonly kind: 'passes_now' }
  | { readonly kind: 'never_passed'; readonly tried: number }
  | { readonly kind: 'stopped' };

/** `count` commits, 0 the newest. `probe` answers whether the test passes at one; null: stop. */
export async function searchFirstBad(count: number, probe: (index: number) => Promise<Verdict | null>): Promise<Found> {
  const known = new Map<number, Verdict>();
  const ask = async (index: number): Promise<Verdict | null> => {
    const verdict = known.get(index) ?? (await probe(index));
    if (verdict !== null) known.set(index, verdict);
    return verdict;
  };
  const now = await ask(0);
  if (now === null) return { kind: 'stopped' };
  if (now !== 'fails') return { kind: 'passes_now' };
  let bad = 0;
  let good: number | null = null;
  for (let stride = 1; good === null && bad < count - 1; stride *= 2) {
    const probed = await nearestKnown(Math.min(bad + stride, count - 1), bad, ask);
    if (probed === 'stopped') return { kind: 'stopped' };
    if (probed === null && bad + stride >= count - 1) break;
    if (probed?.verdict === 'passes') good = probed.index;
    else if (probed !== null) bad = probed.index;
  }
  if (good === null) return { kind: 'never_passed', tried: known.size };
  return await halve({ good, bad }, ask);
}

type Ask = (index: number) => Promise<Verdict | null>;

async function halve(range: { good: number; bad: number }, ask: Ask): Promise<Found> {
  let { good, bad } = range;
  while (good - bad > 1) {
    const probed = await nearestKnown(Math.floor((good + bad) / 2), bad, ask);
    if (probed === 'stopped') return { kind: 'stopped' };
    const above = probed ?? (await nearestAbove(Math.floor((good + bad) / 2) + 1, good, ask));
    if (above === 'stopped') return { kind: 'stopped' };
    if (above === null) break;
    if (above.verdict === 'passes') good = above.index;
    else bad = above.index;
  }
  return { kind: 'found', index: good - 1, doubtful: good - bad - 1 };
}

interface Probed {
  readonly index: number;
  readonly verdict: 'passes' | 'fails';
}

/** The first commit from `from` towards the newer ones, before `end`, at which the test can be run. */
async function nearestKnown(from: number, end: number, ask: Ask): Promise<Probed | 'stopped' | null> {
  for (let index = from; index > end; index--) {
    const verdict = await ask(index);
    if (verdict === null) return 'stopped';
    if (verdict !== 'unknown') return { index, verdict };
  }
  return null;
}

async function nearestAbove(from: number, end: number, ask: Ask): Promise<Probed | 'stopped' | null> {
  for (let index = from; index < end; index++) {
    const verdict = await ask(index);
    if (verdict === null) return 'stopped';
    if (verdict !== 'unknown') return { index, verdict };
  }
  return null;
}
