// Build targets and how their builds ended.
import { z } from 'zod';
import { Fingerprint, RepoPath, TargetId } from './ids.ts';
import { Location } from './test.ts';

export const BuildLanguage = z.enum(['python', 'javascript', 'typescript', 'java', 'csharp', 'cpp', 'go', 'rust']);
export type BuildLanguage = z.infer<typeof BuildLanguage>;

export const BuildStatus = z.enum(['succeeded', 'failed', 'cancelled', 'timed_out', 'unchanged', 'skipped']);
export type BuildStatus = z.infer<typeof BuildStatus>;

/**
 * `incremental`: skipped while nothing has changed; what it wrote before is left for its tool to build upon.
 * `full`: the same, but what it wrote before is removed first. `clean`: removed first, never skipped, never from a cache.
 */
export const BuildType = z.enum(['full', 'incremental', 'clean']);
export type BuildType = z.infer<typeof BuildType>;

export const BuildTarget = z.object({
  id: TargetId,
  /** The kind of project that it was found in: `npm`, `maven`, `cargo` …; `configured` for one of noodle.yaml. */
  kind: z.string().default('configured'),
  type: BuildType.default('incremental'),
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
  /** Programs whose version can change what it makes. */
  tools: z.array(z.string()).default([]),
  /** False: it is built only when it is asked for or needed, because it may take long, use the network or write elsewhere. */
  automatic: z.boolean().default(true),
  /** Whether what it writes is kept in the build cache: not where its tool keeps a state of its own. */
  stored: z.boolean().default(true),
  /** The tool that is not installed, and how to get it, in a sentence. */
  missingTool: z.string().optional(),
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

export const BuildFailureClass = z.enum([
  'compile_error',
  'missing_dependency',
  'out_of_memory',
  'out_of_disk',
  'network',
  'toolchain_missing',
  'stale_state',
  'unknown',
]);
export type BuildFailureClass = z.infer<typeof BuildFailureClass>;

/** What kind of failure it was, by which line of the output or other sign, and what to do about it. */
export const BuildFailure = z.object({ class: BuildFailureClass, evidence: z.string(), suggestion: z.string().nullable() });
export type BuildFailure = z.infer<typeof BuildFailure>;

export const BuildResult = z.object({
  target: TargetId,
  status: BuildStatus,
  durationMs: z.number().nonnegative(),
  /** Nothing was run: the fingerprint equals that of the last success, or the output came out of a cache. */
  cached: z.boolean(),
  /** The cache that the output came from; absent where it was built, or was still there. */
  cacheSource: z.enum(['local', 'remote']).optional(),
  fingerprint: Fingerprint,
  reason: z.string(),
  problems: z.array(BuildProblem),
  /** Files read for the fingerprint that changed since the last success. */
  changedInputs: z.array(RepoPath),
  failure: BuildFailure.optional(),
  /** What was tried after failures on the way to this result, a sentence each. */
  recovery: z.array(z.string()).optional(),
  /** Files that the command was seen to read although they are no inputs of the target. */
  undeclaredReads: z.array(RepoPath).optional(),
});
export type BuildResult = z.infer<typeof BuildResult>;

/** What the recorded builds of a target add up to. */
export const BuildMetrics = z.object({
  target: TargetId,
  /** Builds that were asked for, those that ran nothing included. */
  requests: z.int().nonnegative(),
  built: z.int().nonnegative(),
  failed: z.int().nonnegative(),
  unchanged: z.int().nonnegative(),
  fromLocalCache: z.int().nonnegative(),
  fromRemoteCache: z.int().nonnegative(),
  /** Share of the requests in which nothing had to be run, 0 to 1; null without requests. */
  hitRate: z.number().min(0).max(1).nullable(),
  medianMs: z.number().nonnegative().nullable(),
  /** Recorded duration of the builds that were not run. */
  savedMs: z.number().nonnegative(),
  /** Whether it lies on the chain of targets that takes longest, and how much shorter that chain would be without it. */
  onCriticalPath: z.boolean(),
});
export type BuildMetrics = z.infer<typeof BuildMetrics>;
