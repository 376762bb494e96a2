// What the dashboard shows at first, and what the agent itself costs.
import { z } from 'zod';
import { Alert } from './alerts.ts';
import { Execution, Timestamp } from './execution.ts';
import { ExecutionId, TestId } from './ids.ts';
import { Location, TestHistoryEntry, TestStatus } from './test.ts';

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
  /** Test runners that are kept ready, and their resident memory; `served`: runs that one of them took so far. */
  runners: z
    .object({ count: z.int().nonnegative(), memoryBytes: z.number().nonnegative(), served: z.int().nonnegative() })
    .optional(),
  /** How what it runs makes room for a user who types: for how long so far, whether now, and how many run at once. */
  yielding: z
    .object({
      isYielding: z.boolean(),
      totalMs: z.number().nonnegative(),
      testSlots: z.int().positive(),
      buildSlots: z.int().positive(),
    })
    .optional(),
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
