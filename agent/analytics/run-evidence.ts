// What only the records tell at the end of a run: its queue time, and failures that an earlier selection had left out.
import type { ExecutionId } from '../protocol/ids.ts';
import { getExecution } from '../store/executions.ts';
import { loadRegrets } from '../store/regrets.ts';
import type { Reader } from '../store/store.ts';

export interface RunEvidence {
  readonly queueMs: number | null;
  /** Test files. */
  readonly regret: number;
}

/** Read from the store, which has both before the end of the run is told. */
export function runEvidence(db: Reader, executionId: ExecutionId): RunEvidence {
  const execution = getExecution(db, executionId);
  const regrets = loadRegrets(db).filter((each) => each.executionId === executionId);
  return {
    queueMs:
      execution === null || execution.startedAt === null ? null : Math.max(0, execution.startedAt - execution.queuedAt),
    regret: new Set(regrets.map(({ test }) => test)).size,
  };
}
