// Reads the part of the shell's language that npm scripts are written in: words, quotes, variables, `&&`, `cd`.

/** A word of a command line. */
export interface Word {
  /** Quotes removed, variables filled in. */
  readonly text: string;
  /** Whether it holds `*`, `?` or `[` outside quotes, so that the shell itself looks for files. */
  readonly isPattern: boolean;
  /** Whether it holds `$(…)` or backticks: `text` is then what was written, and only a shell knows what comes of it. */
  readonly isFragment: boolean;
}

/** One program with its arguments; assignments that stand before it count for it alone. */
export interface SimpleCommand {
  readonly environment: Readonly<Record<string, string>>;
  readonly words: readonly Word[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The commands of a command line in the order in which they are written. */
export function parseCommandLine(line: string, environment: Environment = {}): SimpleCommand[] {
  const scanner: Scanner = { line, at: 0, environment };
  const commands: SimpleCommand[] = [];
  while (scanner.at < line.length) {
    const words = scanCommand(scanner);
    if (words.length > 0) commands.push(splitAssignments(words));
  }
  return commands;
}

/** A word without quotes and variables, as code that makes command lines needs it. */
export function plainWord(text: string): Word {
  return { text, isPattern: false, isFragment: false };
}

interface Scanner {
  readonly line: string;
  readonly environment: Environment;
  at: number;
}

interface Piece {
  text: string;
  isPattern: boolean;
  isFragment: boolean;
  isQuoted: boolean;
}

function splitAssignments(words: readonly Piece[]): SimpleCommand {
  const environment: Record<string, string> = {};
  let index = 0;
  for (; index < words.length; index++) {
    const match = /^([A-Za-z_]\w*)=(.*)$/s.exec(words[index]?.text ?? '');
    if (match?.[1] === undefined) break;
    environment[match[1]] = match[2] ?? '';
  }
  return {
    environment,
    words: words.slice(index).map(({ text, isPattern, isFragment }) => ({ text, isPattern, isFragment })),
  };
}

/** Words up to the next `&&`, `;`, `|`, newline or bracket. */
function scanCommand(scanner: Scanner): Piece[] {
  const words: Piece[] = [];
  for (;;) {
    skipBlanks(scanner);
    const rest = scanner.line.slice(scanner.at, scanner.at + 2);
    if (rest === '') return words;
    if (/^[&|;\n()]/.test(rest)) {
      scanner.at += rest === '&&' || rest === '||' ? 2 : 1;
      return words;
    }
    if (skipRedirection(scanner)) continue;
    const word = scanWord(scanner);
    if (word.text === '' && !word.isQuoted) continue;
    words.push(word);
  }
}

function skipBlanks(scanner: Scanner): void {
  while (/[ \t\r]/.test(scanner.line[scanner.at] ?? '')) scanner.at++;
  const startsComment = scanner.line[scanner.at] === '#' && /^$|\s/.test(scanner.line[scanner.at - 1] ?? '');
  if (!startsComment) return;
  const end = scanner.line.indexOf('\n', scanner.at);
  scanner.at = end === -1 ? scanner.line.length : end;
}

/** `> file`, `2>&1`, `< file`: they say nothing about what runs. */
function skipRedirection(scanner: Scanner): boolean {
  const match = /^\d*(?:>>?|<)(?:&\d|&-|\s*)/.exec(scanner.line.slice(scanner.at, scanner.at + 16));
  if (match === null) return false;
  scanner.at += match[0].length;
  if (!match[0].includes('&')) scanWord(scanner);
  return true;
}

function scanWord(scanner: Scanner): Piece {
  const piece: Piece = { text: '', isPattern: false, isFragment: false, isQuoted: false };
  const start = scanner.at;
  while (scanner.at < scanner.line.length) {
    const character = scanner.line[scanner.at] ?? '';
    if (/[\s&|;()<>]/.test(character)) break;
    scanCharacter(scanner, character, piece);
  }
  return piece.isFragment ? { ...piece, text: scanner.line.slice(start, scanner.at) } : piece;
}

function scanCharacter(scanner: Scanner, character: string, piece: Piece): void {
  if (character === "'") return scanSingleQuoted(scanner, piece);
  if (character === '"') return scanDoubleQuoted(scanner, piece);
  if (character === '$' || character === '`') {
    scanExpansion(scanner, piece);
    return;
  }
  if (character === '\\') {
    piece.text += scanner.line[scanner.at + 1] ?? '';
    scanner.at += 2;
    return;
  }
  if (/[*?[]/.test(character)) piece.isPattern = true;
  piece.text += character;
  scanner.at++;
}

function scanSingleQuoted(scanner: Scanner, piece: Piece): void {
  const end = scanner.line.indexOf("'", scanner.at + 1);
  const stop = end === -1 ? scanner.line.length : end;
  piece.text += scanner.line.slice(scanner.at + 1, stop);
  piece.isQuoted = true;
  scanner.at = stop + 1;
}

function scanDoubleQuoted(scanner: Scanner, piece: Piece): void {
  piece.isQuoted = true;
  scanner.at++;
  while (scanner.at < scanner.line.length && scanner.line[scanner.at] !== '"') {
    const character = scanner.line[scanner.at] ?? '';
    if (character === '$' || character === '`') {
      scanExpansion(scanner, piece);
      continue;
    }
    const isEscape = character === '\\' && /["\\$`\n]/.test(scanner.line[scanner.at + 1] ?? '');
    if (isEscape) scanner.at++;
    piece.text += scanner.line[scanner.at] ?? '';
    scanner.at++;
  }
  scanner.at++;
}

/** `$NAME`, `${NAME}`, `${NAME:-default}`; of `$(…)` and backticks nothing is known without running them. */
function scanExpansion(scanner: Scanner, piece: Piece): void {
  const rest = scanner.line.slice(scanner.at);
  const match = /^\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?::?-([^}]*))?\})/.exec(rest);
  if (match !== null) {
    scanner.at += match[0].length;
    piece.text += scanner.environment[match[1] ?? match[2] ?? ''] ?? match[3] ?? '';
    return;
  }
  const length = rest.startsWith('$(')
    ? closingBracket(rest) + 1
    : rest.startsWith('`')
      ? closingBacktick(rest) + 1
      : 0;
  piece.isFragment ||= length > 0;
  if (length === 0) piece.text += '$';
  scanner.at += Math.max(1, length);
}

function closingBacktick(text: string): number {
  const end = text.indexOf('`', 1);
  return end === -1 ? text.length : end;
}

function closingBracket(text: string): number {
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    if (text[index] === '(') depth++;
    if (text[index] === ')' && --depth === 0) return index;
  }
  return text.length;
}
