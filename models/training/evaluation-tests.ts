// The ordering of tests, walk-forward: all failures, new ones (the run before passed) and first-ever ones apart.
import { meanOf, bootstrapMean, randomFrom, type Interval } from '../learning/metrics.ts';
import { intervalText } from './report-replay.ts';
import { leastTests, rankCycles, scoreOf, type RankedCycle, type Scorer } from './ranking.ts';
import type { Cycle, TestRun } from './test-history-file.ts';

type Kind = 'all' | 'new' | 'first';

export interface OrderScores {
  readonly way: string;
  /** Mean APFDc, and of how many cycles. */
  readonly means: Readonly<Record<Kind, { readonly mean: number; readonly cycles: number }>>;
  /** What ships minus this way, over the same cycles. */
  readonly gain: string;
  readonly gainInterval: Interval | null;
}

/** Scores what ships, its rivals and a random order on one suite. */
export async function evaluateOrders(cycles: readonly Cycle[], scorer: Scorer | null): Promise<OrderScores[]> {
  const random = randomFrom(5);
  const scores = new Map<string, Record<Kind, number[]>>();
  for await (const ranked of rankCycles(cycles, scorer)) {
    if (ranked.cycle.runs.length < leastTests) continue;
    const { runs } = ranked.cycle;
    const keys = new Map(runs.map((run) => [run, random()]));
    const shuffled = runs.toSorted((one, other) => (keys.get(one) ?? 0) - (keys.get(other) ?? 0));
    for (const [way, order] of [...ranked.orders, ['random', shuffled] as const]) {
      const record = scores.get(way) ?? { all: [], new: [], first: [] };
      scores.set(way, record);
      addScores(record, order, ranked);
    }
  }
  const shipped = scores.get('plain')?.all ?? [];
  return [...scores].map(([way, record]) => ({
    way,
    means: { all: meanAndCount(record.all), new: meanAndCount(record.new), first: meanAndCount(record.first) },
    ...gainOf(record.all.map((score, index) => (shipped[index] ?? 0) - score)),
  }));
}

function gainOf(differences: readonly number[]): Pick<OrderScores, 'gain' | 'gainInterval'> {
  const found = bootstrapMean(differences);
  return { gain: found === null ? 'no cycle' : intervalText(found), gainInterval: found };
}

function addScores(
  record: Record<Kind, number[]>,
  order: readonly TestRun[],
  { failedBefore, failedLast }: RankedCycle,
): void {
  const isFault: Readonly<Record<Kind, (run: TestRun) => boolean>> = {
    all: (run) => run.hasFailed,
    new: (run) => run.hasFailed && !failedLast.has(run.name),
    first: (run) => run.hasFailed && !failedBefore.has(run.name),
  };
  for (const kind of ['all', 'new', 'first'] as const) {
    const score = scoreOf(order, isFault[kind]);
    if (score !== null) record[kind].push(score);
  }
}

function meanAndCount(scores: readonly number[]) {
  return { mean: meanOf(scores), cycles: scores.length };
}
