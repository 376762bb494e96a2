// Flaky tests, their quarantines, and the evidence of different results with equal inputs.
import { z } from 'zod';
import type { FlakyTest, Quarantine } from '../protocol/flakiness.ts';
import { FlakinessCause } from '../protocol/flakiness.ts';
import { TestId, type ExecutionId } from '../protocol/ids.ts';
import { fromJson } from './json-column.ts';
import { executionKey } from './keys.ts';
import type { Reader, Transaction } from './sql.ts';
import { codeOf } from './test-status.ts';

export type FlakyObservation = Pick<FlakyTest, 'test' | 'trials' | 'failures' | 'cause' | 'evidence' | 'seenAt'>;

const Sentences = z.array(z.string());
const keptSentences = 10;

/** Adds trials and sentences to what is known; a cause that was found before stays when this one is unknown. */
export function saveFlakyObservation(tx: Transaction, observation: FlakyObservation): void {
  const { test, seenAt } = observation;
  const known = rowsOf(tx, 'WHERE f.test = ?', [test])[0];
  const evidence = [...new Set([...observation.evidence, ...(known?.evidence ?? [])])].slice(0, keptSentences);
  const cause = observation.cause === 'unknown' ? (known?.cause ?? 'unknown') : observation.cause;
  const trials = observation.trials + (known?.trials ?? 0);
  const failures = observation.failures + (known?.failures ?? 0);
  tx.run(
    'INSERT OR REPLACE INTO flaky_tests (test, trials, failures, cause, evidence, seen_at) VALUES (?, ?, ?, ?, ?, ?)',
    [test, trials, failures, cause, JSON.stringify(evidence), seenAt],
  );
}

/** Flaky and quarantined tests, the likeliest to fail first. A quarantine that is over is no more. */
export function listFlakyTests(db: Reader, now: number): FlakyTest[] {
  const flaky = rowsOf(db, '', []);
  const quarantines = quarantinesAt(db, now);
  const known = new Set(flaky.map((each) => each.test));
  const onlyQuarantined = [...quarantines].filter(([test]) => !known.has(test));
  return [
    ...flaky.map((each) => withQuarantine(each, quarantines)),
    ...onlyQuarantined.map(([test, { since }]) =>
      withQuarantine({ test, trials: 0, failures: 0, cause: 'unknown', evidence: [], seenAt: since }, quarantines),
    ),
  ].toSorted((one, other) => other.probability - one.probability);
}

/** The quarantines that are in force, by test. */
export function quarantinesAt(db: Reader, now: number): Map<TestId, Quarantine> {
  const rows = db.all<Quarantine & { test: string }>(
    'SELECT test, since, until, reason FROM test_quarantines WHERE until > ?',
    [now],
  );
  return new Map(rows.map(({ test, ...quarantine }) => [TestId.parse(test), quarantine]));
}

export function saveQuarantine(tx: Transaction, test: TestId, { since, until, reason }: Quarantine): void {
  tx.run('INSERT OR REPLACE INTO test_quarantines (test, since, until, reason) VALUES (?, ?, ?, ?)', [
    test,
    since,
    until,
    reason,
  ]);
}

export function removeQuarantine(tx: Transaction, test: TestId): void {
  tx.run('DELETE FROM test_quarantines WHERE test = ?', [test]);
}

const keptInputs = 2000;

/** Notes what the execution's files were: a hash. Of all executions the latest 2,000 are kept. */
export function saveRunInputs(tx: Transaction, executionId: ExecutionId, inputs: string): void {
  const key = executionKey(tx, executionId);
  tx.run('INSERT OR REPLACE INTO test_run_inputs (execution_key, inputs) VALUES (?, ?)', [key, inputs]);
  tx.run('DELETE FROM test_run_inputs WHERE execution_key <= ?', [key - keptInputs]);
}

/** A test that both passed and failed in executions with these inputs. */
export interface Disagreement {
  readonly test: TestId;
  readonly trials: number;
  readonly failures: number;
}

/** Tests whose results differ among the executions with these inputs. */
export function disagreementsAt(db: Reader, inputs: string): Disagreement[] {
  const counted = (['passed', 'failed', 'errored', 'timed_out'] as const).map(codeOf);
  // Names that no column has: one of a column would mean the column.
  const rows = db.all<{ id: string; equal_runs: number; equal_failures: number }>(
    `SELECT c.id, count(*) AS equal_runs, sum(r.status <> ${codeOf('passed')}) AS equal_failures
     FROM test_run_inputs i CROSS JOIN test_results r ON r.execution_key = i.execution_key JOIN test_cases c ON c.key = r.case_key
     WHERE i.inputs = ? AND r.status IN (${counted.join(', ')})
     GROUP BY c.key HAVING equal_failures > 0 AND equal_failures < equal_runs`,
    [inputs],
  );
  return rows.map(({ id, equal_runs, equal_failures }) => ({
    test: TestId.parse(id),
    trials: equal_runs,
    failures: equal_failures,
  }));
}

interface Row {
  readonly test: string;
  readonly trials: number;
  readonly failures: number;
  readonly cause: string;
  readonly evidence: string;
  readonly seen_at: number;
}

function rowsOf(db: Reader, rest: string, params: readonly string[]): FlakyObservation[] {
  return db
    .all<Row>(`SELECT f.test, f.trials, f.failures, f.cause, f.evidence, f.seen_at FROM flaky_tests f ${rest}`, params)
    .map((row) => ({
      test: TestId.parse(row.test),
      trials: row.trials,
      failures: row.failures,
      cause: FlakinessCause.catch('unknown').parse(row.cause),
      evidence: fromJson(Sentences, row.evidence, []),
      seenAt: row.seen_at,
    }));
}

function withQuarantine(observation: FlakyObservation, quarantines: ReadonlyMap<TestId, Quarantine>): FlakyTest {
  const { trials, failures } = observation;
  return {
    ...observation,
    probability: (failures + 1) / (trials + 2),
    quarantine: quarantines.get(observation.test) ?? null,
  };
}
