// Build targets and how their builds ended (build_configs, build_targets, build_dependencies, build_executions).
import type { BuildResult, BuildTarget } from '../protocol/build.ts';
import type { ExecutionId, Fingerprint, TargetId } from '../protocol/ids.ts';
import type { Reader, Transaction } from './sql.ts';

export interface LastSuccess {
  readonly fingerprint: Fingerprint;
  /** The content hash of every input file, by path. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly executionId: ExecutionId;
  readonly finishedAt: number;
  readonly durationMs: number;
}

/** Makes `targets` the ones that exist. What is known of a target that is gone is kept for when it comes back. */
export declare function saveTargets(tx: Transaction, targets: readonly BuildTarget[]): void;
export declare function listTargets(db: Reader): BuildTarget[];
/** Records a build; `inputs` are the content hashes behind the fingerprint, kept for the last success of each target. */
export declare function saveBuildResult(
  tx: Transaction,
  build: { executionId: ExecutionId; result: BuildResult; inputs: Readonly<Record<string, string>>; finishedAt: number },
): void;
export declare function buildResultsOf(db: Reader, executionId: ExecutionId): BuildResult[];
export declare function lastSuccess(db: Reader, target: TargetId): LastSuccess | null;
/** The last recorded result of each target that exists. */
export declare function latestBuildResults(db: Reader): BuildResult[];
/** Median duration of each target's last successful builds. */
export declare function buildDurations(db: Reader): Map<TargetId, number>;
