// What fails now, gathered by what it has in common, with what is known about each cause.
import { z } from 'zod';
import { Timestamp } from './execution.ts';
import { ExecutionId, RepoPath, TestId } from './ids.ts';
import { Location } from './test.ts';

/**
 * `new`: it began with the last run of these tests; `known`: earlier; `flaky`: these tests are known to fail by chance;
 * `environment`: what the tests need is missing or does not answer: a module, a host, a port, memory.
 */
export const FailureKind = z.enum(['new', 'known', 'flaky', 'environment']);
export type FailureKind = z.infer<typeof FailureKind>;

/** The commit that broke the first of the tests, by records and graph. */
export const SuspectedCommit = z.object({
  sha: z.string(),
  subject: z.string(),
  author: z.string(),
  /** How many commits lie between the last run in which it passed and the first in which it failed. */
  among: z.int().positive(),
  /** Why this one. */
  because: z.string(),
});
export type SuspectedCommit = z.infer<typeof SuspectedCommit>;

export const FailureCluster = z.object({
  kind: FailureKind,
  /** The first failure's message, one line. */
  message: z.string(),
  at: Location.nullable(),
  /** The first is the one that failed first in its run. */
  tests: z.array(TestId).min(1),
  failingSince: Timestamp,
  executionId: ExecutionId,
  /** Changed files from which the graph leads to these tests, in the run that failed; the nearest first. */
  suspects: z.array(RepoPath),
  /** Absent where the records do not say, and where the change was not committed. */
  suspectedCommit: SuspectedCommit.optional(),
  /** Who owns the test files: by CODEOWNERS, else who made most of their latest commits. */
  owners: z.array(z.string()),
  /** A command that runs the first of the tests, in the repository's root. */
  reproduce: z.string(),
});
export type FailureCluster = z.infer<typeof FailureCluster>;
