// Pipelines: what is declared in noodle.yaml or through the API, what would run, and how it went.
import { z } from 'zod';
import { ExecutionState, StepKind, Timestamp } from './execution.ts';
import { Gate } from './gate.ts';
import { ExecutionId, RepoPath, StepId } from './ids.ts';

/** Ids of pipelines and of their steps; how they have to look is checked with a sentence of its own. */
export const PipelineId = z.string().min(1).max(100);
export type PipelineId = z.infer<typeof PipelineId>;

export const PipelineType = z.enum(['build', 'test', 'deploy', 'monitoring']);
export type PipelineType = z.infer<typeof PipelineType>;

/** What stands in YAML without quotes. */
const Scalar = z.union([z.string().max(32_768), z.number(), z.boolean()]);
export type Scalar = z.infer<typeof Scalar>;

const environment = z.record(z.string().min(1), Scalar);
const secrets = z.record(z.string().min(1), z.string().min(1).max(1024));
/** Timers cannot count further. */
const seconds = z.number().positive().max(1_728_000);
const globs = z.array(z.string().min(1).max(1024)).max(1000);

const Matrix = z.strictObject({
  values: z
    .record(z.string().min(1), z.array(Scalar).min(1).max(1000))
    .default({})
    .describe('Names, each with the values that it takes: every combination becomes a step.'),
  include: z
    .array(z.record(z.string().min(1), Scalar))
    .max(1000)
    .default([])
    .describe(
      'Combinations beside those of the values; one that fits existing combinations adds its other values to them.',
    ),
  exclude: z
    .array(z.record(z.string().min(1), Scalar))
    .max(1000)
    .default([])
    .describe('Combinations that are left out.'),
});
export type Matrix = z.infer<typeof Matrix>;

const Wait = z.strictObject({
  command: z.string().min(1).max(4096).optional().describe('Shell command that exits with 0 when it is so.'),
  url: z.string().min(1).max(4096).optional().describe('Address that answers with a status below 400 when it is so.'),
  port: z.int().min(1).max(65_535).optional().describe('Port of this machine that accepts a connection when it is so.'),
  file: z.string().min(1).max(4096).optional().describe('File that exists when it is so, relative to the repository.'),
  every: z.number().min(0.1).max(3600).default(1).describe('Pause between two looks, in seconds.'),
});
export type Wait = z.infer<typeof Wait>;

const Sandbox = z.strictObject({
  kind: z
    .enum(['bubblewrap', 'container'])
    .describe('The least that the step has to be kept in; where that cannot be had, it is not run.'),
  image: z.string().min(1).max(512).optional().describe('Image of the container; it has to be there already.'),
  network: z.boolean().default(false).describe('Whether the step may use the network.'),
  write: globs
    .default([])
    .describe(
      'Folders that it may write to, relative to the repository. Without any it may write to the whole repository.',
    ),
  environment: z
    .array(z.string().min(1))
    .max(1000)
    .default([])
    .describe('Names of the variables of the user that it sees, beside PATH, HOME, LANG and TERM.'),
});
export type Sandbox = z.infer<typeof Sandbox>;

const StepJob = z.strictObject({
  name: z.string().min(1).max(200).describe('What the steps of one job have in common.'),
  when: z.string().min(1).max(2000).optional().describe('Condition of the whole job. Default: `success()`.'),
  environment: environment
    .default({})
    .describe('Environment variables of the job: those that its steps hand on come before them.'),
});
export type StepJob = z.infer<typeof StepJob>;

