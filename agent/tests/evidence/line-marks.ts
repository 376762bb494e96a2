// Which lines of a file ran, while it is added up: a mark a line, the strongest counts.
import type { CoveredFunction, LineRange } from '../../store/evidence.ts';

/** Index 0 is line 1: 0 no code, 1 did not run, 2 ran. */
export type LineMarks = Uint8Array;

export const missedMark = 1;
export const executedMark = 2;

/** Lines and functions of one file. Plain, so that it can be sent between threads. */
export interface FileMarks {
  /** Absolute. */
  readonly file: string;
  readonly marks: LineMarks;
  readonly functions: readonly CoveredFunction[];
}

/** What ran in either. */
export function mergeMarks(one: FileMarks, other: FileMarks): FileMarks {
  const [longer, shorter] =
    one.marks.length >= other.marks.length ? [one.marks, other.marks] : [other.marks, one.marks];
  const marks = longer.slice();
  for (const [index, mark] of shorter.entries()) if (mark > (marks[index] ?? 0)) marks[index] = mark;
  return { file: one.file, marks, functions: mergeFunctions(one.functions, other.functions) };
}

/** The lines that carry a mark, as ranges. A line without code parts a range: lines are counted. */
export function rangesOf(marks: LineMarks, wanted: number): LineRange[] {
  const ranges: [number, number][] = [];
  for (const [index, mark] of marks.entries()) {
    if (mark !== wanted) continue;
    const last = ranges.at(-1);
    if (last?.[1] === index) last[1] = index + 1;
    else ranges.push([index + 1, index + 1]);
  }
  return ranges;
}

function mergeFunctions(
  one: readonly CoveredFunction[],
  other: readonly CoveredFunction[],
): readonly CoveredFunction[] {
  if (other.length === 0) return one;
  const merged = new Map(one.map((each) => [keyOf(each), each]));
  for (const each of other) {
    const key = keyOf(each);
    const known = merged.get(key);
    if (known === undefined || (each.executed && !known.executed)) merged.set(key, each);
  }
  return [...merged.values()].toSorted(
    (a, b) => a.startLine - b.startLine || b.endLine - a.endLine || compare(a.name, b.name),
  );
}

function keyOf({ name, startLine, endLine }: CoveredFunction): string {
  return `${startLine}-${endLine}-${name}`;
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
