// Branded identifiers: a string that was checked once and cannot be mixed up with another kind.
import { z } from 'zod';

/** Identifies one execution (a run, a build, a pipeline …), e.g. `run-20261123-134501-1a2b`. */
export const ExecutionId = z.string().min(1).max(128).brand('ExecutionId');
export type ExecutionId = z.infer<typeof ExecutionId>;

/** Identifies one step inside an execution, e.g. `build:core`, `tests:vitest:packages/core`. */
export const StepId = z.string().min(1).max(1024).brand('StepId');
export type StepId = z.infer<typeof StepId>;

/**
 * Identifies a test or a test file: `<framework>:<file>` for a file, and
 * `<framework>:<file> > <suite> > <name>` for a case; the second case of the same name gets ` #2`.
 */
export const TestId = z.string().min(1).brand('TestId');
export type TestId = z.infer<typeof TestId>;

/** Names a build target; unique in the repository: a package's name, else its folder, else what noodle.yaml calls it. */
export const TargetId = z.string().min(1).max(512).brand('TargetId');
export type TargetId = z.infer<typeof TargetId>;

/** A path relative to the repository's root, with forward slashes and no leading `./`. */
export const RepoPath = z.string().min(1).brand('RepoPath');
export type RepoPath = z.infer<typeof RepoPath>;

/** A lower-case hexadecimal SHA-256 of everything that a result depends on. */
export const Fingerprint = z.string().regex(/^[0-9a-f]{16,64}$/).brand('Fingerprint');
export type Fingerprint = z.infer<typeof Fingerprint>;
