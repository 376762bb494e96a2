// Python source as a tree of logical lines: statements by their indentation, without comments and formatting.
import { readPython } from '../extractors/python-text.ts';
import { lineFinder } from './code-difference.ts';
import type { Lines } from './code-difference.ts';

export interface PythonLine {
  /** The statement, or the head of a compound one, without what makes no difference. */
  readonly text: string;
  /** Equal for equal statements with equal blocks. */
  readonly key: string;
  /** `def`, `class`, `if`, `else`, … of a compound statement; `@` of a decorator; '' of a simple one. */
  readonly keyword: string;
  /** Of the logical line alone, which may be several lines of text. */
  readonly lines: Lines;
  /** With its block. */
  readonly whole: Lines;
  readonly isDocumentation: boolean;
  readonly children: readonly PythonLine[];
}

interface Flat {
  readonly text: string;
  readonly keyword: string;
  readonly indent: number;
  readonly lines: Lines;
  readonly isDocumentation: boolean;
}

const compound = /^(?:async )?(def|class|if|elif|else|for|while|try|except|finally|with|match|case)\b.*:/;

/** The statements of a file, each with its block. */
export function pythonLines(source: string): readonly PythonLine[] {
  const flat = flatLines(source);
  let at = 0;
  const block = (indent: number): PythonLine[] => {
    const found: PythonLine[] = [];
    for (let head = flat[at]; head !== undefined && head.indent >= indent; head = flat[at]) {
      at++;
      const next = flat[at];
      const children = next !== undefined && next.indent > head.indent ? block(next.indent) : [];
      found.push(withBlock(head, children));
    }
    return found;
  };
  return block(0);
}

/** The name that a `def` binds; null of another statement. */
export function functionName({ text }: PythonLine): string | null {
  return /^(?:async )?def (\w+)/.exec(text)?.[1] ?? null;
}

function withBlock({ text, keyword, lines, isDocumentation }: Flat, children: readonly PythonLine[]): PythonLine {
  const key = children.length === 0 ? text : `${text}\u0002${children.map((each) => each.key).join('\u0003')}\u0004`;
  const whole: Lines = [lines[0], children.at(-1)?.whole[1] ?? lines[1]];
  return { text, key, keyword, lines, whole, isDocumentation, children };
}

function flatLines(source: string): Flat[] {
  const { code, strings } = readPython(source);
  const lineAt = lineFinder(source);
  const found: Flat[] = [];
  let firstString = 0;
  for (const [start, end] of logicalRanges(code)) {
    const own = code.slice(start, end);
    const body = own.trim();
    if (body === '') continue;
    const from = start + own.length - own.trimStart().length;
    const to = from + body.length;
    const values: string[] = [];
    while ((strings[firstString]?.start ?? Infinity) < start) firstString++;
    for (let index = firstString; (strings[index]?.start ?? Infinity) < end; index++)
      values.push(strings[index]?.value ?? '');
    // A text by itself is documentation, which programs read: click prints it, doctest runs it.
    const isDocumentation = /^[rbfut]*("""|'''|"|')\s*\1?["']*$/i.test(body);
    const text = `${compact(body)}\u0001${isDocumentation ? source.slice(from, to) : values.join('\u0001')}`;
    found.push({
      text,
      keyword: keywordOf(compact(body)),
      indent: indentOf(own),
      lines: [lineAt(from), lineAt(to - 1)],
      isDocumentation,
    });
  }
  return found;
}

/** Where logical lines begin and end: brackets hold lines together. */
function logicalRanges(code: string): [number, number][] {
  const ranges: [number, number][] = [];
  let nesting = 0;
  let start = 0;
  for (let at = 0; at < code.length; at++) {
    const character = code[at] ?? '';
    if ('([{'.includes(character)) nesting++;
    else if (')]}'.includes(character)) nesting = Math.max(0, nesting - 1);
    else if (character === '\n' && nesting === 0) {
      ranges.push([start, at]);
      start = at + 1;
    }
  }
  if (start < code.length) ranges.push([start, code.length]);
  return ranges;
}

function compact(code: string): string {
  return code.replace(/\s+/g, ' ').replace(/ ?([^\w\s]) ?/gu, '$1');
}

function keywordOf(text: string): string {
  return text.startsWith('@') ? '@' : (compound.exec(text)?.[1] ?? '');
}

function indentOf(line: string): number {
  const blanks = /^[ \t\f]*/.exec(line)?.[0] ?? '';
  return blanks.replace(/\t/g, '        ').length;
}
