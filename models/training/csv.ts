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

/** Reads a file with the separator `;` or `,`, whichever its header uses. Throws `BadInput`. */
export function readTable(path: string, required: readonly string[]): Table {
  return parseTable(path, readText(path), required);
}

/** Like `readTable`, of text at hand. */
export function parseTable(path: string, text: string, required: readonly string[]): Table {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');
  const [header] = lines;
  if (header === undefined) throw new BadInput(`${path} is empty: expected a header line with ${required.join(', ')}`);
  const separator = header.includes(';') ? ';' : ',';
  const names = splitLine(header, separator).map((name) => name.trim());
  const missing = required.filter((name) => !names.includes(name));
  if (missing.length > 0)
    throw new BadInput(`${path} has no column ${missing.join(', ')}: found ${names.join(', ').slice(0, 200)}`);
  const columns = new Map<string, string[]>(names.map((name) => [name, []]));
  for (let row = 1; row < lines.length; row += 1) {
    const fields = splitLine(lines[row] ?? '', separator);
    for (let index = 0; index < names.length; index += 1)
      columns.get(names[index] ?? '')?.push((fields[index] ?? '').trim());
  }
  return {
    path,
    rowCount: lines.length - 1,
    has: (name) => columns.has(name),
    column(name) {
      const found = columns.get(name);
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

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new BadInput(`${path} cannot be read (${code}): expected a CSV file`);
  }
}

function splitLine(line: string, separator: string): string[] {
  if (!line.includes('"')) return line.split(separator);
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
  return [...fields, field];
}
