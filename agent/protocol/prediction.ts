// What models say, and what is to be known of them.
import { z } from 'zod';
import { operation, nothing } from './operation.ts';

export const ModelDescription = z.object({
  name: z.string(),
  version: z.string(),
  date: z.string(),
  summary: z.string(),
  /** `decides`: it answers. `stands aside`: it is not surely better than its baseline, which answers. `refused`: it is not what its card says. */
  role: z.enum(['decides', 'stands aside', 'refused']),
  /** Why it is refused; else null. */
  problem: z.string().nullable(),
  /** Measured on data that it had not seen, each beside the baseline's figure. */
  metrics: z.array(z.object({ what: z.string(), value: z.number(), baseline: z.string() })),
  limits: z.array(z.string()),
});
export type ModelDescription = z.infer<typeof ModelDescription>;

/** How good a model of the repository itself was on its later outcomes, made from the earlier ones, beside the shipped model. */
export const LocalModelFigures = z.object({
  rows: z.int().nonnegative(),
  /** Area under the ROC curve; null with one class. */
  auc: z.number().nullable(),
  shippedAuc: z.number().nullable(),
  /** Calibration error. */
  error: z.number(),
  shippedError: z.number(),
  /** Log loss of the shipped model minus that of the blend, with its 95 % paired bootstrap interval. */
  gain: z.object({ mean: z.number(), low: z.number(), high: z.number() }).nullable(),
});
export type LocalModelFigures = z.infer<typeof LocalModelFigures>;

export const LocalVersion = z.object({
  version: z.string(),
  createdAt: z.number().nonnegative(),
  /** Outcomes that it was made from. */
  rows: z.int().nonnegative(),
  isActive: z.boolean(),
  figures: LocalModelFigures.nullable(),
  /** Why it cannot be used; null: it can. */
  problem: z.string().nullable(),
});
export type LocalVersion = z.infer<typeof LocalVersion>;

/** The shipped models that a model of the repository itself can stand beside. */
export const LearnedModelName = z.enum(['build-outcome', 'change-risk']);
export type LearnedModelName = z.infer<typeof LearnedModelName>;

/** The versions of one model in this repository, the latest first. */
export const LocalModels = z.object({
  name: LearnedModelName,
  versions: z.array(LocalVersion),
  /** One sentence: which one answers. */
  answers: z.string(),
});
export type LocalModels = z.infer<typeof LocalModels>;

/** How early an order of tests finds failures, walk-forward over the recorded runs of this repository. */
export const OrderScore = z.object({
  order: z.string(),
  /** Recorded runs that tell orders apart. */
  cycles: z.int().nonnegative(),
  /** Mean APFDc, 1 the best, over all failures and over those of tests that had passed the time before; null without any. */
  all: z.number().nullable(),
  newFailures: z.number().nullable(),
  /** APFDc of the estimate minus this one's, with its 95 % paired bootstrap interval; null for the estimate itself. */
  estimateMinusThis: z.object({ mean: z.number(), low: z.number(), high: z.number() }).nullable(),
});
export type OrderScore = z.infer<typeof OrderScore>;

export const BudgetRecord = z.object({
  /** Runs whose budget was checked, and test files that it had left out in them. */
  checks: z.int().nonnegative(),
  leftOut: z.int().nonnegative(),
  /** Failures that were expected among them, where that was known, and those that there were. */
  expectedMissed: z.number().nonnegative().nullable(),
  missed: z.int().nonnegative(),
});
export type BudgetRecord = z.infer<typeof BudgetRecord>;

const EstimateFigures = z.object({
  /** Area under the ROC curve; null with one class. */
  auc: z.number().nullable(),
  /** Calibration error. */
  error: z.number(),
});

/** Two estimates of failing builds, each of the recorded builds estimated by what had ended when it began. */
export const BuildFigures = z.object({
  builds: z.int().nonnegative(),
  failures: z.int().nonnegative(),
  /** By the records of the target alone. */
  history: EstimateFigures,
  /** By the shipped model; null where it did not answer. */
  model: EstimateFigures.nullable(),
  /** Log loss of the history minus that of the model, with its 95 % paired bootstrap interval. */
  gain: z.object({ mean: z.number(), low: z.number(), high: z.number() }).nullable(),
  /** Which of the two decides, and why. */
  by: z.enum(['history', 'model']),
  because: z.string(),
});
export type BuildFigures = z.infer<typeof BuildFigures>;

/** How far expected durations were from those that tests had. */
export const DurationFigures = z.object({
  /** Of test files that had run before. */
  results: z.int().nonnegative(),
  /** Half of them took no longer than so many times what was expected, and no less than the inverse of it. */
  factor: z.number().min(1),
  /** The same where the duration of the run before is expected. */
  lastFactor: z.number().min(1),
  /** Mean distance, in natural logarithms, of the run before minus that of what was expected, with its 95 % bootstrap interval over runs. */
  gain: z.object({ mean: z.number(), low: z.number(), high: z.number() }),
  /** Share that took no longer than nine of ten were expected to; null where that was not known. */
  withinP90: z.number().min(0).max(1).nullable(),
});
export type DurationFigures = z.infer<typeof DurationFigures>;

