// Ranks the tests of each cycle by what the cycles before it tell, and lets the model decide only where it has proved better.
import { TestPast, type TestRecordWay } from '../features/test-failure.ts';
import { apfdc, meanOf, type ScoredTest } from '../learning/metrics.ts';
import { RecordWay } from './record-way.ts';
import { UnseenWeight } from './unseen-weight.ts';
import type { Cycle, TestRun } from './test-history-file.ts';

/** Probabilities of rows of features that lie one after the other. */
export type Scorer = (rows: Float32Array) => Promise<Float32Array>;

export interface RankedCycle {
  readonly cycle: Cycle;
  /** In running order. */
  readonly order: readonly TestRun[];
  /** Which way of ordering was used: `plain`, or a name of a model's. */
  readonly by: string;
  /** The orders of all ways, for evaluation. */
  readonly orders: ReadonlyMap<string, readonly TestRun[]>;
  /** What was known before the cycle of its failing tests. */
  readonly failedBefore: ReadonlySet<string>;
  readonly failedLast: ReadonlySet<string>;
}

/** So many cycles with failures are needed before a model can have proved anything. */
const leastProof = 20;
/** One-sided, at 1 %, since it is asked anew at every cycle. */
const certainty = 2.326;
/** Smaller cycles say nothing about an order. */
export const leastTests = 6;

/** Walks forward through the cycles. Without a scorer there is only the plain way. */
export async function* rankCycles(cycles: readonly Cycle[], scorer: Scorer | null): AsyncGenerator<RankedCycle> {
  const past = new TestPast();
  const unseen = new UnseenWeight();
  const record = new RecordWay();
  const proofs = new Map<string, number[]>();
  for (const cycle of cycles) {
    const known = { past, unseenWeight: unseen.current(), way: record.current() };
    const orders = await ordersOf(cycle.runs, known, scorer);
    const by = bestProven(proofs);
    yield {
      cycle,
      order: orders.get(by) ?? cycle.runs,
      by,
      orders,
      failedBefore: namesOf(cycle.runs, (name) => past.hasEverFailed(name)),
      failedLast: namesOf(cycle.runs, (name) => past.hasFailedLast(name)),
    };
    addProofs(proofs, cycle, orders);
    learnUnseen(unseen, cycle, known);
    learnRecord(record, cycle, known);
    past.addCycle(cycle.runs);
  }
}

/** What an order is made of. */
interface Known {
  readonly past: TestPast;
  readonly unseenWeight: number;
  readonly way: TestRecordWay;
}

/** What is held of a test without a model. */
function estimateOf({ past, unseenWeight, way }: Known, name: string): number {
  return past.plainEstimate(name, unseenWeight, way);
}

/** Every way of ordering, the literature's among them. */
const plainWays = {
  plain: (known: Known, name: string) => known.past.worth(name, estimateOf(known, name)),
  'failure rate / duration': ({ past }: Known, name: string) => past.rate(name) / past.relativeDuration(name),
  'decay / duration': ({ past }: Known, name: string) => past.recentFailures(name) / past.relativeDuration(name),
  'shortest first': ({ past }: Known, name: string) => 1 / past.relativeDuration(name),
  'last failed first': ({ past }: Known, name: string) => Number(past.hasFailedLast(name)),
} as const;

async function ordersOf(
  runs: readonly TestRun[],
  known: Known,
  scorer: Scorer | null,
): Promise<Map<string, readonly TestRun[]>> {
  const { past } = known;
  const orders = new Map<string, readonly TestRun[]>();
  for (const [way, worth] of Object.entries(plainWays))
    orders.set(
      way,
      sortedBy(runs, (run) => worth(known, run.name)),
    );
  if (scorer === null) return orders;
  const rows = runs.map((run) => past.features(run.name));
  const width = rows[0]?.length ?? 0;
  const all = new Float32Array(width * rows.length);
  rows.forEach((row, index) => all.set(row, index * width));
  const scores = await scorer(all);
  const probabilities = new Map(runs.map((run, index) => [run.name, scores[index] ?? 0]));
  const model = (run: TestRun) => probabilities.get(run.name) ?? 0;
  orders.set(
    'model',
    sortedBy(runs, (run) => past.worth(run.name, model(run))),
  );
  orders.set(
    'model × plain',
    sortedBy(runs, (run) => past.worth(run.name, Math.sqrt(model(run) * estimateOf(known, run.name)))),
  );
  return orders;
}

function learnUnseen(unseen: UnseenWeight, { runs }: Cycle, known: Known): void {
  const isFirst = (run: TestRun) => run.hasFailed && !known.past.hasEverFailed(run.name);
  if (runs.length < leastTests || !runs.some(isFirst)) return;
  unseen.learn((unseenWeight) => scoreOf(plainOrder(runs, { ...known, unseenWeight }), isFirst) ?? 0);
}

function learnRecord(record: RecordWay, { runs }: Cycle, known: Known): void {
  if (runs.length < leastTests || !runs.some((run) => run.hasFailed)) return;
  record.learn((way) => scoreOf(plainOrder(runs, { ...known, way }), (run) => run.hasFailed) ?? 0);
}

function plainOrder(runs: readonly TestRun[], known: Known): TestRun[] {
  return sortedBy(runs, ({ name }) => plainWays.plain(known, name));
}

/** Highest first; equal ones by name, so that the order does not depend on the file's. */
export function sortedBy(runs: readonly TestRun[], worth: (run: TestRun) => number): TestRun[] {
  const worths = runs.map((run) => ({ run, worth: worth(run) }));
  worths.sort((one, other) => other.worth - one.worth || (one.run.name < other.run.name ? -1 : 1));
  return worths.map(({ run }) => run);
}

/** The model's way that has beaten the plain one with a lower bound above zero, by most; else the plain one. */
function bestProven(proofs: ReadonlyMap<string, readonly number[]>): string {
  let [best, most] = ['plain', 0];
  for (const [way, differences] of proofs) {
    if (differences.length < leastProof) continue;
    const mean = meanOf(differences);
    const variance = meanOf(differences.map((each) => (each - mean) ** 2));
    const bound = mean - certainty * Math.sqrt(variance / differences.length);
    if (bound > most) [best, most] = [way, bound];
  }
  return best;
}

function addProofs(proofs: Map<string, number[]>, cycle: Cycle, orders: ReadonlyMap<string, readonly TestRun[]>): void {
  if (cycle.runs.length < leastTests) return;
  const plain = scoreOf(orders.get('plain') ?? [], (run) => run.hasFailed);
  if (plain === null) return;
  for (const way of ['model', 'model × plain']) {
    const order = orders.get(way);
    if (order === undefined) continue;
    const differences = proofs.get(way) ?? [];
    differences.push((scoreOf(order, (run) => run.hasFailed) ?? plain) - plain);
    proofs.set(way, differences);
  }
}

/** APFDc of an order, counting the faults that are asked for. */
export function scoreOf(order: readonly TestRun[], isFault: (run: TestRun) => boolean): number | null {
  return apfdc(order.map((run): ScoredTest => ({ duration: run.duration ?? 0, isFault: isFault(run) })));
}

function namesOf(runs: readonly TestRun[], holds: (name: string) => boolean): Set<string> {
  return new Set(runs.filter((run) => holds(run.name)).map((run) => run.name));
}
