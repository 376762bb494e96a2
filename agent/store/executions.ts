// Executions and their steps (pipeline_configs, pipeline_executions, pipeline_steps).
import { z } from 'zod';
import { Execution, Step } from '../protocol/execution.ts';
import { StepId, type ExecutionId } from '../protocol/ids.ts';
import { fromJson } from './json-column.ts';
import { executionKey, keyOf, nextKey } from './keys.ts';
import type { Reader, SqlValue, Transaction } from './sql.ts';

/** Inserts or updates an execution with all its steps; writes only what differs from what is recorded. */
export function saveExecution(tx: Transaction, execution: Execution): void {
  const key = keyOf(tx, 'pipeline_executions', execution.id) ?? insertExecution(tx, execution);
  const values = executionValues(execution);
  const recorded = tx.get(`SELECT ${executionColumns.join(', ')} FROM pipeline_executions WHERE key = ?`, [key]);
  if (
    recorded === undefined ||
    !isSame(
      executionColumns.map((column) => recorded[column]),
      values,
    )
  ) {
    const assignments = executionColumns.map((column) => `${column} = ?`).join(', ');
    tx.run(`UPDATE pipeline_executions SET ${assignments} WHERE key = ?`, [...values, key]);
  }
  saveSteps(tx, key, execution.steps);
}

function countSteps(tx: Transaction, key: number): number {
  const counted = tx.get<{ count: number }>('SELECT count(*) AS count FROM pipeline_steps WHERE execution_key = ?', [
    key,
  ]);
  return counted?.count ?? 0;
}

/** Inserts or updates one step of a recorded execution; a new one goes to the end of the list. */
export function saveStep(tx: Transaction, executionId: ExecutionId, step: Step): void {
  const key = executionKey(tx, executionId);
  const recorded = tx.get<{ position: number }>(
    'SELECT position FROM pipeline_steps WHERE execution_key = ? AND id = ?',
    [key, step.id],
  );
  upsertStep(tx, key, stepValues(step, recorded?.position ?? countSteps(tx, key)));
}

export function getExecution(db: Reader, id: ExecutionId): Execution | null {
  return readExecutions(db, 'WHERE e.id = ?', [id])[0] ?? null;
}

/** The latest first; with `before`, those that were recorded before that one. */
export function listExecutions(db: Reader, limit: number, before?: ExecutionId): Execution[] {
  if (before === undefined) return readExecutions(db, 'ORDER BY e.key DESC LIMIT ?', [limit]);
  return readExecutions(
    db,
    'WHERE e.key < (SELECT key FROM pipeline_executions WHERE id = ?) ORDER BY e.key DESC LIMIT ?',
    [before, limit],
  );
}

/** Executions that are recorded as queued or running: at start these are the ones that a crash interrupted. */
export function unfinishedExecutions(db: Reader): Execution[] {
  return readExecutions(db, `WHERE e.state IN ('queued', 'running') ORDER BY e.key`, []);
}

const executionColumns = [
  'state',
  'reason',
  'started_at',
  'finished_at',
  'changed_files',
  'planned_tests',
  'finished_tests',
  'total',
  'passed',
  'failed',
  'skipped',
  'first_failure_at_ms',
] as const;

function executionValues(execution: Execution): SqlValue[] {
  const { counts } = execution;
  return [
    execution.state,
    execution.reason,
    execution.startedAt,
    execution.finishedAt,
    execution.changedFiles,
    execution.plannedTests,
    execution.finishedTests,
    counts.total,
    counts.passed,
    counts.failed,
    counts.skipped,
    execution.firstFailureAtMs,
  ];
}

function insertExecution(tx: Transaction, execution: Execution): number {
  const key = nextKey(tx, 'pipeline_executions');
  const columns = ['key', 'id', 'config_key', 'trigger', 'queued_at', ...executionColumns];
  const marks = columns.map(() => '?').join(', ');
  const identity = [key, execution.id, configKey(tx, execution), execution.trigger, execution.queuedAt];
  tx.run(`INSERT INTO pipeline_executions (${columns.join(', ')}) VALUES (${marks})`, [
    ...identity,
    ...executionValues(execution),
  ]);
  return key;
}

/** What is run again and again is one pipeline: its kind and name stand once. */
function configKey(tx: Transaction, { kind, name }: Execution): number {
  const found = tx.get<{ key: number }>('SELECT key FROM pipeline_configs WHERE kind = ? AND name = ?', [kind, name]);
  if (found !== undefined) return found.key;
  const key = nextKey(tx, 'pipeline_configs');
  tx.run('INSERT INTO pipeline_configs (key, kind, name) VALUES (?, ?, ?)', [key, kind, name]);
  return key;
}

