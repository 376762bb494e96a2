// What is forgotten, and when.
import type { Transaction } from './sql.ts';

/**
 * Removes what finished before a time: executions with their steps, plans, builds and results, metric values,
 * resolved alerts, trends, audit entries. What is known of test files, cases and targets stays.
 */
export declare function pruneBefore(tx: Transaction, timestamp: number): { executions: number; results: number };
