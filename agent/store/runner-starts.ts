// How long runners take besides their tests (runner_starts): until the first test runs, for each file, and how much runs at once.
import { z } from 'zod';
import { fromJson } from './json-column.ts';
import { medianOf, withDuration } from './recent.ts';
import type { Reader, Transaction } from './sql.ts';

/** One run of a project's tests, or the middle of the last ones. */
export interface RunnerStart {
  /** Until the first test begins. */
  readonly startMs: number;
  /** For each further file besides its tests. */
  readonly fileMs: number;
  /** Time that goes by for a millisecond of tests: 1 one after the other, below where they run at once. */
  readonly pace: number;
}

interface Row {
  readonly project: string;
  readonly start_ms: string;
  readonly file_ms: string;
  readonly pace: string;
}

const Values = z.array(z.number());

/** What the tests of one runner are kept under. */
export function runnerOf({
  framework,
  project = '',
}: {
  readonly framework: string;
  readonly project?: string | undefined;
}): string {
  return `${framework} ${project}`;
}

/** Adds a run to the last nine of a project. */
export function saveRunnerStart(tx: Transaction, project: string, { startMs, fileMs, pace }: RunnerStart): void {
  const before = tx.get<Row>('SELECT * FROM runner_starts WHERE project = ?', [project]);
  const added = (text: string | undefined, value: number) =>
    withDuration(text ?? '[]', value, { replacesLast: false }).text;
  tx.run('INSERT OR REPLACE INTO runner_starts (project, start_ms, file_ms, pace) VALUES (?, ?, ?, ?)', [
    project,
    added(before?.start_ms, startMs),
    added(before?.file_ms, fileMs),
    added(before?.pace, pace),
  ]);
}

/** The middle of each project's last runs. */
export function runnerStarts(db: Reader): Map<string, RunnerStart> {
  const middle = (text: string) => medianOf(fromJson(Values, text, []));
  return new Map(
    db
      .all<Row>('SELECT * FROM runner_starts')
      .map((row) => [
        row.project,
        { startMs: middle(row.start_ms), fileMs: middle(row.file_ms), pace: middle(row.pace) },
      ]),
  );
}