const stepColumns = [
  'id',
  'position',
  'name',
  'kind',
  'state',
  'needs',
  'started_at',
  'finished_at',
  'exit_code',
  'reason',
  'peak_bytes',
  'expected_ms',
  'is_critical',
] as const;

function stepValues(step: Step, position: number): SqlValue[] {
  const { id, name, kind, state, needs, startedAt, finishedAt, exitCode, reason } = step;
  const { peakBytes = null, expectedMs = null, isCritical = false } = step;
  const told = [id, position, name, kind, state, JSON.stringify(needs), startedAt, finishedAt, exitCode, reason];
  return [...told, peakBytes, expectedMs, isCritical ? 1 : null];
}

function recordedSteps(tx: Transaction, key: number): Map<SqlValue | undefined, (SqlValue | undefined)[]> {
  const rows = tx.all(`SELECT ${stepColumns.join(', ')} FROM pipeline_steps WHERE execution_key = ?`, [key]);
  return new Map(rows.map((row) => [row['id'], stepColumns.map((column) => row[column])]));
}

function saveSteps(tx: Transaction, key: number, steps: readonly Step[]): void {
  const recorded = recordedSteps(tx, key);
  steps.forEach((step, position) => {
    const values = stepValues(step, position);
    if (!isSame(recorded.get(step.id) ?? [], values)) upsertStep(tx, key, values);
    recorded.delete(step.id);
  });
  for (const id of recorded.keys()) {
    tx.run('DELETE FROM pipeline_steps WHERE execution_key = ? AND id = ?', [key, id ?? null]);
  }
}

function upsertStep(tx: Transaction, key: number, values: readonly SqlValue[]): void {
  const marks = stepColumns.map(() => '?').join(', ');
  tx.run(`INSERT OR REPLACE INTO pipeline_steps (execution_key, ${stepColumns.join(', ')}) VALUES (?, ${marks})`, [
    key,
    ...values,
  ]);
}

function isSame(recorded: readonly (SqlValue | undefined)[], values: readonly SqlValue[]): boolean {
  return recorded.length === values.length && values.every((value, index) => recorded[index] === value);
}

interface ExecutionRow {
  readonly key: number;
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly state: string;
  readonly reason: string | null;
  readonly trigger: string;
  readonly queued_at: number;
  readonly started_at: number | null;
  readonly finished_at: number | null;
  readonly changed_files: number;
  readonly planned_tests: number;
  readonly finished_tests: number;
  readonly total: number;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly first_failure_at_ms: number | null;
}

function readExecutions(db: Reader, rest: string, params: readonly SqlValue[]): Execution[] {
  const rows = db.all<ExecutionRow>(
    `SELECT e.*, c.kind, c.name FROM pipeline_executions e JOIN pipeline_configs c ON c.key = e.config_key ${rest}`,
    params,
  );
  return rows.map((row) =>
    Execution.parse({
      id: row.id,
      kind: row.kind,
      name: row.name,
      state: row.state,
      reason: row.reason,
      trigger: row.trigger,
      queuedAt: row.queued_at,
      startedAt: row.started_at,
      finishedAt: row.finished_at,
      changedFiles: row.changed_files,
      plannedTests: row.planned_tests,
      finishedTests: row.finished_tests,
      counts: { total: row.total, passed: row.passed, failed: row.failed, skipped: row.skipped },
      firstFailureAtMs: row.first_failure_at_ms,
      steps: readSteps(db, row.key),
    }),
  );
}

interface StepRow {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly state: string;
  readonly needs: string;
  readonly started_at: number | null;
  readonly finished_at: number | null;
  readonly exit_code: number | null;
  readonly reason: string | null;
  readonly peak_bytes: number | null;
  readonly expected_ms: number | null;
  readonly is_critical: number | null;
}

const StepIds = z.array(StepId);

function readSteps(db: Reader, executionKeyValue: number): Step[] {
  const rows = db.all<StepRow>('SELECT * FROM pipeline_steps WHERE execution_key = ? ORDER BY position', [
    executionKeyValue,
  ]);
  return rows.map((row) =>
    Step.parse({
      id: row.id,
      name: row.name,
      kind: row.kind,
      state: row.state,
      needs: fromJson(StepIds, row.needs, []),
      startedAt: row.started_at,
      finishedAt: row.finished_at,
      exitCode: row.exit_code,
      reason: row.reason,
      ...(row.peak_bytes === null ? {} : { peakBytes: row.peak_bytes }),
      ...(row.expected_ms === null ? {} : { expectedMs: row.expected_ms }),
      ...(row.is_critical === null ? {} : { isCritical: true }),
    }),
  );
}
