// The operations: each declared once, with its REST route, input, output, least role and whether it is audited.
// JSON-RPC handlers, REST routes, the OpenAPI document and the typed client all come from this table.
import { z } from 'zod';
import { AgentCost } from './analytics.ts';
import { analyticsOperations } from './analytics-operations.ts';
import { BuildResult, BuildTarget } from './build.ts';
import { coverageOperations } from './coverage-operations.ts';
import { ChangeSet } from './change-set.ts';
import { Execution, Trigger } from './execution.ts';
import { Certificate, Explanation } from './explanation.ts';
import { ExecutionId, StepId, TestId } from './ids.ts';
import { flakinessOperations } from './flakiness-operations.ts';
import { generatedTestOperations } from './generated-tests.ts';
import { namedRunOperations } from './named-run-operations.ts';
import { cursor, limit, nextCursor, nothing, operation, type OperationDeclaration } from './operation.ts';
import { performanceOperations } from './performance.ts';
import { pipelineOperations } from './pipeline-operations.ts';
import { predictionOperations } from './prediction.ts';
import { Plan, PlanRequest } from './plan.ts';
import { relatedOperations } from './related.ts';
import { remoteRunOperations } from './remote-runs.ts';
import { ExplainedSetting, SettingSource } from './settings.ts';
import { DebuggerType, TestCase, TestFile, TestHistoryEntry, TestResult } from './test.ts';

export type { OperationDeclaration, Role } from './operation.ts';

