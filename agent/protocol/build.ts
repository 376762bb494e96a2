// Build targets and how their builds ended.
import { z } from 'zod';
import { Fingerprint, RepoPath, TargetId } from './ids.ts';
import { Location } from './test.ts';

export const BuildLanguage = z.enum(['python', 'javascript', 'typescript', 'java', 'csharp', 'cpp', 'go', 'rust']);
export type BuildLanguage = z.infer<typeof BuildLanguage>;

export const BuildStatus = z.enum(['succeeded', 'failed', 'cancelled', 'timed_out', 'unchanged', 'skipped']);
export type BuildStatus = z.infer<typeof BuildStatus>;

export const BuildTarget = z.object({
  id: TargetId,
  /** Folder of the target, '' for the root. */
  folder: z.string(),
  /** The shell command that builds it, run in `folder`. */
  command: z.string(),
  language: BuildLanguage,
  /** Glob patterns relative to the repository's root. */
  inputs: z.array(z.string()),
  outputs: z.array(z.string()),
  needs: z.array(TargetId),
  /** What it was found in: `packages/core/package.json script build`. */
  foundIn: z.string(),
  environment: z.record(z.string(), z.string()),
});
export type BuildTarget = z.infer<typeof BuildTarget>;

/** A compiler's message at a place. */
export const BuildProblem = z.object({
  location: Location,
  severity: z.enum(['error', 'warning']),
  message: z.string(),
  code: z.string().optional(),
});
export type BuildProblem = z.infer<typeof BuildProblem>;

export const BuildResult = z.object({
  target: TargetId,
  status: BuildStatus,
  durationMs: z.number().nonnegative(),
  /** Nothing was run: the fingerprint equals that of the last success. */
  cached: z.boolean(),
  fingerprint: Fingerprint,
  reason: z.string(),
  problems: z.array(BuildProblem),
  /** Files read for the fingerprint that changed since the last success. */
  changedInputs: z.array(RepoPath),
});
export type BuildResult = z.infer<typeof BuildResult>;
