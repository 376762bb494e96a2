// How the lines of a file that a test ran are written into a row: ranges as bytes, the functions' names and places as text.
import { decodeNumbers, encodeNumbers } from './varint.ts';

/** First and last line, counted from 1, both included. */
export type LineRange = readonly [startLine: number, endLine: number];

export interface CoveredFunction {
  /** As the source calls it, with the class before the method where the runtime says; empty for one without a name. */
  readonly name: string;
  readonly startLine: number;
  readonly endLine: number;
  readonly executed: boolean;
}

export interface CoveredLines {
  /** Lines with code that ran, ascending. */
  readonly executed: readonly LineRange[];
  /** Lines with code that did not run, ascending. Lines without code are in neither list. */
  readonly missed: readonly LineRange[];
  readonly functions: readonly CoveredFunction[];
}

/** The two columns: names and places of the functions, and which lines and functions ran. */
export function encodeCovered(covered: CoveredLines): { readonly functions: string; readonly lines: Uint8Array } {
  const places = covered.functions.map(({ name, startLine, endLine }) => [name, startLine, endLine]);
  const ran = covered.functions.flatMap((each, index) => (each.executed ? [index] : []));
  return {
    functions: JSON.stringify(places),
    lines: encodeNumbers([...rangeNumbers(covered.executed), ...rangeNumbers(covered.missed), ...differences(ran)]),
  };
}

export function decodeCovered(row: { readonly functions: string; readonly lines: Uint8Array }): CoveredLines {
  const numbers = decodeNumbers(row.lines);
  const executed = rangesAt(numbers, 0);
  const missed = rangesAt(numbers, 1 + executed.length * 2);
  const ran = new Set<number>();
  let index = 0;
  for (const difference of numbers.slice(2 + (executed.length + missed.length) * 2)) ran.add((index += difference));
  // Written by `encodeCovered` and by nothing else.
  const places = JSON.parse(row.functions) as [string, number, number][];
  return {
    executed,
    missed,
    functions: places.map(([name, startLine, endLine], at) => ({ name, startLine, endLine, executed: ran.has(at) })),
  };
}

/** The count, then for each range its distance from the one before and its length. */
function rangeNumbers(ranges: readonly LineRange[]): number[] {
  return [
    ranges.length,
    ...ranges.flatMap(([start, end], index) => [start - (ranges[index - 1]?.[1] ?? 0), end - start]),
  ];
}

function rangesAt(numbers: readonly number[], at: number): LineRange[] {
  const ranges: LineRange[] = [];
  let last = 0;
  for (let index = 0; index < (numbers[at] ?? 0); index++) {
    const start = last + (numbers[at + 1 + index * 2] ?? 0);
    last = start + (numbers[at + 2 + index * 2] ?? 0);
    ranges.push([start, last]);
  }
  return ranges;
}

function differences(ascending: readonly number[]): number[] {
  return ascending.map((number, index) => number - (ascending[index - 1] ?? 0));
}
