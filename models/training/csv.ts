// Tables of text with a header line, as the commands read them. Quoted fields are understood; what is missing is said.
import { readFileSync } from 'node:fs';

/** What is wrong with a file that was given to a command; the message is one sentence for the user. */
export class BadInput extends Error {
  override readonly name = 'BadInput';
}

export interface Table {
  readonly path: string;
  readonly rowCount: number;
  /** The field of each row; a field that a short row does not have is empty. */
  column(name: string): readonly string[];
  has(name: string): boolean;
}

/**
 * Reads a file with the separator `;`, `,` or tab, whichever its header uses. Names of columns are found in upper and lower
 * case. Throws `BadInput`.
 */
export function readTable(path: string, required: readonly string[]): Table {
  return parseTable(path, readText(path), required);
}

/** Like `readTable`, of text at hand. */
export function parseTable(path: string, text: string, required: readonly string[]): Table {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .filter((line) => line.trim() !== '');
  const [header] = lines;
  if (header === undefined) throw new BadInput(`${path} is empty: expected a header line with ${required.join(', ')}`);
  const separator = [';', '\t'].find((each) => header.includes(each)) ?? ',';
  const names = splitLine(header, separator).fields.map((name) => name.trim());
  const placeOf = (name: string) => {
    const exact = names.indexOf(name);
    return exact >= 0 ? exact : names.findIndex((each) => each.toLowerCase() === name.toLowerCase());
  };
  const missing = required.filter((name) => placeOf(name) < 0);
  if (missing.length > 0)
    throw new BadInput(`${path} has no column ${missing.join(', ')}: found ${printable(names.join(', '))}`);
  const columns = names.map((): string[] => []);
  for (let row = 1; row < lines.length; row += 1) {
    const { fields, isOpen } = splitLine(lines[row] ?? '', separator);
    if (isOpen) throw new BadInput(`${path}, row ${row + 1}: a quote is not closed: ${printable(lines[row] ?? '')}`);
    columns.forEach((column, index) => column.push((fields[index] ?? '').trim()));
  }
  return {
    path,
    rowCount: lines.length - 1,
    has: (name) => placeOf(name) >= 0,
    column(name) {
      const found = columns[placeOf(name)];
      if (found === undefined) throw new BadInput(`${path} has no column ${name}`);
      return found;
    },
  };
}

/** The number in a field; null when it is empty, not a number or not finite. */
export function numberIn(field: string | undefined): number | null {
  if (field === undefined || field === '') return null;
  const value = Number(field);
  return Number.isFinite(value) ? value : null;
}

/** Words that stand for a number that is not known. */
const unknown = /^(?:nan|na|n\/a|null|nil|none|\?|-|[+-]?inf(?:inity)?)?$/i;

/** The numbers of a column, null where they are not known. Throws `BadInput` for other text, with its place. */
export function numbersIn(table: Table, name: string): (number | null)[] {
  return table.column(name).map((field, row) => {
    const value = numberIn(field);
    if (value === null && !unknown.test(field))
      throw new BadInput(`${table.path}, row ${row + 2}: ${name} is ${quoted(field)}, expected a number`);
    return value;
  });
}

/** For a sentence: quoted, cut, and without what a terminal would not show. */
export function quoted(field: string): string {
  return JSON.stringify(printable(field));
}

function printable(text: string): string {
  return text.replaceAll(/[\p{C}\uFFFD]/gu, '·').slice(0, 200);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new BadInput(`${path} cannot be read (${code}): expected a CSV file`);
  }
}

/** `isOpen`: a quote is not closed. */
function splitLine(line: string, separator: string): { readonly fields: string[]; readonly isOpen: boolean } {
  if (!line.includes('"')) return { fields: line.split(separator), isOpen: false };
  const fields: string[] = [];
  let field = '';
  let isQuoted = false;
  for (let at = 0; at < line.length; at += 1) {
    const char = line[at] ?? '';
    if (char === '"' && isQuoted && line[at + 1] === '"') {
      field += '"';
      at += 1;
    } else if (char === '"') isQuoted = !isQuoted;
    else if (char === separator && !isQuoted) {
      fields.push(field);
      field = '';
    } else field += char;
  }
  return { fields: [...fields, field], isOpen: isQuoted };
}