export const PipelineStep = z.strictObject({
  name: z.string().min(1).max(200).optional().describe('What the step is called. Default: its id.'),
  command: z
    .string()
    .min(1)
    .max(65_536)
    .optional()
    .describe(
      'Shell command to run. What compilers print, and `::error file=a.js,line=3::text`, becomes a problem at its place; what `::add-mask::` names is hidden in the rest of its output.',
    ),
  shell: z.enum(['sh', 'bash', 'python', 'node']).default('sh').describe('What runs the command.'),
  build: z
    .string()
    .min(1)
    .max(512)
    .optional()
    .describe(
      'Build target to build with what it needs; `impacted`: those that the change can affect; `all`: all of them.',
    ),
  tests: z
    .enum(['impacted', 'all', 'failed'])
    .optional()
    .describe('Tests to run: those that the change can affect, all, or those that failed in their last result.'),
  approval: z
    .string()
    .min(1)
    .max(1000)
    .optional()
    .describe('Question that somebody has to answer before the pipeline goes on.'),
  gate: Gate.optional().describe(
    'What has to be on record before the pipeline goes on: results of tests, limits on metrics, coverage. Without evidence it does not pass.',
  ),
  wait: Wait.optional().describe('Condition that is waited for.'),
  pipeline: PipelineId.optional().describe('Another pipeline whose steps run here.'),
  needs: z
    .array(z.string().min(1).max(200))
    .max(10_000)
    .default([])
    .describe('Steps that have to succeed before this one.'),
  when: z
    .string()
    .min(1)
    .max(2000)
    .optional()
    .describe(
      "Condition under which the step runs: `branch == 'main' && changed('src/**')`. Default: `success()`; of a step under `finally`: `always()`.",
    ),
  matrix: Matrix.optional().describe(
    'Runs the step once for each combination of values; `${{ matrix.name }}` stands for a value.',
  ),
  folder: z
    .string()
    .max(1024)
    .default('')
    .describe('Where the command runs, relative to the repository. Default: its root.'),
  environment: environment.default({}).describe('Environment variables, beside those of the user.'),
  secrets: secrets
    .default({})
    .describe(
      'Environment variables whose values are hidden in every output: `env:NAME` takes one of the environment in which the agent was started, `file:PATH` the content of a file.',
    ),
  inputs: globs
    .optional()
    .describe(
      'Glob patterns of what the step reads: it is left out when a change can affect none of it. Default: everything.',
    ),
  artifacts: globs
    .default([])
    .describe(
      'Glob patterns of files to keep when the step succeeded; they are put back when a repeated execution does not run it again.',
    ),
  services: z.array(z.string().min(1)).max(100).default([]).describe('Services that run beside the step.'),
  job: StepJob.optional().describe(
    'Runs the step as GitHub Actions runs a step of a job: later steps of the job get what it writes into the files `$GITHUB_ENV` and `$GITHUB_PATH`, `${{ steps.<id>.outputs.<name> }}` is what it writes into `$GITHUB_OUTPUT`, what it masks is hidden in them too, and when its own condition skips it, the others go on.',
  ),
  dotenv: globs
    .optional()
    .describe(
      'Glob patterns of files of lines NAME=value that the step writes: the variables reach the steps that need it, directly or not.',
    ),
  timeout: seconds.optional().describe('Longest duration in seconds. Default: that of the pipeline.'),
  retries: z
    .int()
    .min(0)
    .max(10)
    .default(0)
    .describe(
      'How often it is tried again, with growing pauses, when it is idempotent or failed for a passing reason.',
    ),
  idempotent: z
    .boolean()
    .default(false)
    .describe('Whether running it twice is the same as once. Only then is it repeated after a failure or a crash.'),
  allowFailure: z.boolean().default(false).describe('Whether the pipeline goes on, and can succeed, when it fails.'),
  sandbox: Sandbox.optional().describe('What the step is kept in.'),
});
export type PipelineStep = z.infer<typeof PipelineStep>;

export const PipelineService = z.strictObject({
  command: z
    .string()
    .min(1)
    .max(65_536)
    .describe('Shell command of the process that runs beside the steps that name the service.'),
  folder: z.string().max(1024).default('').describe('Where it runs, relative to the repository. Default: its root.'),
  environment: environment.default({}).describe('Environment variables, beside those of the user.'),
  secrets: secrets
    .default({})
    .describe('Environment variables whose values are hidden in every output: `env:NAME` or `file:PATH`.'),
  ready: Wait.optional().describe('What tells that it is ready. Default: it is at once.'),
  timeout: seconds.default(60).describe('How long it may take to be ready, in seconds.'),
});
export type PipelineService = z.infer<typeof PipelineService>;

