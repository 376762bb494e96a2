// Which test files run for a change, in which order and why. Pure: a plan is a value.
import type { RepoPath } from '../protocol/ids.ts';
import { isAudited, type PlannedTest, type ReusedTest } from '../protocol/plan.ts';
import type { Framework, TestFile } from '../protocol/test.ts';
import type { FileHistory } from '../store/tests.ts';
import { isFailing, type FailureEstimator, type FailureEvidence } from './estimator.ts';
import type { TestPlanInput } from './plan-input.ts';
import { selectTests, type Selected } from './selection.ts';

export type { TestPlanInput } from './plan-input.ts';

export interface TestPlan {
  /** In running order. */
  readonly tests: readonly PlannedTest[];
  /** Selected, with a last result that holds: they do not run. */
  readonly reused: readonly ReusedTest[];
  readonly skipped: { readonly count: number; readonly files: readonly RepoPath[] };
  readonly notes: readonly string[];
  /** Everything runs as its runner orders it; nothing may change that. */
  readonly keepsRunnersOrder?: true;
}

/** Expected duration of a test file of which, and of whose framework, nothing is known. */
export const unknownFileMs = 500;

/** Of how many changed files the history is asked: a change of everything says nothing. */
const mostAsked = 20;

/** Decides what runs: the rules stand in `selection.ts`, the order below. */
export function planTests(input: TestPlanInput): TestPlan {
  const selected = selectTests(input);
  const medians = frameworkMedians(input);
  const { reused, due } = splitByReuse(selected, input);
  const candidates = due.map((each) => candidateOf(each, input, medians));
  const urgent = keepsRunnersOrder(input) ? candidates : candidates.toSorted(byUrgency);
  const ordered = [
    ...urgent.filter(({ planned }) => !isAudited(planned)),
    ...urgent.filter(({ planned }) => isAudited(planned)),
  ];
  const chosen = new Set(selected.map((each) => each.file.id));
  const left = input.request.buildsOnly === true ? [] : input.files.filter((file) => !chosen.has(file.id));
  return {
    tests: ordered.map((candidate) => candidate.planned),
    reused,
    skipped: {
      count: left.reduce((sum, file) => sum + knownTests(file, input), 0),
      files: left.map((file) => file.file),
    },
    notes: notesOf(input, candidates),
    ...(keepsRunnersOrder(input) ? { keepsRunnersOrder: true as const } : {}),
  };
}

/** A selected test, and why its last result does not hold. */
type Due = Selected & { readonly notReused?: string };

function splitByReuse(
  selected: readonly Selected[],
  { reuse, settings }: TestPlanInput,
): { readonly reused: readonly ReusedTest[]; readonly due: readonly Due[] } {
  if (reuse === null || !settings['test.aiSelection']) return { reused: [], due: selected };
  const reused: ReusedTest[] = [];
  const due: Due[] = [];
  for (const each of selected) {
    const verdict = isAudited(each) ? null : reuse(each.file);
    if (verdict === null) due.push(each);
    else if (!verdict.isReused) due.push({ ...each, notReused: verdict.because });
    else {
      const { id, file, framework } = each.file;
      const { executionId, finishedAt, tests } = verdict;
      reused.push({ id, file, framework, executionId, since: finishedAt, tests, why: [...each.why] });
    }
  }
  return { reused, due };
}

interface Candidate {
  readonly planned: PlannedTest;
  readonly failedLast: boolean;
}

function candidateOf(
  { file, why, distance, ranChange, notReused }: Due,
  input: TestPlanInput,
  medians: ReadonlyMap<Framework, number>,
): Candidate {
  const history = input.history.get(file.id) ?? null;
  const coChange = Math.max(
    0,
    ...input.changes.files.slice(0, mostAsked).map((change) => input.coChange(change.path, file.file)),
  );
  const evidence: FailureEvidence = {
    isChanged: distance === 0,
    distance,
    ...(ranChange === undefined ? {} : { ranChange }),
    coChange,
    history,
  };
  const probability = input.estimator.probability(evidence);
  return {
    failedLast: history !== null && isFailing(history),
    planned: {
      id: file.id,
      file: file.file,
      framework: file.framework,
      probability: Math.round(probability * 10_000) / 10_000,
      ...estimateOf(input.estimator, evidence),
      expectedMs: Math.round(
        (history === null ? undefined : positive(history.medianMs)) ?? medians.get(file.framework) ?? unknownFileMs,
      ),
      ...measured(history),
      project: file.project,
      why: [...why],
      ...(notReused === undefined ? {} : { notReused }),
    },
  };
}

/** What the probability is from, where the estimator tells. */
function estimateOf(estimator: FailureEstimator, evidence: FailureEvidence): Pick<PlannedTest, 'estimate'> {
  const { version } = estimator;
  return version === undefined ? {} : { estimate: { by: version, moves: estimator.moves?.(evidence) ?? [] } };
}

/** How long it takes at most mostly; nothing where it was never measured. */
function measured(history: FileHistory | null): Pick<PlannedTest, 'p90Ms'> {
  if (history === null || history.runs === 0) return {};
  return { p90Ms: Math.round(Math.max(history.p90Ms, history.medianMs)) };
}

/** Everything runs as the runner itself would run it: files that depend on each other's order stay as they are. */
function keepsRunnersOrder({ request, settings }: TestPlanInput): boolean {
  return request.all === true || !settings['test.aiSelection'] || !settings['test.intelligentPrioritization'];
}

/** What failed last time first, then the most probable failure per millisecond; what is equal: the shorter, then by name. */
function byUrgency(one: Candidate, other: Candidate): number {
  if (one.failedLast !== other.failedLast) return one.failedLast ? -1 : 1;
  const difference = worth(other.planned) - worth(one.planned);
  if (difference !== 0) return difference;
  return one.planned.expectedMs - other.planned.expectedMs || (one.planned.id < other.planned.id ? -1 : 1);
}

/** A file that takes next to nothing costs at least the time to load it. */
const leastMs = 20;

function worth({ probability, expectedMs }: PlannedTest): number {
  return probability / Math.max(expectedMs, leastMs);
}

function frameworkMedians(input: TestPlanInput): Map<Framework, number> {
  const durations = new Map<Framework, number[]>();
  for (const file of input.files) {
    const medianMs = positive(input.history.get(file.id)?.medianMs ?? 0);
    if (medianMs === undefined) continue;
    const list = durations.get(file.framework) ?? [];
    list.push(medianMs);
    durations.set(file.framework, list);
  }
  return new Map(
    [...durations].map(([framework, list]) => [
      framework,
      list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? unknownFileMs,
    ]),
  );
}

function positive(value: number): number | undefined {
  return value > 0 ? value : undefined;
}

function knownTests(file: TestFile, input: TestPlanInput): number {
  return Math.max(1, input.history.get(file.id)?.caseCount ?? file.cases.length);
}

function notesOf({ request, settings }: TestPlanInput, candidates: readonly Candidate[]): string[] {
  const asksForLess =
    request.all !== true && request.tests === undefined && request.failed !== true && request.buildsOnly !== true;
  if (!asksForLess) return [];
  if (!settings['test.aiSelection']) return ['All tests run, because the setting test.aiSelection is off.'];
  const again = candidates.filter((each) => each.planned.why[0] === 'failed last time').length;
  if (again === 0) return [];
  return [
    again === 1
      ? '1 test file runs only because it failed last time.'
      : `${again} test files run only because they failed last time.`,
  ];
}
