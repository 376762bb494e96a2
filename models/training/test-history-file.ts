// The history of a test suite as a CSV file: Name, Duration, Verdict, Cycle (LastRun is not needed and may be wrong).
import { BadInput, numberIn, readTable } from './csv.ts';
import type { Table } from './csv.ts';

/** One test in one cycle. A test that ran twice in it failed when either run did, and took as long as both together. */
export interface TestRun {
  readonly name: string;
  /** In the unit of the file; null when unknown. Negative durations count as unknown. */
  readonly duration: number | null;
  readonly hasFailed: boolean;
}

export interface Cycle {
  readonly number: number;
  readonly runs: readonly TestRun[];
}

/** The cycles in the order of their numbers, whatever the order of the rows. Throws `BadInput`. */
export function readTestHistory(path: string): Cycle[] {
  return cyclesOf(readTable(path, ['Name', 'Duration', 'Verdict', 'Cycle']));
}

/** Groups the rows of a table by cycle. */
export function cyclesOf(table: Table): Cycle[] {
  const [names, durations, verdicts, numbers] = ['Name', 'Duration', 'Verdict', 'Cycle'].map((name) =>
    table.column(name),
  );
  const cycles = new Map<number, Map<string, TestRun>>();
  for (let row = 0; row < table.rowCount; row += 1) {
    const number = numberIn(numbers?.[row]);
    const name = names?.[row] ?? '';
    if (number === null)
      throw new BadInput(
        `${table.path}, row ${row + 2}: the cycle is ${JSON.stringify(numbers?.[row] ?? '')}, expected a number`,
      );
    if (name === '') throw new BadInput(`${table.path}, row ${row + 2}: the test has no name`);
    const runs = cycles.get(number) ?? new Map<string, TestRun>();
    cycles.set(number, runs);
    runs.set(
      name,
      merged(runs.get(name), { name, duration: durationIn(durations?.[row]), hasFailed: isFailure(verdicts?.[row]) }),
    );
  }
  return [...cycles]
    .toSorted(([one], [other]) => one - other)
    .map(([number, runs]) => ({ number, runs: [...runs.values()] }));
}

function merged(earlier: TestRun | undefined, run: TestRun): TestRun {
  if (earlier === undefined) return run;
  const duration = earlier.duration === null ? run.duration : earlier.duration + (run.duration ?? 0);
  return { name: run.name, duration, hasFailed: earlier.hasFailed || run.hasFailed };
}

function durationIn(field: string | undefined): number | null {
  const value = numberIn(field);
  return value === null || value < 0 ? null : value;
}

/** 1 is failed. What cannot be read counts as passed, because a made-up failure would move the order. */
function isFailure(field: string | undefined): boolean {
  return numberIn(field) === 1;
}
