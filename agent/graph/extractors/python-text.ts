// Splits Python source into code and strings, without parsing it: enough to find imports and definitions safely.

export interface PythonString {
  readonly start: number;
  readonly end: number;
  readonly value: string;
  readonly isFormatted: boolean;
}

export interface PythonText {
  /** The source with comments and the insides of strings blanked out, and continued lines joined; positions stay. */
  readonly code: string;
  /** The source with comments and docstrings blanked out. */
  readonly withStrings: string;
  readonly strings: readonly PythonString[];
}

const token = /#[^\n]*|([rRbBuUfFtT]{0,2})("""|'''|"|')|\\\r?\n/g;

/** Never fails: an unclosed string ends at its line's end, an unclosed triple quote at the end of the text. */
export function readPython(text: string): PythonText {
  const code: string[] = [];
  const withStrings: string[] = [];
  const strings: PythonString[] = [];
  const tokens = new RegExp(token);
  let at = 0;
  for (let match = tokens.exec(text); match !== null; match = tokens.exec(text)) {
    const between = text.slice(at, match.index);
    code.push(between);
    withStrings.push(between);
    const quote = match[2];
    if (quote === undefined) {
      at = match.index + match[0].length;
      const blanks = ' '.repeat(match[0].length);
      code.push(blanks);
      withStrings.push(blanks);
      continue;
    }
    const open = match.index + match[0].length;
    const close = endOfString(text, open, quote);
    at = tokens.lastIndex = close.end;
    const value = text.slice(open, close.bodyEnd);
    const whole = text.slice(match.index, close.end);
    code.push(masked(whole, open - match.index, close.end - close.bodyEnd));
    const isDocumentation = quote.length === 3 && isStatementStart(text, match.index);
    withStrings.push(isDocumentation ? whole.replace(/[^\n]/g, ' ') : whole);
    if (!isDocumentation)
      strings.push({ start: match.index, end: close.end, value, isFormatted: /[fFtT]/.test(match[1] ?? '') });
  }
  const rest = text.slice(at);
  code.push(rest);
  withStrings.push(rest);
  return { code: code.join(''), withStrings: withStrings.join(''), strings };
}

function endOfString(text: string, open: number, quote: string): { bodyEnd: number; end: number } {
  const isTriple = quote.length === 3;
  for (let at = open; at < text.length; at++) {
    const character = text[at];
    if (character === '\\') at++;
    else if (character === '\n' && !isTriple) return { bodyEnd: at, end: at };
    else if (character === quote[0] && (!isTriple || text.startsWith(quote, at)))
      return { bodyEnd: at, end: at + quote.length };
  }
  return { bodyEnd: text.length, end: text.length };
}

/** The string with its inside blanked; line breaks inside a triple quote become blanks too, so that it is one logical line. */
function masked(whole: string, head: number, tail: number): string {
  return whole.slice(0, head) + ' '.repeat(Math.max(0, whole.length - head - tail)) + whole.slice(whole.length - tail);
}

function isStatementStart(text: string, at: number): boolean {
  const lineStart = text.lastIndexOf('\n', at - 1) + 1;
  return text.slice(lineStart, at).trim() === '';
}
