// What will fail, how long it takes, how risky a change is. A model answers where it is better than the plain way; else that does.
import type { TestId } from '../protocol/ids.ts';
import type { Plan, PlanDuration, PlannedTest } from '../protocol/plan.ts';
import type { LocalFigures, ProviderTime } from '../protocol/prediction.ts';
import { learnedAt, saveLearned } from '../store/learned.ts';
import { runnerStarts } from '../store/runner-starts.ts';
import type { Store } from '../store/store.ts';
import { fileHistory, testHistory, type FileHistory } from '../store/tests.ts';
import type { EstimateBuild } from './build-choice.ts';
import { createBuildModel, type BuildModel } from './build-model.ts';
import { budgetRecord } from './budget-record.ts';
import { calibrationBy, type Calibration } from './calibration.ts';
import { createChangeRisk, type ChangeRating } from './change-risk.ts';
import { driftCycles } from './cycle-figures.ts';
import { estimateDuration, type DurationEstimate } from './durations.ts';
import {
  estimateFailure,
  suiteRatesOf,
  type FailureEstimate,
  type SuiteRates,
  type TestEvidence,
} from './failure-estimate.ts';
import { createOwnEvidence } from './own-evidence.ts';
import { createOwnModels, learnedModels, type OwnModels } from './own-models.ts';
import type { ReadGit } from './szz.ts';
import { ModelHost, type ModelHostOptions } from './model-host.ts';
import { describeModels, type ModelDescription } from './model-registry.ts';
import { runTask, type Compute } from './model-tasks.ts';
import { orderChoiceName, orderTests, type OrderedTests } from './test-order.ts';
import { planDuration, TestTime, type Pace } from './plan-duration.ts';
import { packCycles } from './packed-cycles.ts';
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

export interface Predictions extends ChangeRating {
  /** Orders tests; fills the interface of the tests component. Reads the suite's rates when it is asked for. */
  failureEstimator(): { probability(evidence: TestEvidence): number };
  /** The same estimate with its reasons. */
  explainFailure(evidence: TestEvidence): FailureEstimate;
  /** What estimates of recorded plans were worth; null while too little is recorded. Reads the latest plans. */
  calibration(): Promise<Calibration | null>;
  /** Empty; adds up what tests take with the start of their runners. */
  testTime(): TestTime;
  /** From start to end; null where too little was measured. `waits`: whether tests of a folder wait for the builds. */
  planDuration(plan: Pick<Plan, 'tests' | 'builds'>, waits: (folder: string) => boolean): PlanDuration | null;
  /** The order of a plan's tests, which come in that of the estimate, and why it is this one. */
  orderTests(tests: readonly PlannedTest[]): OrderedTests;
  /** Whether estimates became surely worse since the last learning. Reads the latest plans. */
  hasDrifted(): Promise<boolean>;
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
  models(): Promise<{
    readonly models: ModelDescription[];
    readonly here: LocalFigures;
    readonly providers: readonly ProviderTime[];
  }>;
  dispose(): Promise<void>;
}

export type { Calibration } from './calibration.ts';
export type { OrderedTests } from './test-order.ts';
export type { TestTime } from './plan-duration.ts';
export { authorArguments, changeLogArguments, newFileArguments, newFileLines, pendingChangeArguments } from './change-log.ts';

