// Runs of remote CIs (remote_runs), the last ones, with the results that their reports tell.
import { z } from 'zod';
import { keptRemoteRuns, RemoteRun, RemoteTest, type RemoteRunId } from '../protocol/remote-runs.ts';
import { fromJson, packJson, unpackJson } from './json-column.ts';
import type { Reader, Transaction } from './sql.ts';

/** A result as its report tells it; what is known here is looked up when it is asked for. */
export const ReportedTest = RemoteTest.omit({ line: true, here: true });
export type ReportedTest = z.infer<typeof ReportedTest>;

const ReportedTests = z.array(ReportedTest);

/** Replaces the run of the same id, and forgets the oldest beyond `keptRemoteRuns`. */
export function saveRemoteRun(tx: Transaction, run: RemoteRun, tests: readonly ReportedTest[]): void {
  tx.run('INSERT OR REPLACE INTO remote_runs (id, imported_at, run, tests) VALUES (?, ?, ?, ?)', [
    run.id,
    Math.round(run.importedAt),
    JSON.stringify(run),
    packJson(tests),
  ]);
  tx.run('DELETE FROM remote_runs WHERE id NOT IN (SELECT id FROM remote_runs ORDER BY imported_at DESC, id LIMIT ?)', [
    keptRemoteRuns,
  ]);
}

/** The latest first. */
export function listRemoteRuns(db: Reader): RemoteRun[] {
  return db
    .all<{ run: string }>('SELECT run FROM remote_runs ORDER BY imported_at DESC, id')
    .flatMap(({ run }) => fromJson<RemoteRun | null>(RemoteRun, run, null) ?? []);
}

/** Null when there is none of that id. */
export function getRemoteRun(db: Reader, id: RemoteRunId): { run: RemoteRun; tests: ReportedTest[] } | null {
  const row = db.get<{ run: string; tests: Uint8Array }>('SELECT run, tests FROM remote_runs WHERE id = ?', [id]);
  const run = row === undefined ? null : fromJson<RemoteRun | null>(RemoteRun, row.run, null);
  return row === undefined || run === null ? null : { run, tests: unpackJson(ReportedTests, row.tests) ?? [] };
}
