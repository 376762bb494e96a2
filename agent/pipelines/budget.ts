// The part of a plan's tests that a budget leaves: the cheapest set that reaches what was asked for. Pure.
import type { Calibration, TestTime } from '../predictions/predictions.ts';
import { failure, success, type Result } from '../protocol/failure.ts';
import {
  budgetAuditReason,
  isAudited,
  type Plan,
  type PlanBudget,
  type PlannedTest,
  type PlanRequest,
} from '../protocol/plan.ts';
import { counted, formatDuration } from '../protocol/quantities.ts';

/** What a request asks for. */
export type Asked = Pick<PlanBudget, 'kind' | 'target'>;

export interface BudgetInput {
  readonly asked: Asked;
  /** In running order. */
  readonly tests: readonly PlannedTest[];
  /** Null while too little is recorded. */
  readonly calibration: Calibration | null;
  /** Empty; adds up what the tests take with the start of their runners. */
  readonly time: Pick<TestTime, 'add' | 'totalWith'>;
}

export interface Cut {
  readonly tests: readonly PlannedTest[];
  readonly budget: PlanBudget;
}

/** What a request asks for; null: everything. Two budgets at once, or one for what takes none, are refused. */
export function budgetOf(request: PlanRequest): Result<Asked | null> {
  const { budgetMs, confidence, share } = request;
  const asked: Asked[] = [
    ...(budgetMs === undefined ? [] : [{ kind: 'time' as const, target: budgetMs }]),
    ...(confidence === undefined ? [] : [{ kind: 'confidence' as const, target: confidence }]),
    ...(share === undefined ? [] : [{ kind: 'share' as const, target: share }]),
  ];
  const [first = null] = asked;
  if (asked.length > 1)
    return failure('invalid_input', `found ${asked.map(nameOf).join(' and ')}; expected at most one budget`, {
      place: nameOf(asked[1] ?? asked[0]),
    });
  if (first !== null && request.buildsOnly === true)
    return failure('invalid_input', `${nameOf(first)} is about tests; expected no budget where only builds run`, {
      place: nameOf(first),
    });
  return success(first);
}

function nameOf(asked: Asked | undefined): string {
  return asked?.kind === 'time' ? 'budgetMs' : (asked?.kind ?? '');
}

/** Cuts tests down. What runs stays in running order; the most urgent test always runs. */
export function cutToBudget(input: BudgetInput): Cut {
  const { asked, calibration } = input;
  // What runs only to check the selection is no part of what was asked for.
  const wanted = input.tests.filter((test) => !isAudited(test));
  const known = { ...input, tests: wanted };
  const kept = new Set(calibration === null ? keptPlainly(known) : keptByProbability(known, calibration));
  const leftOut = wanted.filter((test) => !kept.has(test));
  const expected = calibration === null ? unknownMiss : expectedMiss(wanted, leftOut, calibration);
  return {
    tests: input.tests.filter((test) => kept.has(test) || isAudited(test)),
    budget: { ...asked, leftOut, ...expected, basis: basisOf(asked, calibration) },
  };
}

/** The plan with what its budget left out behind it, so that a run measures what it would have missed. */
export function withBudgetAudit(tests: readonly PlannedTest[], { leftOut }: PlanBudget): PlannedTest[] {
  const audited = leftOut.map((test) => ({ ...test, why: [budgetAuditReason, ...test.why] }));
  return [...tests.filter((test) => !isAudited(test)), ...audited, ...tests.filter(isAudited)];
}

/** What is to be said of it before anything runs. */
export function budgetNotes({ budget, tests }: Pick<Plan, 'budget' | 'tests'>): string[] {
  if (budget === undefined) return [];
  const { kind, target, leftOut, expectedShare, expectedMissed, missProbability, basis } = budget;
  const asked = kind === 'time' ? `of ${formatDuration(target)}` : `of ${percent(target)} ${kind}`;
  const ids = new Set(leftOut.map(({ id }) => id));
  const guessed =
    kind === 'time'
      ? [...tests.filter(({ id }) => !ids.has(id)), ...leftOut].filter(({ p90Ms }) => p90Ms === undefined).length
      : 0;
  const guesses =
    guessed === 0 ? [] : [`${counted(guessed, 'test file')} never ran here: what fits into the time is partly a guess`];
  if (leftOut.length === 0) return [`budget ${asked}: nothing is left out; ${basis}`, ...guesses];
  const kept = tests.filter(({ why }) => why[0] !== budgetAuditReason).length;
  const miss =
    expectedShare === null || expectedMissed === null || missProbability === null
      ? 'what that may miss is not known'
      : `expected to find ${percent(expectedShare)} of the failures; what is left out fails with probability ${missProbability.toFixed(missProbability < 0.1 ? 3 : 2)}, ${expectedMissed.toFixed(2)} failing test files expected`;
  return [
    `budget ${asked}: ${counted(leftOut.length, 'test file')} of ${kept + leftOut.length} left out; ${miss}`,
    basis,
    ...guesses,
  ];
}