export const PipelineDefinition = z.strictObject({
  name: z.string().min(1).max(200).optional().describe('What the pipeline is called. Default: its id.'),
  type: PipelineType.default('build').describe(
    'What it is for. A deploy pipeline waits for an approval where cicd.approvalRequired is true, and where another pipeline leads to it while cicd.autoDeployment is false.',
  ),
  environment: environment.default({}).describe('Environment variables of all steps.'),
  secrets: secrets.default({}).describe('Secrets of all steps: `env:NAME` or `file:PATH`.'),
  concurrency: z
    .strictObject({
      group: z.string().min(1).max(200).describe('Executions of pipelines with the same group run one at a time.'),
      cancelInProgress: z
        .boolean()
        .default(false)
        .describe('Whether a new execution cancels the one that runs, instead of waiting for it.'),
    })
    .optional()
    .describe('Executions that must not run at once.'),
  timeout: seconds.optional().describe('Longest duration in seconds. Default: cicd.defaultTimeout.'),
  services: z
    .record(z.string().min(1).max(200), PipelineService)
    .default({})
    .describe('Processes that run beside the steps that name them.'),
  steps: z.record(z.string().min(1).max(200), PipelineStep).describe('The steps, by their ids.'),
  finally: z
    .record(z.string().min(1).max(200), PipelineStep)
    .default({})
    .describe('Steps that run after all others, however those ended.'),
});
export type PipelineDefinition = z.infer<typeof PipelineDefinition>;
/** As it is written, before defaults are filled in. */
export type WrittenPipeline = z.input<typeof PipelineDefinition>;

/** Where a pipeline is declared: a file of the repository, the API, or nowhere, and worked out from what the repository holds. */
export const PipelineSource = z.string();

export const Pipeline = PipelineDefinition.extend({
  id: PipelineId,
  source: PipelineSource,
  /** What an inferred step was concluded from. */
  evidence: z.array(z.object({ step: z.string(), found: z.string() })),
});
export type Pipeline = z.infer<typeof Pipeline>;

export const PlannedStep = z.object({
  id: StepId,
  name: z.string(),
  kind: StepKind,
  needs: z.array(StepId),
  /** `run`, `pruned`: the change cannot affect it; `conditional`: decided when it is its turn; `reused`: taken over. */
  decision: z.enum(['run', 'pruned', 'conditional', 'reused']),
  why: z.string(),
  /** From earlier executions; null without any. */
  expectedMs: z.number().nonnegative().nullable(),
  /** Nine of ten executions were not longer; absent without any, and in records of earlier versions. */
  p90Ms: z.number().nonnegative().optional(),
  failureProbability: z.number().min(0).max(1).nullable(),
  /** On the longest way through the pipeline. */
  isCritical: z.boolean(),
});
export type PlannedStep = z.infer<typeof PlannedStep>;

export const PipelinePlan = z.object({
  pipeline: PipelineId,
  changedFiles: z.int().nonnegative(),
  /** In the order in which they are started where they could start at once. */
  steps: z.array(PlannedStep),
  /** Expected duration, and that of the plain order with nothing left out; null while durations are not known. */
  expectedMs: z.number().nonnegative().nullable(),
  plainMs: z.number().nonnegative().nullable(),
  /** Probability that some step fails; null without records. */
  failureProbability: z.number().min(0).max(1).nullable(),
  notes: z.array(z.string()),
  /** Whether expected durations and failures decide the order; absent in records of earlier versions, where they do. */
  isOptimized: z.boolean().optional(),
  planMs: z.number().nonnegative(),
});
export type PipelinePlan = z.infer<typeof PipelinePlan>;

/** What is to be run of a pipeline. */
export const PipelineRequest = z.object({
  /** A git revision to compare with. Default: the working tree against HEAD, on a clean tree HEAD against its first parent. */
  base: z.string().min(1).max(512).optional(),
  /** Every step, whatever changed. */
  all: z.boolean().optional(),
});
export type PipelineRequest = z.infer<typeof PipelineRequest>;

