// Pipelines declared through the API (pipeline_configs), what their executions were made from, and approvals.
import { z } from 'zod';
import { ExecutionState, StepKind, type Execution, type Step } from '../protocol/execution.ts';
import { workingMs } from '../protocol/execution-time.ts';
import { StepId, type ExecutionId } from '../protocol/ids.ts';
import {
  Approval,
  ApprovalRisk,
  PipelineDefinition,
  PipelineId,
  PipelinePlan,
  PipelineRequest,
} from '../protocol/pipeline.ts';
import { fromJson, packJson, unpackJson } from './json-column.ts';
import { executionKey, nextKey } from './keys.ts';
import type { Reader, Transaction } from './sql.ts';

export interface StoredPipeline {
  readonly id: string;
  readonly definition: PipelineDefinition;
}

/** Inserts or replaces a pipeline. */
export function savePipeline(tx: Transaction, { id, definition }: StoredPipeline, at: number): void {
  const content = JSON.stringify(definition);
  const found = tx.get<{ key: number }>(`SELECT key FROM pipeline_configs WHERE kind = 'pipeline' AND name = ?`, [id]);
  if (found !== undefined) {
    tx.run('UPDATE pipeline_configs SET definition = ?, created_at = ? WHERE key = ?', [content, at, found.key]);
    return;
  }
  tx.run(`INSERT INTO pipeline_configs (key, kind, name, definition, created_at) VALUES (?, 'pipeline', ?, ?, ?)`, [
    nextKey(tx, 'pipeline_configs'),
    id,
    content,
    at,
  ]);
}

/** Removes the definition; its executions keep its name. */
export function deletePipeline(tx: Transaction, id: string): void {
  tx.run(`UPDATE pipeline_configs SET definition = NULL, created_at = NULL WHERE kind = 'pipeline' AND name = ?`, [id]);
}

/** In order of their creation. */
export function listPipelines(db: Reader): StoredPipeline[] {
  const rows = db.all<{ name: string; definition: string }>(
    `SELECT name, definition FROM pipeline_configs WHERE kind = 'pipeline' AND definition IS NOT NULL ORDER BY created_at, key`,
  );
  return rows.flatMap(({ name, definition }) => {
    const parsed = fromJson(PipelineDefinition.nullable(), definition, null);
    return parsed === null ? [] : [{ id: name, definition: parsed }];
  });
}

export const RecordedRun = z.object({
  pipeline: PipelineId,
  /** The pipeline and those that its steps name. */
  definitions: z.record(z.string(), PipelineDefinition),
  request: PipelineRequest,
  /** Null until it is made. */
  plan: PipelinePlan.nullable(),
  /** The execution that is repeated, and the steps that are taken over from it. */
  repeats: z.object({ executionId: z.string(), steps: z.array(StepId) }).nullable(),
});
export type RecordedRun = z.infer<typeof RecordedRun>;

/** The execution has to be recorded already. */
export function savePipelineRun(tx: Transaction, executionId: ExecutionId, run: RecordedRun): void {
  tx.run('INSERT OR REPLACE INTO pipeline_runs (execution_key, content) VALUES (?, ?)', [
    executionKey(tx, executionId),
    packJson(run),
  ]);
}

/** Null for an execution that is none of a pipeline. */
export function getPipelineRun(db: Reader, executionId: ExecutionId): RecordedRun | null {
  const row = db.get<{ content: Uint8Array }>(
    'SELECT r.content FROM pipeline_runs r JOIN pipeline_executions e ON e.key = r.execution_key WHERE e.id = ?',
    [executionId],
  );
  return row === undefined ? null : unpackJson(RecordedRun, row.content);
}

/**
 * How steps of a pipeline ended in its last executions, by their ids, the latest first; without approvals, which do no work,
 * and without what was taken over from earlier executions, which began before.
 */
export function stepHistory(db: Reader, pipeline: string, executions = 20): Map<StepId, StepOutcomeRecord[]> {
  const rows = db.all<StepOutcomeRow>(
    `SELECT s.id, s.state, s.started_at, s.finished_at FROM pipeline_steps s JOIN
       (SELECT e.key, e.queued_at FROM pipeline_executions e JOIN pipeline_configs c ON c.key = e.config_key
        WHERE c.kind = 'pipeline' AND c.name = ? ORDER BY e.key DESC LIMIT ?) latest ON latest.key = s.execution_key
     WHERE s.state IN ('succeeded', 'failed', 'timed_out') AND s.kind <> 'approval' AND s.started_at IS NOT NULL AND s.finished_at IS NOT NULL
       AND s.started_at >= latest.queued_at
     ORDER BY s.execution_key DESC`,
    [pipeline, executions],
  );
  const history = new Map<StepId, StepOutcomeRecord[]>();
  for (const { id, state, started_at, finished_at } of rows) {
    const stepId = StepId.parse(id);
    const outcomes = history.get(stepId) ?? [];
    outcomes.push({ hasFailed: state !== 'succeeded', durationMs: Math.max(0, finished_at - started_at) });
    history.set(stepId, outcomes);
  }
  return history;
}

