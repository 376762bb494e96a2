// How a build ended, before it becomes a result.
import type { BuildFailure, BuildProblem, BuildStatus } from '../protocol/build.ts';
import { FailureError } from '../protocol/failure.ts';
import type { RepoPath } from '../protocol/ids.ts';
import type { RecordedInputs } from './fingerprint.ts';

export interface Ending {
  readonly status: BuildStatus;
  readonly reason: string;
  readonly exitCode?: number;
  readonly problems?: readonly BuildProblem[];
  /** What the next plan compares with; given for a success. */
  readonly inputs?: RecordedInputs;
  readonly failure?: BuildFailure;
  /** What was tried after failures, a sentence each. */
  readonly recovery?: readonly string[];
  readonly undeclaredReads?: readonly RepoPath[];
  readonly cacheSource?: 'local' | 'remote';
  /** Of an output out of a cache: how long it took to build. */
  readonly builtInMs?: number;
}

/** The end of a build that was cancelled or is out of time; null while it may go on. */
export function stopOf(signal: AbortSignal): Ending | null {
  if (!signal.aborted) return null;
  const failure = signal.reason instanceof FailureError ? signal.reason.failure : null;
  return {
    status: failure?.reason === 'timed_out' ? 'timed_out' : 'cancelled',
    reason: failure?.message ?? 'cancelled',
  };
}