/** How risky the change is that somebody is asked to approve. */
export const ApprovalRisk = z.object({
  sentence: z.string(),
  /** Share of the repository's own earlier changes that are less risky, 0 to 1; null among fewer than 30. */
  percentile: z.number().min(0).max(1).nullable(),
  /** Among how many earlier changes. */
  among: z.int().nonnegative(),
  /** What moved it most, the strongest first. */
  reasons: z.array(z.string()),
});
export type ApprovalRisk = z.infer<typeof ApprovalRisk>;

export const Approval = z.object({
  executionId: ExecutionId,
  stepId: StepId,
  pipeline: PipelineId,
  question: z.string(),
  askedAt: Timestamp,
  state: z.enum(['waiting', 'approved', 'rejected', 'withdrawn']),
  decidedAt: Timestamp.nullable(),
  decidedBy: z.string().nullable(),
  comment: z.string().nullable(),
  /** What changed, as `git diff` prints it; cut where it is very long. */
  diff: z.string(),
  /** Null of what was asked before it was recorded. */
  risk: ApprovalRisk.nullable(),
});
export type Approval = z.infer<typeof Approval>;

export const StepMetrics = z.object({
  id: StepId,
  state: ExecutionState,
  /** From when it could start to when it was started: waiting for a slot; of an approval to its answer. */
  waitedMs: z.number().nonnegative().nullable(),
  /** Of an approval 0: waiting for an answer is no work. */
  durationMs: z.number().nonnegative().nullable(),
  expectedMs: z.number().nonnegative().nullable(),
});

export const ExecutionMetrics = z.object({
  executionId: ExecutionId,
  state: ExecutionState,
  queuedMs: z.number().nonnegative().nullable(),
  /** From its start to its end, without `answerMs`. */
  durationMs: z.number().nonnegative().nullable(),
  /** How long it only waited for somebody's answer. */
  answerMs: z.number().nonnegative(),
  /** Sum of the durations of all steps: what it would take one after the other. */
  workMs: z.number().nonnegative(),
  /**
   * What cicd.aiOptimization and cicd.contextAwareness have saved: the plain order with every step would have taken
   * `plainMs`, by the durations measured and, of what was left out, expected. Null where that is not known.
   */
  gain: z
    .object({
      plainMs: z.number().nonnegative(),
      /** By the order alone; below 0 where another one would have been better. */
      orderingMs: z.number(),
      leavingOutMs: z.number().nonnegative(),
    })
    .nullable(),
  steps: z.array(StepMetrics),
  /** Of all recorded executions of the same name. */
  history: z.object({
    executions: z.int().nonnegative(),
    succeeded: z.int().nonnegative(),
    failed: z.int().nonnegative(),
    medianMs: z.number().nonnegative().nullable(),
  }),
});
export type ExecutionMetrics = z.infer<typeof ExecutionMetrics>;

/** A sentence about a place in a definition. Lines and columns count from 1. */
export const DefinitionProblem = z.object({
  file: RepoPath,
  line: z.int().positive(),
  column: z.int().positive(),
  message: z.string(),
});
export type DefinitionProblem = z.infer<typeof DefinitionProblem>;

/** A pipeline that is declared and cannot be run, with the first thing that is wrong in it and where. */
export const BrokenPipeline = DefinitionProblem.extend({
  /** Null where the file cannot be read far enough to know which pipelines it declares. */
  id: z.string().nullable(),
});
export type BrokenPipeline = z.infer<typeof BrokenPipeline>;

/** What became of a part of a definition of another system. */
export const ParityFinding = z.object({
  place: z.string(),
  /** `same`, `replaced` by something local, or `missing`: it cannot run here. */
  outcome: z.enum(['same', 'replaced', 'missing']),
  message: z.string(),
});
export type ParityFinding = z.infer<typeof ParityFinding>;

export const ImportReport = z.object({
  format: z.enum(['github', 'gitlab', 'npm']),
  pipelines: z.array(PipelineDefinition.extend({ id: PipelineId })),
  /** The same, to be written into a file below .noodle. */
  yaml: z.string(),
  findings: z.array(ParityFinding),
});
export type ImportReport = z.infer<typeof ImportReport>;

export const ExportFormat = z.enum(['noodle', 'github', 'gitlab']);
export type ExportFormat = z.infer<typeof ExportFormat>;
