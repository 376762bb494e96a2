// What will fail, how long it takes, how risky a change is. A model answers where it is better than the plain way; else that does.
import type { TestId } from '../protocol/ids.ts';
import type { Plan, PlanDuration, PlannedTest } from '../protocol/plan.ts';
import type { LocalFigures } from '../protocol/prediction.ts';
import { saveLearned } from '../store/learned.ts';
import { runnerStarts } from '../store/runner-starts.ts';
import type { Store } from '../store/store.ts';
import { fileHistory, testHistory, type FileHistory } from '../store/tests.ts';
import type { EstimateBuild } from './build-choice.ts';
import { createBuildModel, type BuildModel } from './build-model.ts';
import { calibrationOf, type Calibration } from './calibration.ts';
import { createChangeRisk, type ChangeRiskModel } from './change-risk.ts';
import { estimateDuration, type DurationEstimate } from './durations.ts';
import {
  estimateFailure,
  suiteRatesOf,
  type FailureEstimate,
  type SuiteRates,
  type TestEvidence,
} from './failure-estimate.ts';
import { createOwnModels, learnedModels, type OwnModels } from './own-models.ts';
import type { ReadGit } from './szz.ts';
import { ModelHost, type ModelHostOptions } from './model-host.ts';
import { describeModels, type ModelDescription } from './model-registry.ts';
import { localFigures, recordedDrift } from './local-figures.ts';
import { chooseOrder, scoreOrders } from './orders.ts';
import { orderChoiceName, orderTests, type OrderedTests } from './test-order.ts';
import { planDuration, TestTime, type Pace } from './plan-duration.ts';
import { recordedCycles } from './recorded-cycles.ts';

export interface PredictionsOptions extends ModelHostOptions {
  readonly store: Store;
  /** Absolute; where the repository's own models are kept. */
  readonly localFolder: string;
  /** A read-only git command; null where it fails. */
  readonly readGit: ReadGit;
  /** In milliseconds since 1970. */
  readonly now: () => number;
  /** How many projects are tested, and targets built, at once. */
  readonly slots: () => { readonly testSlots: number; readonly buildSlots: number };
  /** How likely a build fails by the history of its target alone. */
  readonly estimateBuild: EstimateBuild;
  /** Called once for each reason why a model was refused. */
  readonly onRefused: (message: string) => void;
}

export interface Predictions extends ChangeRiskModel {
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
  /** Whether estimates became surely worse since the last learning. Reads the latest plans. */
  hasDrifted(): boolean;
  /** Models of this repository alone. */
  readonly ownModels: OwnModels;
  /** Works out of the records which order does best here, and makes the repository's own models anew. Off the hot path. */
  learn(at: number): Promise<void>;
  /** Null when the file, or case, never ran. */
  testDuration(id: TestId): DurationEstimate | null;
  /** How likely builds fail, by the model. */
  readonly builds: Pick<BuildModel, 'predict' | 'estimate' | 'judged'>;
  /**
   * The models at hand with their figures, and what the records of this repository say of orders, probabilities, budgets
   * and builds, for people to see. Reads the latest plans and builds.
   */
  models(): Promise<{ readonly models: ModelDescription[]; readonly here: LocalFigures }>;
  dispose(): Promise<void>;
}

export type { Calibration } from './calibration.ts';
export type { OrderedTests } from './test-order.ts';
export type { TestTime } from './plan-duration.ts';
export { authorArguments, changeLogArguments, pendingChangeArguments } from './change-log.ts';

/** The last durations of a test that count. */
const countedRuns = 30;
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
  const builds = createBuildModel({
    store,
    ask: (rows) => host.ask('build-outcome', rows),
    own: () => ownModels.active('build-outcome'),
    estimateBuild: options.estimateBuild,
    onRefused: refuse,
  });
  const ownModels = createOwnModels({
    ...options,
    folder: options.localFolder,
    ask: (name, rows) => host.ask(name, rows),
    onChanged: async (name) => {
      if (name === 'build-outcome') await builds.choose(options.now());
    },
  });
  return {
    ...testPredictions(options),
    ownModels,
    async learn(at) {
      await learnOrder(store, at);
      for (const name of learnedModels) await ownModels.retrain(name, at);
    },
    builds,
    ...createChangeRisk({
      ask: (rows) => host.ask('change-risk', rows),
      own: () => ownModels.active('change-risk'),
      onRefused: refuse,
    }),
    async models() {
      const figures = await builds.figures();
      const aside = new Set(figures.by === 'history' ? ['build-outcome'] : []);
      const models = await describeModels(options.modelsFolder, aside);
      return { models, here: { ...localFigures(store), builds: figures } };
    },
    dispose: () => host.dispose(),
  };
}

async function learnOrder(store: Store, at: number): Promise<void> {
  const choice = chooseOrder(scoreOrders(recordedCycles(store)));
  await store.transact((tx) => saveLearned(tx, orderChoiceName, choice, at));
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
    hasDrifted: () => recordedDrift(store).hasDrifted,
    testTime: () => new TestTime(paceOf(options)),
    planDuration: (plan, waits) => planDuration({ ...paceOf(options), ...plan, waits }),
    testDuration: (id) => estimateDuration(testHistory(store, id, countedRuns).map((entry) => entry.durationMs)),
  };
}

function ratesOf(histories: ReadonlyMap<TestId, FileHistory>): SuiteRates {
  return suiteRatesOf(histories.values());
}