function basisOf({ kind }: Asked, calibration: Calibration | null): string {
  if (calibration !== null)
    return `the probabilities are calibrated by ${counted(calibration.results, 'recorded result')} with ${counted(calibration.failures, 'failure')}`;
  const little = 'too few results with failures are recorded here to know how probable a failure is';
  return kind === 'time'
    ? `${little}: what failed last runs first, then what is nearest to the change, then what is short`
    : `${little}: nothing is left out`;
}

const unknownMiss = { expectedShare: null, expectedMissed: null, missProbability: null };

function expectedMiss(wanted: readonly PlannedTest[], leftOut: readonly PlannedTest[], { calibrated }: Calibration) {
  const probabilities = leftOut.map(({ probability }) => calibrated(probability));
  const all = wanted.reduce((sum, { probability }) => sum + calibrated(probability), 0);
  const missed = probabilities.reduce((sum, each) => sum + each, 0);
  return {
    expectedShare: all === 0 ? 1 : Math.min(1, Math.max(0, 1 - missed / all)),
    expectedMissed: missed,
    missProbability: 1 - passProbability(probabilities),
  };
}

/** That none fails, as if they failed independently; failures that come together make it more probable. */
function passProbability(probabilities: readonly number[]): number {
  return probabilities.reduce((product, each) => product * (1 - each), 1);
}

function keptByProbability(input: BudgetInput, { calibrated }: Calibration): readonly PlannedTest[] {
  const worth = (test: PlannedTest) => calibrated(test.probability) / Math.max(1, test.expectedMs);
  const byWorth = input.tests.toSorted((one, other) => worth(other) - worth(one));
  return input.asked.kind === 'time' ? fitting(byWorth, input) : sufficient(byWorth, input, calibrated);
}

/** Without probabilities a time can still be kept to; nothing else can be promised. */
function keptPlainly(input: BudgetInput): readonly PlannedTest[] {
  return input.asked.kind === 'time' ? fitting(input.tests.toSorted(byNearness), input) : input.tests;
}

/** Estimates of 0.7 and more are those of tests that failed last time. */
const failedLast = 0.7;

function byNearness(one: PlannedTest, other: PlannedTest): number {
  const first = Number(other.probability >= failedLast) - Number(one.probability >= failedLast);
  return (
    first || one.why.length - other.why.length || one.expectedMs - other.expectedMs || (one.id < other.id ? -1 : 1)
  );
}

/** As many as fit into the time; what is too long is passed over for what is shorter. The first runs in any case. */
function fitting(tests: readonly PlannedTest[], { asked, time }: BudgetInput): PlannedTest[] {
  const kept: PlannedTest[] = [];
  for (const test of tests) {
    if (kept.length > 0 && time.totalWith(test) > asked.target) continue;
    time.add(test);
    kept.push(test);
  }
  return kept;
}

/** The first that suffice together, less those that turn out not to be needed, the longest first. */
function sufficient(
  tests: readonly PlannedTest[],
  { asked }: BudgetInput,
  calibrated: Calibration['calibrated'],
): PlannedTest[] {
  const room = new Room(
    asked,
    tests.map(({ probability }) => calibrated(probability)),
  );
  const kept = new Set(tests.slice(0, 1));
  const candidates = tests.slice(1).map((test) => ({ test, probability: calibrated(test.probability) }));
  // From the least worth on: whatever may be missing is.
  for (const { test, probability } of candidates.toReversed()) if (!room.take(probability)) kept.add(test);
  return tests.filter((test) => kept.has(test));
}

/** How much more may be left out. */
class Room {
  /** Expected failures for a share, log probability of a pass for a confidence. */
  #left: number;
  readonly #isShare: boolean;

  constructor({ kind, target }: Asked, probabilities: readonly number[]) {
    this.#isShare = kind === 'share';
    const all = probabilities.reduce((sum, each) => sum + each, 0);
    this.#left = this.#isShare ? (1 - target) * all : -Math.log(target);
  }

  /** False where that would be too much. */
  take(probability: number): boolean {
    const cost = this.#isShare ? probability : -Math.log1p(-Math.min(probability, 1 - 1e-9));
    if (cost > this.#left + 1e-12) return false;
    this.#left -= cost;
    return true;
  }
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share > 0.99 || share < 0.1 ? 1 : 0)} %`;
}
