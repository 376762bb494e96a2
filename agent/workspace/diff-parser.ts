// Reads what `git diff --raw -p -U0 -z` prints: which files changed, how, and which lines of their new versions.
import type { ChangeKind, LineRange } from '../protocol/change-set.ts';

export interface DiffEntry {
  readonly path: string;
  readonly kind: ChangeKind;
  /** Where a renamed file was before. */
  readonly from: string | null;
  readonly lines: readonly LineRange[];
  /** The entry is, or was, the commit of a submodule. */
  readonly isSubmodule: boolean;
}

interface RawEntry extends Omit<DiffEntry, 'lines'> {
  readonly isUnmerged: boolean;
  /** A change of type (file, symbolic link, submodule) is printed as two patches: a removal and an addition. */
  readonly patches: 0 | 1 | 2;
  readonly hasLines: boolean;
}

/**
 * Parses the output, with or without patches. The raw part names the files with NUL-terminated, unquoted paths;
 * the patches follow in the same order, one a file, so that the quoted names in their headers need no reading.
 */
export function parseDiff(output: string): DiffEntry[] {
  const { entries, end } = parseRaw(output);
  const patches = linesOfPatches(output, end);
  let next = 0;
  return withoutTwins(entries).map((entry) => {
    next += entry.patches;
    const lines = entry.hasLines && entry.patches > 0 ? (patches[next - 1] ?? []) : [];
    return { path: entry.path, kind: entry.kind, from: entry.from, isSubmodule: entry.isSubmodule, lines };
  });
}

function parseRaw(output: string): { entries: RawEntry[]; end: number } {
  const entries: RawEntry[] = [];
  let position = 0;
  const field = () => {
    const end = output.indexOf('\0', position);
    const text = output.slice(position, end < 0 ? output.length : end);
    position = end < 0 ? output.length : end + 1;
    return text;
  };
  while (output[position] === ':') {
    const header = field();
    const first = field();
    const second = /[RC]\d*$/.test(header) ? field() : null;
    entries.push(rawEntry(header, first, second));
  }
  return { entries, end: position };
}

/** `:100644 100755 <old object> <new object> R090`, with the path or paths that follow it. */
function rawEntry(header: string, first: string, second: string | null): RawEntry {
  const [oldMode = '', newMode = '', , , status = ''] = header.slice(1).split(' ');
  const letter = status[0] ?? '';
  return {
    path: second ?? first,
    kind: kindOf(letter),
    from: letter === 'R' ? first : null,
    isSubmodule: oldMode === '160000' || newMode === '160000',
    isUnmerged: letter === 'U',
    patches: patchesOf(letter),
    hasLines: newMode === '100644' || newMode === '100755',
  };
}

function patchesOf(letter: string): RawEntry['patches'] {
  if (letter === 'U') return 0;
  return letter === 'T' ? 2 : 1;
}

function kindOf(letter: string): ChangeKind {
  if (letter === 'A' || letter === 'C') return 'added';
  if (letter === 'D') return 'deleted';
  return letter === 'R' ? 'renamed' : 'modified';
}

/** A path in conflict can be listed twice: as unmerged, and with the difference of the file in the work tree. */
function withoutTwins(entries: readonly RawEntry[]): RawEntry[] {
  const others = new Set(entries.filter((entry) => !entry.isUnmerged).map((entry) => entry.path));
  return entries.filter((entry) => !entry.isUnmerged || !others.has(entry.path));
}

/**
 * The changed lines of each patch, in order. Every line of a file's content is printed behind `+`, `-`, a space or a
 * backslash, so what begins otherwise is a header.
 */
function linesOfPatches(output: string, start: number): LineRange[][] {
  const patches: LineRange[][] = [];
  let position = output[start] === '\0' ? start + 1 : start;
  while (position < output.length) {
    const newline = output.indexOf('\n', position);
    const end = newline < 0 ? output.length : newline;
    if (output.startsWith('diff --git ', position)) patches.push([]);
    else if (output.startsWith('@@ ', position)) {
      const range = rangeOf(output.slice(position, end));
      if (range !== null) patches.at(-1)?.push(range);
    }
    position = end + 1;
  }
  return patches;
}

/** `@@ -3,2 +4,5 @@`: two lines from 3 on became five from 4 on; a missing number means one line. Null when none came in. */
function rangeOf(header: string): LineRange | null {
  const [, first = '0', added = '1'] = header.match(/^@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@/) ?? [];
  const count = Number(added);
  return count === 0 ? null : [Number(first), Number(first) + count - 1];
}
