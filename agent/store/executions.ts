// Executions and their steps (pipeline_configs, pipeline_executions, pipeline_steps).
import type { Execution, Step } from '../protocol/execution.ts';
import type { ExecutionId } from '../protocol/ids.ts';
import type { Reader, Transaction } from './sql.ts';

/** Inserts or updates an execution with all its steps; writes only what differs from what is recorded. */
export declare function saveExecution(tx: Transaction, execution: Execution): void;
/** Inserts or updates one step of a recorded execution; `position` is its place in the list. */
export declare function saveStep(tx: Transaction, executionId: ExecutionId, step: Step): void;
export declare function getExecution(db: Reader, id: ExecutionId): Execution | null;
/** The latest first. */
export declare function listExecutions(db: Reader, limit: number): Execution[];
/** Executions that are recorded as queued or running: at start these are the ones that a crash interrupted. */
export declare function unfinishedExecutions(db: Reader): Execution[];
