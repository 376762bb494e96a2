// Build targets and how their builds ended (build_configs, build_targets, build_dependencies, build_executions).
import { z } from 'zod';
import { BuildFailure, BuildProblem, BuildResult, BuildTarget, type BuildMetrics } from '../protocol/build.ts';
import { RepoPath, type ExecutionId, type Fingerprint, type TargetId } from '../protocol/ids.ts';
import { fromJson, packJson, unpackJson } from './json-column.ts';
import { executionKey, keyOf, nextKey } from './keys.ts';
import { p90Of, withDuration } from './recent.ts';
import type { Reader, SqlValue, Transaction } from './sql.ts';

export interface LastSuccess {
  readonly fingerprint: Fingerprint;
  /** The content hash of every input file, by path. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly executionId: ExecutionId;
  readonly finishedAt: number;
  readonly durationMs: number;
}

export interface FinishedBuild {
  readonly executionId: ExecutionId;
  readonly result: BuildResult;
  /** The content hashes behind the fingerprint, by path; kept for the last success of each target. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly finishedAt: number;
  /** Of an output out of a cache: how long it took to build, wherever that was. */
  readonly builtInMs?: number;
}

/** Makes `targets` the ones that exist. What is known of a target that is gone is kept for when it comes back. */
export function saveTargets(tx: Transaction, targets: readonly BuildTarget[]): void {
  const present = new Set(targets.map(({ id }) => targetKey(tx, id)));
  for (const { key, is_present } of tx.all<{ key: number; is_present: number }>(
    'SELECT key, is_present FROM build_targets',
  )) {
    if (present.has(key) !== (is_present === 1))
      tx.run('UPDATE build_targets SET is_present = ? WHERE key = ?', [present.has(key) ? 1 : 0, key]);
  }
  for (const target of targets) saveTarget(tx, target);
}

/** The targets that exist, by id. */
export function listTargets(db: Reader): BuildTarget[] {
  const rows = db.all<{ key: number; id: string; content: string }>(
    'SELECT t.key, t.id, c.content FROM build_targets t JOIN build_configs c ON c.key = t.config_key WHERE t.is_present = 1 ORDER BY t.id',
  );
  return rows.flatMap(({ key, id, content }) => {
    const configuration = fromJson(Configuration.nullable(), content, null);
    return configuration === null ? [] : [BuildTarget.parse({ ...configuration, id, needs: neededBy(db, key) })];
  });
}

