// What will fail, how long it takes, how risky a change is. A model answers where it is better than the plain way; else that does.
import { BuildHistory, buildOutcomeFeatures } from '../../models/features/build-outcome.ts';
import { ChangePast, changeRiskFeatures, type ChangeMeasures } from '../../models/features/change-risk.ts';
import type { TargetId, TestId } from '../protocol/ids.ts';
import type { Plan, PlanDuration, PlannedTest } from '../protocol/plan.ts';
import type { LocalFigures } from '../protocol/prediction.ts';
import { saveLearned } from '../store/learned.ts';
import { runnerStarts } from '../store/runner-starts.ts';
import type { Store } from '../store/store.ts';
import type { Reader } from '../store/sql.ts';
import { fileHistory, testHistory, type FileHistory } from '../store/tests.ts';
import { calibrationOf, type Calibration } from './calibration.ts';
import { measuredChanges, notCommitted, withPending, type PendingChange } from './change-log.ts';
import { estimateDuration, type DurationEstimate } from './durations.ts';
import { reasonsOf, type Reason } from './explanation.ts';
import {
  estimateFailure,
  suiteRatesOf,
  type FailureEstimate,
  type SuiteRates,
  type TestEvidence,
} from './failure-estimate.ts';
import { blendedContributions, blendedProbability, type LocalModel } from './local-model.ts';
import type { ModelAnswer } from './model-messages.ts';
import { createOwnModels, learnedModels, type OwnModels } from './own-models.ts';
import type { ReadGit } from './szz.ts';
import { ModelHost, type ModelHostOptions } from './model-host.ts';
import { describeModels, type ModelDescription } from './model-registry.ts';
import { localFigures, recordedDrift } from './local-figures.ts';
import { chooseOrder, scoreOrders } from './orders.ts';
import { orderChoiceName, orderTests, type OrderedTests } from './test-order.ts';
import { planDuration, TestTime, type Pace } from './plan-duration.ts';
import { recordedBuilds } from './recorded-builds.ts';
import { recordedCycles } from './recorded-cycles.ts';

export interface PredictionsOptions extends ModelHostOptions {
  readonly store: Store;
  /** Absolute; where the repository's own models are kept. */
  readonly localFolder: string;
  /** A read-only git command; null where it fails. */
  readonly readGit: ReadGit;
  /** How many projects are tested, and targets built, at once. */
  readonly slots: () => { readonly testSlots: number; readonly buildSlots: number };
  /** Called once for each reason why a model was refused. */
  readonly onRefused: (message: string) => void;
}

export interface Prediction {
  /** Between 0 and 1. For a change: the share of earlier changes that are less risky. */
  readonly value: number;
  readonly reasons: readonly Reason[];
  /** The model's version, or `plain` when no model answered. */
  readonly by: string;
}

export type BuildVerdict = 'fail-likely' | 'fine' | "don't know";

export interface Predictions {
  /** Orders tests; fills the interface of the tests component. Reads the suite's rates when it is asked for. */
  failureEstimator(): { probability(evidence: TestEvidence): number };
  /** The same estimate with its reasons. */
  explainFailure(evidence: TestEvidence): FailureEstimate;
  /** What estimates of recorded plans were worth; null while too little is recorded. Reads the latest plans. */
  calibration(): Calibration | null;
  /** Empty; adds up what tests take with the start of their runners. */
  testTime(): TestTime;
  /** From start to end; null where too little was measured. `waits`: whether tests of a folder wait for the builds. */
  planDuration(plan: Pick<Plan, 'tests' | 'builds'>, waits: (folder: string) => boolean): PlanDuration | null;
  /** The order of a plan's tests, which come in that of the estimate, and why it is this one. */
  orderTests(tests: readonly PlannedTest[]): OrderedTests;
  /** What the records of this repository say of orders, probabilities and budgets. Reads the latest plans. */
  here(): LocalFigures;
  /** Whether estimates became surely worse since the last learning. Reads the latest plans. */
  hasDrifted(): boolean;
  /** Models of this repository alone. */
  readonly ownModels: OwnModels;
  /** Works out of the records which order does best here, and makes the repository's own models anew. Off the hot path. */
  learn(at: number): Promise<void>;
  /** Null when the file, or case, never ran. */
  testDuration(id: TestId): DurationEstimate | null;
  /** From this repository's own builds and the shipped model. `startsAt` in milliseconds since 1970. */
  buildFailure(
    target: TargetId,
    fingerprint: string,
    startsAt: number,
  ): Promise<Prediction & { readonly verdict: BuildVerdict }>;
  /**
   * A percentile among the repository's own changes, which are given in time order. Among fewer than 30 the number of
   * lines alone decides.
   */
  changeRisk(change: ChangeMeasures, earlier: readonly ChangeMeasures[]): Promise<Prediction>;
  /**
   * The risk of the last commit of a log that `git` printed for `changeLogArguments`, or of `pending` where something is
   * not committed yet, among the commits before it. Null when there is none. `commit` is null for what is pending.
   */
  commitRisk(
    log: string,
    pending?: PendingChange,
  ): Promise<(Prediction & { readonly commit: string | null; readonly among: number }) | null>;
  /** The models at hand with their figures, for people to see. */
  models(): Promise<ModelDescription[]>;
  dispose(): Promise<void>;
}