/** Two ratings of changes, on commits of this repository of which later fixes are known. */
export const RiskFigures = z.object({
  changes: z.int().nonnegative(),
  /** Of them, those that wrote what a later fix took away. */
  blamed: z.int().nonnegative(),
  /** Areas under the ROC curve; null with one class. */
  model: z.number().nullable(),
  lines: z.number().nullable(),
  /** AUC of the model minus that of the number of lines, with its 95 % paired bootstrap interval; null with too few. */
  gain: z.object({ mean: z.number(), low: z.number(), high: z.number() }).nullable(),
  /** Which of the two decides, and why. */
  by: z.enum(['model', 'lines']),
  because: z.string(),
});
export type RiskFigures = z.infer<typeof RiskFigures>;

/** How long a way of executing models takes here. */
export const ProviderTime = z.object({
  provider: z.enum(['wasm', 'webgpu']),
  rows: z.int().positive(),
  /** For so many rows, the model being loaded; null where it was refused. */
  warmMs: z.number().nonnegative().nullable(),
  /** One sentence; null: it can be used. */
  refused: z.string().nullable(),
  /** Whether models are asked through it. */
  isUsed: z.boolean(),
});
export type ProviderTime = z.infer<typeof ProviderTime>;

/** What the records of this repository say of the predictions. */
export const LocalFigures = z.object({
  orders: z.array(OrderScore),
  /** Which order runs now, and why. */
  order: z.object({ by: z.string(), because: z.string() }),
  calibration: z.object({ results: z.int(), failures: z.int(), error: z.number().nullable() }).nullable(),
  /** Null without a test that ran twice. */
  durations: DurationFigures.nullable(),
  budgets: BudgetRecord,
  builds: BuildFigures,
  /** Null until it was learned for the first time. */
  risk: RiskFigures.nullable(),
  /** Whether estimates of failure became worse since the last learning, which then is done anew; one sentence with the figures. */
  drift: z.object({ hasDrifted: z.boolean(), because: z.string() }),
});
export type LocalFigures = z.infer<typeof LocalFigures>;

export const ChangeRisk = z.object({
  /** The commit, or null for what is not committed yet. */
  commit: z.string().nullable(),
  /** Share of the repository's own earlier changes that are less risky, 0 to 1. */
  percentile: z.number().min(0).max(1),
  /** What moved it most, the strongest first; `weight` in log odds, above zero towards risk. */
  reasons: z.array(z.object({ words: z.string(), weight: z.number() })),
  /** Version of the model, or `plain` when the number of lines alone decided. */
  by: z.string(),
  /** Among how many earlier changes. */
  among: z.int().nonnegative(),
});
export type ChangeRisk = z.infer<typeof ChangeRisk>;

export const predictionOperations = {
  listModels: operation({
    route: 'GET /models',
    summary:
      'The models at hand: what they were made from, how good they are beside the simple way, and whether they decide.',
    input: nothing,
    output: z.object({
      models: z.array(ModelDescription),
      here: LocalFigures,
      /** WebAssembly, and what is wanted beside it; empty where none could be asked. */
      providers: z.array(ProviderTime),
    }),
    role: 'viewer',
  }),
  compareModels: operation({
    route: 'GET /models/{name}/versions',
    summary:
      'The versions of a model that were made from this repository, with their figures beside the shipped model.',
    input: z.object({ name: LearnedModelName }),
    output: LocalModels,
    role: 'viewer',
  }),
  retrainModel: operation({
    route: 'POST /models/{name}/retrain',
    summary:
      'Make a new version from what is recorded here. It is used where it is surely better than the shipped model alone.',
    input: z.object({ name: LearnedModelName }),
    output: z.object({ version: z.string().nullable(), isActive: z.boolean(), because: z.string() }),
    role: 'developer',
    audited: true,
  }),
  activateModel: operation({
    route: 'POST /models/{name}/activate',
    summary: 'Use a version of the repository itself; `shipped` for the shipped model alone.',
    input: z.object({ name: LearnedModelName, version: z.string().min(1).max(64) }),
    output: LocalModels,
    role: 'operator',
    audited: true,
  }),
  rollBackModel: operation({
    route: 'POST /models/{name}/rollback',
    summary: 'Use what was in use before.',
    input: z.object({ name: LearnedModelName }),
    output: LocalModels,
    role: 'operator',
    audited: true,
  }),
  getChangeRisk: operation({
    route: 'GET /risk',
    summary:
      "How risky the present change is among the repository's own: what is not committed, on a clean tree the last commit.",
    input: nothing,
    output: ChangeRisk,
    role: 'viewer',
  }),
} as const;