/** Records a build. Of its problems and changed inputs the first 1,000 are kept. */
export function saveBuildResult(tx: Transaction, build: FinishedBuild): void {
  const { result, finishedAt } = build;
  const key = targetKey(tx, result.target);
  const target = tx.get<TargetRow>('SELECT config_key, recent_ms, median_ms FROM build_targets WHERE key = ?', [key]);
  tx.run(
    `INSERT OR REPLACE INTO build_executions
       (execution_key, target_key, config_key, status, duration_ms, is_cached, fingerprint, reason, problems, changed_inputs, finished_at, saved_ms, cache_source, details)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      executionKey(tx, build.executionId),
      key,
      target?.config_key ?? null,
      result.status,
      result.durationMs,
      result.cached ? 1 : 0,
      result.fingerprint,
      result.reason,
      listColumn(result.problems),
      listColumn(result.changedInputs),
      finishedAt,
      result.cached ? (target?.median_ms ?? build.builtInMs ?? 0) : 0,
      result.cacheSource ?? null,
      detailsColumn(result),
    ],
  );
  if (result.status === 'succeeded') saveSuccess(tx, key, build, target?.recent_ms ?? '[]');
}

export function buildResultsOf(db: Reader, executionId: ExecutionId): BuildResult[] {
  return readResults(
    db,
    'JOIN pipeline_executions e ON e.key = b.execution_key WHERE e.id = ? ORDER BY b.finished_at, t.id',
    [executionId],
  );
}

export function lastSuccess(db: Reader, target: TargetId): LastSuccess | null {
  const row = db.get<SuccessRow>('SELECT * FROM build_targets WHERE id = ? AND success_at IS NOT NULL', [target]);
  const inputs = row === undefined ? null : unpackJson(Inputs, row.success_inputs);
  if (row === undefined || inputs === null) return null;
  return {
    fingerprint: row.success_fingerprint,
    inputs,
    executionId: row.success_execution_id,
    finishedAt: row.success_at,
    durationMs: row.success_ms,
  };
}

/** The last success with this fingerprint, unless a later build of the same failed. */
export function successWith(
  db: Reader,
  target: TargetId,
  fingerprint: Fingerprint,
): Omit<LastSuccess, 'inputs' | 'fingerprint'> | null {
  const row = db.get<{ id: ExecutionId; finished_at: number; duration_ms: number }>(
    `SELECT e.id, b.finished_at, b.duration_ms FROM build_executions b
       JOIN build_targets t ON t.key = b.target_key JOIN pipeline_executions e ON e.key = b.execution_key
     WHERE t.id = ? AND b.fingerprint = ? AND b.status = 'succeeded' AND NOT EXISTS (
       SELECT 1 FROM build_executions later WHERE later.target_key = b.target_key AND later.fingerprint = b.fingerprint
         AND later.execution_key > b.execution_key AND later.status IN ('failed', 'timed_out'))
     ORDER BY b.execution_key DESC LIMIT 1`,
    [target, fingerprint],
  );
  return row === undefined ? null : { executionId: row.id, finishedAt: row.finished_at, durationMs: row.duration_ms };
}

/** The last recorded result of each target that exists. */
export function latestBuildResults(db: Reader): BuildResult[] {
  return readResults(
    db,
    `WHERE t.is_present = 1
       AND b.execution_key = (SELECT max(execution_key) FROM build_executions WHERE target_key = t.key) ORDER BY t.id`,
    [],
  );
}

/**
 * What the compilers last said of each target that exists: its last build that ran to its end; the last success where it
 * was unchanged since. Builds that were skipped or stopped said nothing.
 */
export function tellingBuildResults(db: Reader): BuildResult[] {
  return readResults(
    db,
    `WHERE t.is_present = 1 AND b.execution_key = (
       SELECT max(told.execution_key) FROM build_executions told WHERE told.target_key = t.key AND (
         told.status = 'succeeded' OR told.status = 'failed' AND told.execution_key > (
           SELECT coalesce(max(execution_key), 0) FROM build_executions WHERE target_key = t.key AND status = 'unchanged')))
     ORDER BY t.id`,
    [],
  );
}

/** Median duration of each target's last successful builds. */
export function buildDurations(db: Reader): Map<TargetId, number> {
  const rows = db.all<{ id: TargetId; median_ms: number }>(
    'SELECT id, median_ms FROM build_targets WHERE median_ms IS NOT NULL',
  );
  return new Map(rows.map(({ id, median_ms }) => [id, median_ms]));
}

export interface BuildQuantiles {
  readonly medianMs: number;
  /** Nine of ten builds are not longer. */
  readonly p90Ms: number;
}

/** The spread of each target's last successful builds. */
export function buildQuantiles(db: Reader): Map<TargetId, BuildQuantiles> {
  const rows = db.all<{ id: TargetId; recent_ms: string; median_ms: number }>(
    'SELECT id, recent_ms, median_ms FROM build_targets WHERE median_ms IS NOT NULL',
  );
  return new Map(
    rows.map(({ id, recent_ms, median_ms }) => [
      id,
      { medianMs: median_ms, p90Ms: Math.max(median_ms, p90Of(recent_ms)) },
    ]),
  );
}

/** What the kept records of each target add up to; `since` in milliseconds since 1970. Targets that are gone are left out. */
export function buildCounts(db: Reader, since: number): Omit<BuildMetrics, 'onCriticalPath'>[] {
  const rows = db.all<CountsRow>(
    `SELECT t.id, t.median_ms, count(b.execution_key) AS requests, coalesce(sum(b.saved_ms), 0) AS saved_ms,
       coalesce(sum(b.is_cached = 0), 0) AS built, coalesce(sum(b.status IN ('failed', 'timed_out')), 0) AS failed,
       coalesce(sum(b.status = 'unchanged'), 0) AS unchanged,
       coalesce(sum(b.cache_source = 'local'), 0) AS local, coalesce(sum(b.cache_source = 'remote'), 0) AS remote
     FROM build_targets t LEFT JOIN build_executions b
       ON b.target_key = t.key AND b.finished_at >= ? AND b.status NOT IN ('skipped', 'cancelled')
     WHERE t.is_present = 1 GROUP BY t.key ORDER BY t.id`,
    [since],
  );
  return rows.map(({ id, median_ms, requests, saved_ms, built, failed, unchanged, local, remote }) => ({
    target: id,
    requests,
    built,
    failed,
    unchanged,
    fromLocalCache: local,
    fromRemoteCache: remote,
    hitRate: requests === 0 ? null : (requests - built) / requests,
    medianMs: median_ms,
    savedMs: saved_ms,
  }));
}

/** How the last builds of a target that were really run ended, the latest first: true for a failure. */
export function recentOutcomes(
  db: Reader,
  target: TargetId,
  limit: number,
): { readonly hasFailed: boolean; readonly fingerprint: string }[] {
  const rows = db.all<{ status: string; fingerprint: string }>(
    `SELECT b.status, b.fingerprint FROM build_executions b JOIN build_targets t ON t.key = b.target_key
     WHERE t.id = ? AND b.is_cached = 0 AND b.status IN ('succeeded', 'failed', 'timed_out') ORDER BY b.execution_key DESC LIMIT ?`,
    [target, limit],
  );
  return rows.map(({ status, fingerprint }) => ({ hasFailed: status !== 'succeeded', fingerprint }));
}

const Configuration = BuildTarget.omit({ id: true, needs: true, missingTool: true });
const Details = BuildResult.pick({ recovery: true, undeclaredReads: true }).extend({
  failure: BuildFailure.optional(),
});
const Problems = z.array(BuildProblem);
const Paths = z.array(RepoPath);
const Inputs = z.record(z.string(), z.string());

const keptItems = 1000;

function listColumn(items: readonly unknown[]): string | null {
  return items.length === 0 ? null : JSON.stringify(items.slice(0, keptItems));
}

/** What few results have, as one column. */
function detailsColumn(result: BuildResult): string | null {
  const { failure, recovery, undeclaredReads } = result;
  const details = {
    failure,
    recovery: recovery?.slice(0, keptItems),
    undeclaredReads: undeclaredReads?.slice(0, keptItems),
  };
  return Object.values(details).every((each) => each === undefined) ? null : JSON.stringify(details);
}

interface CountsRow {
  readonly id: TargetId;
  readonly median_ms: number | null;
  readonly requests: number;
  readonly saved_ms: number;
  readonly built: number;
  readonly failed: number;
  readonly unchanged: number;
  readonly local: number;
  readonly remote: number;
}

interface TargetRow {
  readonly config_key: number | null;
  readonly recent_ms: string;
  readonly median_ms: number | null;
}

/** A row of which `success_at` is not null; what was written to it were branded values. */
interface SuccessRow {
  readonly success_execution_id: ExecutionId;
  readonly success_fingerprint: Fingerprint;
  readonly success_at: number;
  readonly success_ms: number;
  readonly success_inputs: Uint8Array;
}

function targetKey(tx: Transaction, id: string): number {
  const found = keyOf(tx, 'build_targets', id);
  if (found !== null) return found;
  const key = nextKey(tx, 'build_targets');
  tx.run('INSERT INTO build_targets (key, id, is_present) VALUES (?, ?, 0)', [key, id]);
  return key;
}

function saveTarget(tx: Transaction, { id, needs, ...configuration }: BuildTarget): void {
  const key = targetKey(tx, id);
  const content = JSON.stringify(Configuration.parse(configuration));
  const configKey = configurationKey(tx, key, content);
  const recorded = tx.get<TargetRow>('SELECT config_key, recent_ms, median_ms FROM build_targets WHERE key = ?', [key]);
  if (recorded?.config_key !== configKey)
    tx.run('UPDATE build_targets SET config_key = ? WHERE key = ?', [configKey, key]);
  if (neededBy(tx, key).join('\n') === needs.join('\n')) return;
  tx.run('DELETE FROM build_dependencies WHERE target_key = ?', [key]);
  needs.forEach((need, position) => {
    tx.run('INSERT INTO build_dependencies (target_key, position, needs_key) VALUES (?, ?, ?)', [
      key,
      position,
      targetKey(tx, need),
    ]);
  });
}

function configurationKey(tx: Transaction, target: number, content: string): number {
  const found = tx.get<{ key: number }>('SELECT key FROM build_configs WHERE target_key = ? AND content = ?', [
    target,
    content,
  ]);
  if (found !== undefined) return found.key;
  const key = nextKey(tx, 'build_configs');
  tx.run('INSERT INTO build_configs (key, target_key, content) VALUES (?, ?, ?)', [key, target, content]);
  return key;
}

function neededBy(db: Reader, key: number): string[] {
  const rows = db.all<{ id: string }>(
    'SELECT t.id FROM build_dependencies d JOIN build_targets t ON t.key = d.needs_key WHERE d.target_key = ? ORDER BY d.position',
    [key],
  );
  return rows.map(({ id }) => id);
}

function saveSuccess(
  tx: Transaction,
  key: number,
  { executionId, result, inputs, finishedAt }: FinishedBuild,
  recent: string,
): void {
  tx.run(
    `UPDATE build_targets SET success_execution_id = ?, success_fingerprint = ?, success_at = ?, success_ms = ?, success_inputs = ?
     WHERE key = ?`,
    [executionId, result.fingerprint, finishedAt, result.durationMs, packJson(inputs), key],
  );
  // How long it takes to bring an output back says nothing of how long it takes to build it.
  if (result.cached) return;
  const { text, medianMs } = withDuration(recent, result.durationMs, { replacesLast: false });
  tx.run('UPDATE build_targets SET recent_ms = ?, median_ms = ? WHERE key = ?', [text, medianMs, key]);
}

interface ResultRow {
  readonly id: string;
  readonly status: string;
  readonly duration_ms: number;
  readonly is_cached: number;
  readonly fingerprint: string;
  readonly reason: string;
  readonly problems: string | null;
  readonly changed_inputs: string | null;
  readonly cache_source: string | null;
  readonly details: string | null;
}

function readResults(db: Reader, rest: string, params: readonly SqlValue[]): BuildResult[] {
  const rows = db.all<ResultRow>(
    `SELECT b.*, t.id FROM build_executions b JOIN build_targets t ON t.key = b.target_key ${rest}`,
    params,
  );
  return rows.map((row) =>
    BuildResult.parse({
      target: row.id,
      status: row.status,
      durationMs: row.duration_ms,
      cached: row.is_cached === 1,
      fingerprint: row.fingerprint,
      reason: row.reason,
      problems: fromJson(Problems, row.problems, []),
      changedInputs: fromJson(Paths, row.changed_inputs, []),
      ...(row.cache_source === null ? {} : { cacheSource: row.cache_source }),
      ...fromJson(Details, row.details, {}),
    }),
  );
}
