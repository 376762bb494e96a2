// Metrics, alerts and what the dashboard shows.
import { z } from 'zod';
import { Execution, Timestamp } from './execution.ts';
import { ExecutionId, TestId } from './ids.ts';
import { Location, TestHistoryEntry, TestStatus } from './test.ts';

export const MetricType = z.enum(['counter', 'gauge', 'histogram', 'summary']);
export type MetricType = z.infer<typeof MetricType>;

export const MetricDefinition = z.object({
  id: z.string().regex(/^[a-z][a-z0-9_.]{0,127}$/, 'lower-case letters, digits, dots and underscores, starting with a letter'),
  name: z.string().min(1).max(200),
  description: z.string().max(2000),
  type: MetricType,
  /** Unit of the values: `ms`, `bytes`, `1` for a count or a ratio. */
  unit: z.string().min(1).max(32),
});
export type MetricDefinition = z.infer<typeof MetricDefinition>;

export const MetricValue = z.object({
  at: Timestamp,
  value: z.number(),
  tags: z.record(z.string().max(64), z.string().max(256)),
});
export type MetricValue = z.infer<typeof MetricValue>;

export const AlertSeverity = z.enum(['info', 'warning', 'error', 'critical']);
export type AlertSeverity = z.infer<typeof AlertSeverity>;

export const Alert = z.object({
  id: z.string(),
  rule: z.string(),
  severity: AlertSeverity,
  state: z.enum(['firing', 'resolved']),
  /** One line with the value, its unit and the bound: `runs take 12.1 s, median of the last 20 is 4.0 s`. */
  message: z.string(),
  firedAt: Timestamp,
  resolvedAt: Timestamp.nullable(),
});
export type Alert = z.infer<typeof Alert>;

export const FailingTest = z.object({
  id: TestId,
  name: z.string(),
  status: TestStatus,
  message: z.string().nullable(),
  expected: z.string().nullable(),
  actual: z.string().nullable(),
  failureAt: Location.nullable(),
  failingSince: Timestamp,
  executionId: ExecutionId,
  /** Why it ran: the path of graph nodes from the change to the test. */
  why: z.array(z.string()),
  history: z.array(TestHistoryEntry),
});
export type FailingTest = z.infer<typeof FailingTest>;

export const AgentCost = z.object({
  /** Share of one processor since the last reading, 0 to 1 per core, children not counted. */
  cpu: z.number().nonnegative(),
  /** Resident memory of the agent, without the processes that it runs. */
  memoryBytes: z.number().nonnegative(),
  databaseBytes: z.number().nonnegative(),
  stateBytes: z.number().nonnegative(),
  uptimeMs: z.number().nonnegative(),
});
export type AgentCost = z.infer<typeof AgentCost>;

/** Where the product is right now, in the words of the status bar. */
export const DashboardSnapshot = z.object({
  repository: z.object({
    name: z.string(),
    root: z.string(),
    branch: z.string().nullable(),
    changedFiles: z.int().nonnegative(),
    /** What was found: `npm workspaces (2 targets)`, `vitest (41 files)`. */
    found: z.array(z.string()),
  }),
  /** The execution that is running, else the latest; null before the first. */
  current: Execution.nullable(),
  recent: z.array(Execution),
  failing: z.array(FailingTest),
  alerts: z.array(Alert),
  /** The last runs, oldest first: duration and time to first failure in milliseconds. */
  durations: z.array(
    z.object({
      executionId: ExecutionId,
      at: Timestamp,
      durationMs: z.number().nonnegative(),
      firstFailureAtMs: z.number().nonnegative().nullable(),
      state: z.string(),
    }),
  ),
  /** Expected duration of everything that selection and unchanged builds left out, over the last seven days. */
  saved: z.object({ testsMs: z.number().nonnegative(), buildsMs: z.number().nonnegative() }),
  slowest: z.array(z.object({ id: TestId, name: z.string(), durationMs: z.number().nonnegative() })),
  cost: AgentCost,
});
export type DashboardSnapshot = z.infer<typeof DashboardSnapshot>;