/** The most memory that steps of a pipeline took in its last executions, by their ids. */
export function stepPeaks(db: Reader, pipeline: string, executions = 20): Map<StepId, number> {
  const rows = db.all<{ id: string; peak: number }>(
    `SELECT s.id, max(s.peak_bytes) AS peak FROM pipeline_steps s JOIN
       (SELECT e.key FROM pipeline_executions e JOIN pipeline_configs c ON c.key = e.config_key
        WHERE c.kind = 'pipeline' AND c.name = ? ORDER BY e.key DESC LIMIT ?) latest ON latest.key = s.execution_key
     WHERE s.peak_bytes IS NOT NULL GROUP BY s.id`,
    [pipeline, executions],
  );
  return new Map(rows.map(({ id, peak }) => [StepId.parse(id), peak]));
}

export interface StepOutcomeRecord {
  readonly hasFailed: boolean;
  readonly durationMs: number;
}

interface StepOutcomeRow {
  readonly id: string;
  readonly state: string;
  readonly started_at: number;
  readonly finished_at: number;
}

/** States and durations of all recorded executions of a name; what they only waited for answers does not count. */
export function executionHistory(
  db: Reader,
  { kind, name }: Pick<Execution, 'kind' | 'name'>,
): { readonly state: ExecutionState; readonly durationMs: number | null }[] {
  const rows = db.all<{ key: number; state: string; started_at: number | null; finished_at: number | null }>(
    `SELECT e.key, e.state, e.started_at, e.finished_at FROM pipeline_executions e JOIN pipeline_configs c ON c.key = e.config_key
     WHERE c.kind = ? AND c.name = ? ORDER BY e.key DESC LIMIT 1000`,
    [kind, name],
  );
  const asking = askingSteps(db, { kind, name });
  return rows.map(({ key, state, started_at: startedAt, finished_at: finishedAt }) => ({
    state: ExecutionState.parse(state),
    durationMs:
      finishedAt === null ? null : workingMs({ startedAt, finishedAt, steps: asking.get(key) ?? [] }, finishedAt),
  }));
}

/** The steps of those executions of a name that had an approval, by the executions' keys. */
function askingSteps(db: Reader, { kind, name }: Pick<Execution, 'kind' | 'name'>) {
  const rows = db.all<{ execution_key: number; kind: string; started_at: number | null; finished_at: number | null }>(
    `SELECT s.execution_key, s.kind, s.started_at, s.finished_at FROM pipeline_steps s WHERE s.execution_key IN
       (SELECT a.execution_key FROM pipeline_steps a JOIN pipeline_executions e ON e.key = a.execution_key
        JOIN pipeline_configs c ON c.key = e.config_key WHERE a.kind = 'approval' AND c.kind = ? AND c.name = ?)`,
    [kind, name],
  );
  const steps = new Map<number, Pick<Step, 'kind' | 'startedAt' | 'finishedAt'>[]>();
  for (const { execution_key, kind: stepKind, started_at: startedAt, finished_at: finishedAt } of rows) {
    const step = { kind: StepKind.parse(stepKind), startedAt, finishedAt };
    const known = steps.get(execution_key);
    if (known === undefined) steps.set(execution_key, [step]);
    else known.push(step);
  }
  return steps;
}

/** Inserts or replaces what is known of an approval. */
export function saveApproval(tx: Transaction, approval: Approval): void {
  const { executionId, stepId, pipeline, question, askedAt, state, decidedAt, decidedBy, comment, diff, risk } =
    approval;
  tx.run(
    `INSERT OR REPLACE INTO pipeline_approvals
       (execution_key, step_id, pipeline, question, asked_at, state, decided_at, decided_by, comment, diff, risk)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      executionKey(tx, executionId),
      stepId,
      pipeline,
      question,
      askedAt,
      state,
      decidedAt,
      decidedBy,
      comment,
      diff,
      risk === null ? null : JSON.stringify(risk),
    ],
  );
}

/** The latest first; of one execution, or of all. */
export function listApprovals(db: Reader, limit: number, executionId?: ExecutionId): Approval[] {
  const rows = db.all<ApprovalRow>(
    `SELECT a.*, e.id AS execution_id FROM pipeline_approvals a JOIN pipeline_executions e ON e.key = a.execution_key
     WHERE ?1 IS NULL OR e.id = ?1 ORDER BY a.asked_at DESC, a.execution_key DESC LIMIT ?2`,
    [executionId ?? null, limit],
  );
  return rows.map((row) =>
    Approval.parse({
      executionId: row.execution_id,
      stepId: row.step_id,
      pipeline: row.pipeline,
      question: row.question,
      askedAt: row.asked_at,
      state: row.state,
      decidedAt: row.decided_at,
      decidedBy: row.decided_by,
      comment: row.comment,
      diff: row.diff,
      risk: row.risk === null ? null : fromJson(ApprovalRisk.nullable(), row.risk, null),
    }),
  );
}

interface ApprovalRow {
  readonly execution_id: string;
  readonly step_id: string;
  readonly pipeline: string;
  readonly question: string;
  readonly asked_at: number;
  readonly state: string;
  readonly decided_at: number | null;
  readonly decided_by: string | null;
  readonly comment: string | null;
  readonly diff: string;
  readonly risk: string | null;
}
