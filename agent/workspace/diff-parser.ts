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

interface RawEntry extends DiffEntry {
  readonly isUnmerged: boolean;
  /** A change of type (file, symbolic link, submodule) is printed as two patches: a removal and an addition. */
  readonly patches: 0 | 1 | 2;
  readonly hasLines: boolean;
  /** Perhaps only the time of the file changed: then git prints no patch for it. */
  readonly mayBeUntouched: boolean;
}

interface Patch {
  readonly header: string;
  readonly lines: readonly LineRange[];
}

/**
 * Parses the output. The raw part names the files with NUL-terminated, unquoted paths; the patches follow in the same
 * order. `hasPatches` is false when they were not asked for.
 */
export function parseDiff(output: string, hasPatches = true): DiffEntry[] {
  const { entries, end } = parseRaw(output);
  const patches = readPatches(output, end);
  let next = 0;
  return withoutTwins(entries).flatMap((entry) => {
    const first = next;
    const header = headerOf(entry);
    while (next < first + entry.patches && patches[next]?.header === header) next += 1;
    const patch = next > first ? patches[next - 1] : undefined;
    if (hasPatches && entry.mayBeUntouched && patch === undefined) return [];
    const lines = entry.hasLines ? (patch?.lines ?? []) : [];
    return [{ path: entry.path, kind: entry.kind, from: entry.from, isSubmodule: entry.isSubmodule, lines }];
  });
}

/** The line with which the patch of an entry begins. */
function headerOf({ path, from }: DiffEntry): string {
  return `diff --git ${quoted(`a/${from ?? path}`)} ${quoted(`b/${path}`)}`;
}

const escapes: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '"': '\\"',
  '\\': '\\\\',
};

/** As git quotes a path with characters that would break a line or a quotation. */
function quoted(path: string): string {
  // oxlint-disable-next-line no-control-regex -- These are what git escapes.
  const special = /[\x00-\x1f\x7f"\\]/g;
  if (path.search(special) < 0) return path;
  const octal = (character: string) => `\\${(character.codePointAt(0) ?? 0).toString(8).padStart(3, '0')}`;
  return `"${path.replace(special, (character) => escapes[character] ?? octal(character))}"`;
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
    lines: [],
    hasLines: newMode === '100644' || newMode === '100755',
    mayBeUntouched: letter === 'M' && oldMode === newMode,
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
 * The patches in order, with the changed lines. Every line of a file's content is printed behind `+`, `-`, a space or a
 * backslash, so what begins otherwise is a header.
 */
function readPatches(output: string, start: number): Patch[] {
  const patches: Patch[] = [];
  let lines: LineRange[] = [];
  let position = output[start] === '\0' ? start + 1 : start;
  while (position < output.length) {
    const newline = output.indexOf('\n', position);
    const end = newline < 0 ? output.length : newline;
    if (output.startsWith('diff --git ', position)) {
      lines = [];
      patches.push({ header: output.slice(position, end), lines });
    } else if (output.startsWith('@@ ', position)) {
      const range = rangeOf(output.slice(position, end));
      if (range !== null) lines.push(range);
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
