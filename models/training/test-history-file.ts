// The history of a test suite as a CSV file: Name, Duration, Verdict, Cycle (LastRun is not needed and may be wrong).
import { BadInput, numbersIn, quoted, readTable } from './csv.ts';
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
  const names = table.column('Name');
  const [durations, verdicts, numbers] = ['Duration', 'Verdict', 'Cycle'].map((name) => numbersIn(table, name));
  const cycles = new Map<number, Map<string, TestRun>>();
  names.forEach((name, row) => {
    const number = numbers?.[row] ?? null;
    const place = `${table.path}, row ${row + 2}`;
    if (number === null)
      throw new BadInput(`${place}: Cycle is ${quoted(table.column('Cycle')[row] ?? '')}, expected a number`);
    if (name === '') throw new BadInput(`${place}: Name is empty, expected that of a test`);
    const runs = cycles.get(number) ?? new Map<string, TestRun>();
    cycles.set(number, runs);
    // A verdict that is not known counts as passed, because a made-up failure would move the order.
    const run = { name, duration: durationOf(durations?.[row] ?? null), hasFailed: verdicts?.[row] === 1 };
    runs.set(name, merged(runs.get(name), run));
  });
  return [...cycles]
    .toSorted(([one], [other]) => one - other)
    .map(([number, runs]) => ({ number, runs: [...runs.values()] }));
}

function merged(earlier: TestRun | undefined, run: TestRun): TestRun {
  if (earlier === undefined) return run;
  const duration = earlier.duration === null ? run.duration : earlier.duration + (run.duration ?? 0);
  return { name: run.name, duration, hasFailed: earlier.hasFailed || run.hasFailed };
}

function durationOf(value: number | null): number | null {
  return value === null || value < 0 ? null : value;
}