export const operations = {
  getAgentStatus: operation({
    route: 'GET /status',
    summary: 'Who the agent is, what it serves and what it costs.',
    input: nothing,
    output: z.object({
      version: z.string(),
      root: z.string(),
      pid: z.int(),
      address: z.string(),
      clients: z.int().nonnegative(),
      watching: z.boolean(),
      trusted: z.boolean(),
      cost: AgentCost,
      health: z.array(z.object({ component: z.string(), healthy: z.boolean(), message: z.string() })),
    }),
    role: 'viewer',
  }),
  stopAgent: operation({
    route: 'POST /stop',
    summary: 'Cancel what runs, record it, and leave.',
    input: nothing,
    output: z.object({ stopping: z.literal(true) }),
    role: 'operator',
    audited: true,
  }),
  setWatching: operation({
    route: 'POST /watching',
    summary: 'Run the impacted tests at every change, as long as this client is connected (JSON-RPC) or until told otherwise (REST).',
    input: z.object({ watching: z.boolean() }),
    output: z.object({ watching: z.boolean() }),
    role: 'developer',
  }),
  reportTyping: operation({
    route: 'POST /typing',
    summary: 'The user types: for the next seconds fewer tests and builds run at once, and what runs gives way.',
    input: nothing,
    output: nothing,
    role: 'developer',
  }),
  configureClient: operation({
    route: 'POST /client-configuration',
    summary: "The editor's settings and whether it trusts the workspace.",
    input: z.object({
      trusted: z.boolean(),
      /** Values that the user set in VS Code, by setting key; what is not set is left out. */
      settings: z.record(z.string(), z.union([z.boolean(), z.number(), z.string()])).default({}),
    }),
    output: z.object({ problems: z.array(z.string()) }),
    role: 'operator',
  }),
  getConfiguration: operation({
    route: 'GET /configuration',
    summary: 'Every setting, its value and where it came from; what is wrong in noodle.yaml.',
    input: nothing,
    output: z.object({ settings: z.array(ExplainedSetting), sources: z.array(SettingSource), problems: z.array(z.string()) }),
    role: 'viewer',
  }),
  getChanges: operation({
    route: 'GET /changes',
    summary: 'The change set of the working tree.',
    input: z.object({ base: z.string().min(1).max(512).optional() }),
    output: ChangeSet,
    role: 'viewer',
  }),
  makePlan: operation({
    route: 'POST /plan',
    summary: 'What would run for a change, in which order and why. Runs nothing.',
    input: PlanRequest,
    output: Plan,
    role: 'viewer',
  }),
  startRun: operation({
    route: 'POST /runs',
    summary: 'The main job: change, builds, impacted tests. Answers at once with the id of the execution.',
    input: PlanRequest.extend({ trigger: Trigger.default('api') }),
    output: z.object({ executionId: ExecutionId }),
    role: 'developer',
    audited: true,
    effect: 'executes',
  }),
  listExecutions: operation({
    route: 'GET /executions',
    summary: 'Executions, the latest first.',
    input: z.object({ limit, cursor }),
    output: z.object({ executions: z.array(Execution), nextCursor }),
    role: 'viewer',
  }),
  getExecutionStatus: operation({
    route: 'GET /executions/{id}/status',
    summary: 'One execution with its steps.',
    input: z.object({ id: ExecutionId }),
    output: Execution,
    role: 'viewer',
  }),
  cancelExecution: operation({
    route: 'POST /executions/{id}/cancel',
    summary: 'Stop an execution and every process that it started. Cancelling what has ended changes nothing.',
    input: z.object({ id: ExecutionId }),
    output: Execution,
    role: 'developer',
    audited: true,
  }),
  getExecutionResults: operation({
    route: 'GET /executions/{id}/results',
    summary: 'The plan, builds and test results of an execution, and why steps of it broke.',
    input: z.object({ id: ExecutionId }),
    output: z.object({
      plan: Plan.nullable(),
      builds: z.array(BuildResult),
      tests: z.array(TestResult),
      /** The same as in the `run.finished` event: runners that are missing or broke. */
      notes: z.array(z.string()),
    }),
    role: 'viewer',
  }),
  getExecutionLog: operation({
    route: 'GET /executions/{id}/log',
    summary: 'Output of an execution or of one of its steps.',
    input: z.object({
      id: ExecutionId,
      stepId: StepId.optional(),
      offset: z.coerce.number().pipe(z.int().nonnegative()).default(0),
    }),
    /** `nextOffset` is null when all that was written so far has been read. Offsets are bytes. */
    output: z.object({ text: z.string(), nextOffset: z.int().nullable(), droppedBytes: z.int().nonnegative() }),
    role: 'viewer',
  }),
  listTests: operation({
    route: 'GET /tests',
    summary: 'Test files and the cases known of them: all of them, or with a limit a page at a time, by their ids.',
    input: z.object({ limit: limit.unwrap().optional(), cursor }),
    output: z.object({ files: z.array(TestFile), problems: z.array(z.string()), nextCursor: nextCursor.optional() }),
    role: 'viewer',
  }),
  listTestCases: operation({
    route: 'GET /test-cases',
    summary: 'The cases of one test file: from its last run, else read from its source.',
    input: z.object({ id: TestId }),
    output: z.object({ cases: z.array(TestCase) }),
    role: 'viewer',
  }),
  getTestHistory: operation({
    route: 'GET /test-history',
    summary: "A test's last results, newest first.",
    input: z.object({ id: TestId, limit }),
    output: z.object({ history: z.array(TestHistoryEntry) }),
    role: 'viewer',
  }),
  getDebugCommand: operation({
    route: 'POST /debug-command',
    summary: 'How to start one test under a debugger.',
    input: z.object({ id: TestId }),
    output: z.object({
      /** The debugger's type in VS Code. */
      type: DebuggerType,
      program: z.string(),
      arguments: z.array(z.string()),
      /** Flags of the runtime that stand before the program: `--import tsx`. */
      runtimeArguments: z.array(z.string()).default([]),
      /** For `lldb`: arguments of cargo that build the program. */
      cargo: z.array(z.string()).optional(),
      /** For `java`: jars and folders. */
      classPaths: z.array(z.string()).optional(),
      cwd: z.string(),
      environment: z.record(z.string(), z.string()),
    }),
    role: 'developer',
  }),
  listTargets: operation({
    route: 'GET /targets',
    summary: 'Build targets, what they need and where they were found.',
    input: nothing,
    output: z.object({ targets: z.array(BuildTarget), problems: z.array(z.string()) }),
    role: 'viewer',
  }),
  explain: operation({
    route: 'GET /explain',
    summary: 'Why a test or target was selected, skipped, cached or ordered where it was, from recorded facts.',
    input: z.object({ subject: z.string().min(1).max(4096) }),
    output: z.object({ explanations: z.array(Explanation) }),
    role: 'viewer',
  }),
  getCertificates: operation({
    route: 'GET /certificates',
    summary: 'What vouches for skipping a test: what it depends on, by which evidence, and how each change misses it.',
    input: z.object({ subject: z.string().min(1).max(4096) }),
    output: z.object({ certificates: z.array(Certificate) }),
    role: 'viewer',
  }),
  getCodeLenses: operation({
    route: 'GET /code-lenses',
    summary: 'For the changed functions of a file: how many tests they can affect.',
    input: z.object({ file: z.string().min(1) }),
    output: z.object({
      lenses: z.array(
        z.object({ line: z.int().positive(), name: z.string(), tests: z.array(TestId), failing: z.int().nonnegative() }),
      ),
    }),
    role: 'viewer',
  }),
  ...analyticsOperations,
  ...coverageOperations,
  ...flakinessOperations,
  ...generatedTestOperations,
  ...namedRunOperations,
  ...performanceOperations,
  ...pipelineOperations,
  ...predictionOperations,
  ...relatedOperations,
  ...remoteRunOperations,
} as const satisfies Record<string, OperationDeclaration>;

export type Operations = typeof operations;
export type OperationName = keyof Operations;
/** What a caller passes (defaults not yet filled in). */
export type InputOf<N extends OperationName> = z.input<Operations[N]['input']>;
/** What a handler receives. */
export type ParsedInputOf<N extends OperationName> = z.output<Operations[N]['input']>;
export type OutputOf<N extends OperationName> = z.output<Operations[N]['output']>;