export type { Calibration } from './calibration.ts';
export type { OrderedTests } from './test-order.ts';
export type { TestTime } from './plan-duration.ts';
export { authorArguments, changeLogArguments, pendingChangeArguments } from './change-log.ts';

/** The last durations of a test that count. */
const countedRuns = 30;
/** A change is ranked among so many before it. */
const mostEarlier = 2000;
/** The model knows a change by its ranks among earlier ones; among fewer than these they say little. */
const leastEarlier = 30;
/** As in the evaluation: beyond these a build is called, between them not. */
const likely = 0.7;
const unlikely = 0.3;

/** Costs nothing until it is asked; models are loaded in a worker thread with the first question that needs one. */
export function createPredictions(options: PredictionsOptions): Predictions {
  const { store } = options;
  const host = new ModelHost(options);
  const refusals = new Set<string>();
  const refuse = (message: string) => {
    if (refusals.has(message)) return;
    refusals.add(message);
    options.onRefused(message);
  };
  const ownModels = createOwnModels({
    ...options,
    folder: options.localFolder,
    ask: (name, rows) => host.ask(name, rows),
  });
  const changeRisk: Predictions['changeRisk'] = async (change, earlier) => {
    const { rows, churnRank } = changeRows(change, earlier);
    const plain = {
      value: churnRank,
      reasons: [{ words: 'how many lines it touches', weight: churnRank - 0.5 }],
      by: 'plain',
    };
    if (earlier.length < leastEarlier) return plain;
    const answer = await host.ask('change-risk', rows);
    if (!answer.ok) refuse(answer.message);
    if (!answer.ok || answer.standsAside) return plain;
    const own = await ownModels.active('change-risk');
    const { scores, contributions, by } = blendedAnswer(answer, rows, own);
    return { value: percentileOfLast(scores), reasons: reasonsOf(changeRiskFeatures, contributions), by };
  };
  return {
    ...testPredictions(options),
    ownModels,
    async learn(at) {
      await learnOrder(store, at);
      for (const name of learnedModels) await ownModels.retrain(name, at);
    },
    async buildFailure(target, fingerprint, startsAt) {
      const { row, rate } = buildRow(store, { target, fingerprint, startsAt });
      const answer = await host.ask('build-outcome', row);
      if (!answer.ok) refuse(answer.message);
      if (!answer.ok || answer.standsAside) return { value: rate, verdict: "don't know", reasons: [], by: 'plain' };
      const { scores, contributions, by } = blendedAnswer(answer, row, await ownModels.active('build-outcome'));
      const value = scores[0] ?? rate;
      return { value, verdict: verdictOf(value), reasons: reasonsOf(buildOutcomeFeatures, contributions), by };
    },
    changeRisk,
    async commitRisk(log, pending) {
      const changes = measuredChanges(pending === undefined ? log : withPending(log, pending));
      const last = changes.at(-1);
      if (last === undefined) return null;
      const earlier = changes.slice(-mostEarlier - 1, -1).map((change) => change.measures);
      const commit = last.commit === notCommitted ? null : last.commit;
      return { commit, among: earlier.length, ...(await changeRisk(last.measures, earlier)) };
    },
    models: () => describeModels(options.modelsFolder),
    dispose: () => host.dispose(),
  };
}

