// Turns V8's counts of a script into lines and functions of its sources.
import type { CoveredFunction } from '../../store/evidence.ts';
import type { CompiledText, Piece } from './compiled-text.ts';
import { executedMark, missedMark, type FileMarks, type LineMarks } from './line-marks.ts';
import type { CountedFunction } from './window.ts';

/** One entry a source of which the script has code. */
export function markLines(text: CompiledText, functions: readonly CountedFunction[]): FileMarks[] {
  const marks = text.sources.map(() => new Growing());
  const stretches = countedStretches(functions);
  let at = 0;
  for (const { start, end, source, line } of text.pieces) {
    while (at < stretches.length - 1 && (stretches[at + 1]?.start ?? 0) <= start) at++;
    marks[source]?.mark(line, hasRun(stretches, at, { start, end }) ? executedMark : missedMark);
  }
  const found = functionsIn(text, functions);
  return text.sources.flatMap((file, index) => {
    const lines = marks[index]?.marks ?? new Uint8Array();
    return file === '' || lines.length === 0 ? [] : [{ file, marks: lines, functions: found.get(index) ?? [] }];
  });
}

/** From `start` to the next one, code ran so many times. */
interface Stretch {
  readonly start: number;
  readonly count: number;
}

/** Ranges lie in each other; the innermost tells the count. */
function countedStretches(functions: readonly CountedFunction[]): Stretch[] {
  const ranges = functions.flatMap(rangesIn).toSorted((one, other) => one.start - other.start || other.end - one.end);
  const stretches: Stretch[] = [{ start: 0, count: 0 }];
  const open: { end: number; count: number }[] = [];
  const add = (start: number, count: number) => {
    if (stretches.at(-1)?.start === start) stretches.pop();
    stretches.push({ start, count });
  };
  const closeUntil = (offset: number) => {
    for (let last = open.at(-1); last !== undefined && last.end <= offset; last = open.at(-1)) {
      open.pop();
      add(last.end, open.at(-1)?.count ?? 0);
    }
  };
  for (const { start, end, count } of ranges) {
    closeUntil(start);
    open.push({ end, count });
    add(start, count);
  }
  closeUntil(Infinity);
  return stretches;
}

function rangesIn([, ...numbers]: CountedFunction): { start: number; end: number; count: number }[] {
  return Array.from({ length: numbers.length / 3 }, (_, index) => ({
    start: numbers[index * 3] ?? 0,
    end: numbers[index * 3 + 1] ?? 0,
    count: numbers[index * 3 + 2] ?? 0,
  }));
}

function hasRun(stretches: readonly Stretch[], at: number, { start, end }: Pick<Piece, 'start' | 'end'>): boolean {
  for (let index = at; index < stretches.length; index++) {
    const { start: from = 0, count = 0 } = stretches[index] ?? {};
    if (index > at && from >= end) return false;
    if (count > 0 && (stretches[index + 1]?.start ?? Infinity) > start) return true;
  }
  return false;
}

/** By source: the functions that have code of it. The script itself and what a runner put around it are none. */
function functionsIn(text: CompiledText, functions: readonly CountedFunction[]): Map<number, CoveredFunction[]> {
  const found = new Map<number, CoveredFunction[]>();
  for (const each of functions) {
    const [{ start, end, count } = { start: 0, end: 0, count: 0 }] = rangesIn(each);
    if (start < text.codeStart || (start === 0 && each[0] === '')) continue;
    // A map names the start of a function; a line begins before it.
    const holds = (piece: Piece) => (text.isMapped ? piece.start >= start : piece.end > start);
    const first = text.pieces[firstPiece(text.pieces, holds)];
    const last = text.pieces[firstPiece(text.pieces, (piece) => piece.start >= end) - 1];
    if (first === undefined || last === undefined || first.start >= end || first.source !== last.source) continue;
    const lines = [first.line, last.line];
    const place = { startLine: Math.min(...lines), endLine: Math.max(...lines) };
    const ofSource = found.get(first.source) ?? [];
    ofSource.push({ name: each[0].replace('Object.<anonymous>.', ''), ...place, executed: count > 0 });
    found.set(first.source, ofSource);
  }
  return found;
}

/** Index of the first piece of which something holds that holds for all after it. */
function firstPiece(pieces: readonly Piece[], holds: (piece: Piece) => boolean): number {
  let [low, high] = [0, pieces.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const piece = pieces[middle];
    if (piece !== undefined && !holds(piece)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Marks of lines of which the highest is not known. */
class Growing {
  #marks = new Uint8Array();
  #length = 0;

  get marks(): LineMarks {
    return this.#marks.slice(0, this.#length);
  }

  mark(line: number, mark: number): void {
    if (line > this.#marks.length) {
      const larger = new Uint8Array(Math.max(64, line * 2));
      larger.set(this.#marks);
      this.#marks = larger;
    }
    this.#length = Math.max(this.#length, line);
    if (mark > (this.#marks[line - 1] ?? 0)) this.#marks[line - 1] = mark;
  }
}
