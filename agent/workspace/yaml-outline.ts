// Reads YAML line by line, by its indentation, so that it can be helped with while it is not whole yet.

/** One line of block style: `  - key: value`. */
export interface OutlineLine {
  readonly indent: number;
  /** The line begins an item of a list. */
  readonly isItem: boolean;
  /** The key, or what has been typed of one so far; null on an empty line, a comment and a plain item. */
  readonly key: string | null;
  readonly keyStart: number;
  readonly keyEnd: number;
  /** There is a colon behind the key. */
  readonly hasColon: boolean;
  /** What stands behind the colon, or in the item. */
  readonly value: string;
  readonly valueStart: number;
}

export interface OutlinePlace {
  /** The keys above the line; `*` stands for an item of a list. */
  readonly parents: readonly string[];
  readonly line: OutlineLine;
  /** The other keys of the same map. */
  readonly siblings: readonly string[];
}

const linePattern = /^(\s*)((?:-\s+)*)(?:("[^"]*"|'[^']*'|[^\s#:'"[\]{},-][^:#]*?|)(\s*:(?=\s|$)))?\s*(.*)$/;

/** Where a line (counted from 0) stands in the whole. With `column`, an empty line counts as indented up to there. */
export function outlineAt(text: string, lineNumber: number, column: number): OutlinePlace {
  const lines = text.split(/\r?\n/);
  const current = lines[lineNumber] ?? '';
  const line = readLine(current.trim() === '' ? ' '.repeat(Math.min(column, current.length)) : current);
  const { parents, first } = parentsOf(lines, lineNumber, line);
  return { parents, line, siblings: siblingsOf(lines, { first, skip: lineNumber, indent: line.keyStart }) };
}

function readLine(text: string): OutlineLine {
  const [, space = '', dashes = '', quoted, colon, value = ''] = linePattern.exec(text) ?? [];
  const keyStart = space.length + dashes.length;
  const isItem = dashes !== '' || text.trim() === '-';
  const word = quoted ?? (isComment(value) ? '' : value.replace(/\s+#.*$/, ''));
  const hasColon = colon !== undefined;
  return {
    indent: space.length,
    isItem,
    key: isComment(text) ? null : unquoted(word),
    keyStart,
    keyEnd: keyStart + word.length,
    hasColon,
    value: hasColon ? value : word,
    valueStart: hasColon ? text.length - value.length : keyStart,
  };
}

function isComment(text: string): boolean {
  return text.trim().startsWith('#');
}

function unquoted(text: string): string {
  return /^(["']).*\1$/.test(text) ? text.slice(1, -1) : text;
}

/** Goes up to each line that is indented less. `first` is the line below the nearest parent. */
function parentsOf(lines: readonly string[], from: number, line: OutlineLine): { parents: string[]; first: number } {
  const parents: string[] = line.isItem ? ['*'] : [];
  // The items of a list may stand as far left as its key.
  let indent = line.isItem ? line.indent + 1 : line.indent;
  let first = 0;
  for (let number = from - 1; number >= 0 && indent > 0; number--) {
    const above = readLine(lines[number] ?? '');
    if (!above.hasColon || above.key === null || above.keyStart >= indent) continue;
    if (first === 0) first = number + 1;
    parents.unshift(...(above.isItem ? ['*', above.key] : [above.key]));
    indent = above.isItem ? above.indent + 1 : above.indent;
  }
  return { parents, first };
}

function siblingsOf(
  lines: readonly string[],
  { first, skip, indent }: { first: number; skip: number; indent: number },
): string[] {
  const keys: string[] = [];
  for (let number = first; number < lines.length; number++) {
    const line = readLine(lines[number] ?? '');
    const isText = (lines[number] ?? '').trim() !== '' && line.key !== null;
    if (isText && line.keyStart < indent) break;
    if (number !== skip && line.hasColon && line.keyStart === indent && line.key !== null) keys.push(line.key);
  }
  return keys;
}
