// Plans, as they were decided.
import type { Timestamp } from '../protocol/execution.ts';
import type { ExecutionId } from '../protocol/ids.ts';
import type { Plan } from '../protocol/plan.ts';
import type { z } from 'zod';
import type { Reader, Transaction } from './sql.ts';

export interface RecordedPlan {
  readonly executionId: ExecutionId;
  readonly at: z.infer<typeof Timestamp>;
  readonly plan: Plan;
}

/** Records the plan of an execution, and how long what it leaves out would take. */
export declare function savePlan(tx: Transaction, executionId: ExecutionId, plan: Plan, at: number): void;
export declare function getPlan(db: Reader, executionId: ExecutionId): Plan | null;
/** The latest plan that selected, skipped or built `subject` (a test's id, a test file or its id, a target); looks at the last 100. */
export declare function latestPlanWith(db: Reader, subject: string): RecordedPlan | null;
/** Expected duration of everything that selection and unchanged builds left out since a time. */
export declare function savedTime(db: Reader, since: number): { testsMs: number; buildsMs: number };
