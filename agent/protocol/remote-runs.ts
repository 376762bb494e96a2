// Runs of a remote CI: their test results, read from the reports that the CI keeps, beside what is known here.
import { z } from 'zod';
import { TestCounts, Timestamp } from './execution.ts';
import { RepoPath } from './ids.ts';
import { operation } from './operation.ts';
import { TestStatus } from './test.ts';

export const RemoteRunId = z.string().min(1).max(64).brand('RemoteRunId');
export type RemoteRunId = z.infer<typeof RemoteRunId>;

export const RemoteTest = z.object({
  /** The repository's test file that it belongs to; null where the report does not say so that it can be found. */
  file: RepoPath.nullable(),
  /** What it stands under where its file is not known: the class or suite that the report names. */
  group: z.string(),
  name: z.string(),
  status: TestStatus,
  durationMs: z.number().nonnegative(),
  message: z.string().nullable(),
  /** The text of the failure, mostly a stack. */
  details: z.string().nullable(),
  /** The line where the test is declared in the file as it is now; null when it is not known here. */
  line: z.int().positive().nullable(),
  /** How it ended when it was last run here. */
  here: TestStatus.nullable(),
});
export type RemoteTest = z.infer<typeof RemoteTest>;

export const RemoteRun = z.object({
  id: RemoteRunId,
  /** What people call it: `CI #123`. */
  name: z.string(),
  /** Where it ran: `github-actions`. */
  system: z.string(),
  /** The revision that it tested, where it is known. */
  commit: z.string().nullable(),
  url: z.string().nullable(),
  importedAt: Timestamp,
  counts: TestCounts,
  /** Reports that were damaged: what could be read of them counts. */
  notes: z.array(z.string()),
});
export type RemoteRun = z.infer<typeof RemoteRun>;

const oneLine = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^[^\r\n]+$/, 'expected one line');

/** So many runs are kept; the oldest goes when there is one more. */
export const keptRemoteRuns = 10;

export const ImportRemoteRunRequest = z.object({
  name: oneLine,
  system: oneLine.default('ci'),
  commit: oneLine.optional(),
  url: z
    .string()
    .max(2000)
    .regex(/^https?:\/\/\S+$/, 'expected an http or https address')
    .optional(),
  reports: z
    .array(z.object({ name: z.string().min(1).max(1000), content: z.string().min(1) }))
    .min(1)
    .max(500)
    .describe('JUnit XML, as nearly every CI and test framework writes it.'),
});
export type ImportRemoteRunRequest = z.infer<typeof ImportRemoteRunRequest>;

export const remoteRunOperations = {
  importRemoteRun: operation({
    route: 'POST /remote-runs',
    summary:
      'Take in the test results of a run of a remote CI from its JUnit XML reports. A run of the same name and system replaces the earlier one. They are shown, and decide nothing here.',
    input: ImportRemoteRunRequest,
    output: RemoteRun,
    role: 'developer',
    audited: true,
    effect: 'creates',
  }),
  listRemoteRuns: operation({
    route: 'GET /remote-runs',
    summary: 'The runs of remote CIs that were taken in, the latest first.',
    input: z.object({}),
    output: z.object({ runs: z.array(RemoteRun) }),
    role: 'viewer',
  }),
  getRemoteRun: operation({
    route: 'GET /remote-runs/{id}',
    summary: 'A run of a remote CI with its tests, each beside how it ended here.',
    input: z.object({ id: RemoteRunId }),
    output: z.object({ run: RemoteRun, tests: z.array(RemoteTest) }),
    role: 'viewer',
  }),
} as const;