/** The last durations of a test that count. */
const countedRuns = 30;
/** Costs nothing until it is asked; models are loaded, and what takes long is worked out, in a worker thread. */
export function createPredictions(options: PredictionsOptions): Predictions {
  const { store, now } = options;
  const host = new ModelHost(options);
  const onRefused = onceEach(options.onRefused);
  // Where the worker cannot be had, it is worked out here: late is better than never.
  const compute: Compute = (name, ...input) => host.compute(name, ...input).catch(() => runTask(name, ...input));
  const builds = createBuildModel({
    ...{ store, compute, onRefused, estimateBuild: options.estimateBuild },
    ask: (rows) => host.ask('build-outcome', rows),
    own: () => ownModels.active('build-outcome'),
  });
  const evidence = createOwnEvidence({ store, compute, readGit: options.readGit });
  const risk = createChangeRisk({
    ...{ store, compute, evidence, onRefused },
    ask: (rows) => host.ask('change-risk', rows),
    own: () => ownModels.active('change-risk'),
  });
  const ownModels = createOwnModels({
    ...{ compute, evidence, folder: options.localFolder },
    ask: (name, rows) => host.ask(name, rows),
    onChanged: (name) => (name === 'build-outcome' ? builds : risk).choose(now()),
  });
  return {
    ...testPredictions(options),
    ...recordPredictions(store, compute),
    changeRisk: risk.changeRisk,
    commitRisk: risk.commitRisk,
    ownModels,
    builds,
    async learn(at) {
      const { choice } = await figuresOf(store, compute);
      await store.transact((tx) => saveLearned(tx, orderChoiceName, choice, at));
      for (const name of learnedModels) await ownModels.retrain(name, at);
    },
    async models() {
      const { orders, calibration, durations, drift } = await figuresOf(store, compute);
      const { order } = orderTests(store, []);
      const here = {
        orders,
        order,
        calibration,
        durations,
        drift,
        budgets: budgetRecord(store),
        builds: await builds.figures(),
        risk: risk.figures(),
      };
      const aside = new Set([
        ...(here.builds.by === 'history' ? ['build-outcome'] : []),
        ...(here.risk?.by === 'lines' ? ['change-risk'] : []),
      ]);
      const models = await describeModels(options.modelsFolder, { aside, refused: await refusedModels(host) });
      return { models, here, providers: await host.measure() };
    },
    dispose: () => host.dispose(),
  };
}

/** Of the models that are asked at all, those that cannot be loaded, with the reason. */
async function refusedModels(host: ModelHost): Promise<Map<string, string>> {
  const refused = new Map<string, string>();
  for (const name of learnedModels) {
    const answer = await host.ask(name, new Float32Array());
    if (!answer.ok) refused.set(name, answer.message);
  }
  return refused;
}

/** Says each message once. */
function onceEach(say: (message: string) => void): (message: string) => void {
  const said = new Set<string>();
  return (message) => {
    if (said.has(message)) return;
    said.add(message);
    say(message);
  };
}

async function figuresOf(store: Store, compute: Compute) {
  return await compute('cycleFigures', packCycles(await recordedCycles(store)), learnedAt(store, orderChoiceName));
}

/** What recorded runs say of the estimates. */
function recordPredictions(store: Store, compute: Compute): Pick<Predictions, 'calibration' | 'hasDrifted'> {
  return {
    async calibration() {
      const steps = await compute('calibrationOfCycles', packCycles(await recordedCycles(store)));
      return steps === null ? null : calibrationBy(steps);
    },
    async hasDrifted() {
      const cycles = packCycles(await recordedCycles(store, driftCycles));
      return (await compute('driftOf', cycles, learnedAt(store, orderChoiceName))).hasDrifted;
    },
  };
}

function paceOf({ store, slots }: PredictionsOptions): Pace {
  return { starts: runnerStarts(store), ...slots() };
}

type AboutTests = Pick<
  Predictions,
  'failureEstimator' | 'explainFailure' | 'orderTests' | 'testTime' | 'planDuration' | 'testDuration'
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
    orderTests: (tests) => orderTests(store, tests),
    testTime: () => new TestTime(paceOf(options)),
    planDuration: (plan, waits) => planDuration({ ...paceOf(options), ...plan, waits }),
    testDuration: (id) => estimateDuration(testHistory(store, id, countedRuns).map((entry) => entry.durationMs)),
  };
}

function ratesOf(histories: ReadonlyMap<TestId, FileHistory>): SuiteRates {
  return suiteRatesOf(histories.values());
}