async function learnOrder(store: Store, at: number): Promise<void> {
  const choice = chooseOrder(scoreOrders(recordedCycles(store)));
  await store.transact((tx) => saveLearned(tx, orderChoiceName, choice, at));
}

/** What the shipped model said, with the repository's own model in it where one is in use. */
function blendedAnswer(answer: Extract<ModelAnswer, { ok: true }>, rows: Float32Array, own: LocalModel | null) {
  const { scores, contributions, version } = answer;
  if (own === null) return { scores, contributions, by: version };
  const width = own.features.length;
  const rowAt = (index: number) => rows.subarray(index * width, (index + 1) * width);
  return {
    scores: scores.map((score, index) => blendedProbability(own, rowAt(index), score)),
    contributions: blendedContributions(own, rowAt(scores.length - 1), contributions),
    by: `${version}+${own.version}`,
  };
}

function paceOf({ store, slots }: PredictionsOptions): Pace {
  return { starts: runnerStarts(store), ...slots() };
}

type AboutTests = Pick<
  Predictions,
  | 'failureEstimator'
  | 'explainFailure'
  | 'calibration'
  | 'orderTests'
  | 'here'
  | 'hasDrifted'
  | 'testTime'
  | 'planDuration'
  | 'testDuration'
>;

/** What needs no model: estimates, orders and durations from the records. */
function testPredictions(options: PredictionsOptions): AboutTests {
  const { store } = options;
  return {
    failureEstimator() {
      const suite = ratesOf(fileHistory(store));
      return { probability: (evidence) => estimateFailure(evidence, suite).probability };
    },
    explainFailure: (evidence) => estimateFailure(evidence, ratesOf(fileHistory(store))),
    calibration: () => calibrationOf(recordedCycles(store).flatMap(({ tests }) => tests)),
    orderTests: (tests) => orderTests(store, tests),
    here: () => localFigures(store),
    hasDrifted: () => recordedDrift(store).hasDrifted,
    testTime: () => new TestTime(paceOf(options)),
    planDuration: (plan, waits) => planDuration({ ...paceOf(options), ...plan, waits }),
    testDuration: (id) => estimateDuration(testHistory(store, id, countedRuns).map((entry) => entry.durationMs)),
  };
}

function ratesOf(histories: ReadonlyMap<TestId, FileHistory>): SuiteRates {
  return suiteRatesOf(histories.values());
}

interface BuildQuestion {
  readonly target: TargetId;
  readonly fingerprint: string;
  readonly startsAt: number;
}

/** The row of a build that starts, and how often the target's builds failed, drawn towards one half. */
function buildRow(store: Reader, { target, fingerprint, startsAt }: BuildQuestion) {
  const history = new BuildHistory();
  const builds = recordedBuilds(store);
  for (const build of builds) history.add(build);
  const own = builds.filter((build) => build.change === target);
  const failures = own.filter((build) => build.hasFailed === true).length;
  const start = {
    change: target,
    branch: '',
    number: own.length + 1,
    head: fingerprint,
    trunk: '',
    startedAt: startsAt / 1000,
  };
  return { row: history.features(start), rate: (failures + 1) / (own.length + 2) };
}

/** The rows of all changes, the one asked about last; each knows those before it. */
function changeRows(change: ChangeMeasures, earlier: readonly ChangeMeasures[]) {
  const past = new ChangePast();
  const width = changeRiskFeatures.length;
  const rows = new Float32Array((earlier.length + 1) * width);
  [...earlier, change].forEach((measures, index) => {
    rows.set(past.features(measures), index * width);
    past.add(measures);
  });
  const churn = changeRiskFeatures.findIndex((feature) => feature.name === 'churn');
  return { rows, churnRank: rows[earlier.length * width + churn] ?? 0.5 };
}

function percentileOfLast(scores: Float32Array): number {
  const last = scores.at(-1) ?? 0;
  const earlier = scores.subarray(0, -1);
  return (earlier.filter((score) => score < last).length + 0.5) / (earlier.length + 1);
}

function verdictOf(value: number): BuildVerdict {
  if (value >= likely) return 'fail-likely';
  return value <= unlikely ? 'fine' : "don't know";
}
