// What the outputs of pipelines' steps say about places in files (pipeline_step_problems).
import { z } from 'zod';
import { StepId, type ExecutionId } from '../protocol/ids.ts';
import { StepProblem } from '../protocol/step-problem.ts';
import { fromJson } from './json-column.ts';
import { executionKey } from './keys.ts';
import type { Reader, Transaction } from './sql.ts';

export interface ProblemsOfStep {
  readonly stepId: StepId;
  readonly problems: readonly StepProblem[];
}

export interface FoundProblems extends ProblemsOfStep {
  readonly pipeline: string;
  readonly executionId: ExecutionId;
  /** When the step ended, in milliseconds since 1970. */
  readonly at: number;
}

/** The execution has to be recorded already. */
export function saveStepProblems(
  tx: Transaction,
  { pipeline, executionId, stepId, at, problems }: FoundProblems,
): void {
  tx.run(
    'INSERT OR REPLACE INTO pipeline_step_problems (pipeline, step_id, execution_key, at, problems) VALUES (?, ?, ?, ?, ?)',
    [pipeline, stepId, executionKey(tx, executionId), at, JSON.stringify(problems)],
  );
}

/** Of the steps of an execution that said something. */
export function problemsOfExecution(db: Reader, executionId: ExecutionId): ProblemsOfStep[] {
  const rows = db.all<ProblemsRow>(
    `SELECT p.step_id, p.problems, p.at FROM pipeline_step_problems p JOIN pipeline_executions e ON e.key = p.execution_key
     WHERE e.id = ? ORDER BY p.step_id`,
    [executionId],
  );
  return rows.map(problemsIn).filter(({ problems }) => problems.length > 0);
}

/** What each step of each pipeline said when it last ran to its end. */
export function latestStepProblems(db: Reader): (ProblemsOfStep & { readonly at: number })[] {
  const rows = db.all<ProblemsRow>(
    `SELECT p.step_id, p.problems, p.at FROM pipeline_step_problems p WHERE p.problems <> '[]' AND p.execution_key =
       (SELECT max(execution_key) FROM pipeline_step_problems WHERE pipeline = p.pipeline AND step_id = p.step_id)`,
  );
  return rows.map((row) => ({ ...problemsIn(row), at: row.at }));
}

/** Whether the last that is on record of a step says something. */
export function saidSomething(db: Reader, pipeline: string, stepId: StepId): boolean {
  const row = db.get<{ problems: string }>(
    'SELECT problems FROM pipeline_step_problems WHERE pipeline = ? AND step_id = ? ORDER BY execution_key DESC LIMIT 1',
    [pipeline, stepId],
  );
  return row !== undefined && row.problems !== '[]';
}

interface ProblemsRow {
  readonly step_id: string;
  readonly problems: string;
  readonly at: number;
}

const Problems = z.array(StepProblem);

function problemsIn({ step_id, problems }: ProblemsRow): ProblemsOfStep {
  return { stepId: StepId.parse(step_id), problems: fromJson(Problems, problems, []) };
}
