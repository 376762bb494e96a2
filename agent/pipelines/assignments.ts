// Lines that give names values: NAME=value, NAME<<END … END as GitHub Actions writes them, and dotenv files.
import { failure, success, type Result } from '../protocol/failure.ts';

export type Assignments = Readonly<Record<string, string>>;

/** `what` names the file where a line is neither. */
export function parseAssignments(text: string, what: string): Result<Assignments> {
  const found: Record<string, string> = {};
  const lines = text.replace(/\r?\n$/, '').split(/\r?\n/);
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    if (line.trim() === '') continue;
    const [, name = '', sign = '', rest = ''] = /^([^=<]*?)(=|<<)(.*)$/.exec(line) ?? [];
    if (name.trim() === '')
      return failure(
        'invalid_input',
        `line ${at + 1} of $${what} is ${JSON.stringify(line.slice(0, 80))}, expected NAME=value`,
      );
    if (sign === '=') {
      found[name.trim()] = rest;
      continue;
    }
    const end = lines.indexOf(rest.trim(), at + 1);
    if (end < 0)
      return failure(
        'invalid_input',
        `line ${at + 1} of $${what} begins a text that ends with ${JSON.stringify(rest)}, which never comes`,
      );
    found[name.trim()] = lines.slice(at + 1, end).join('\n');
    at = end;
  }
  return success(found);
}

/** What a dotenv file assigns; comments and lines that assign nothing are passed over. */
export function parseDotenv(text: string): Assignments {
  const found: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const [, name, value = ''] = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (name !== undefined) found[name] = value.replace(/^(["'])(.*)\1$/, '$2');
  }
  return found;
}
