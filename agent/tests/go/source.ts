// The test functions that stand in a Go file.

export interface GoFunction {
  /** `TestAdd`, `ExampleSum`, `FuzzParse`. */
  readonly name: string;
  /** From 1. */
  readonly line: number;
}

const declaration = /^func[ \t]+((?:Test|Example|Fuzz)(?![a-z])[\p{L}\p{Nd}_]*)[ \t]*\(([^)]*)\)/gmu;

/** Tests, examples and fuzz targets, in order. `TestMain`, which runs them, is none. */
export function goTests(text: string): GoFunction[] {
  const code = withoutTexts(text);
  const found: GoFunction[] = [];
  let line = 1;
  let from = 0;
  for (const match of code.matchAll(declaration)) {
    const [, name = '', parameters = ''] = match;
    if (parameters.includes('testing.M') && name === 'TestMain') continue;
    line += newlines(code.slice(from, match.index));
    from = match.index;
    found.push({ name, line });
  }
  return found;
}

/** Comments, strings and runes; what is longest first. */
const texts = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|`[^`]*`|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g;

/** The code alone, every line where it was. */
export function withoutTexts(text: string): string {
  return text.replace(texts, (match) => match.replace(/[^\n]+/g, ' '));
}

function newlines(text: string): number {
  return text.split('\n').length - 1;
}

/** The module's path from go.mod; null when it names none. */
export function modulePath(text: string): string | null {
  const match = /^[^\S\r\n]*module\s+(?:"([^"]+)"|(\S+))/m.exec(text);
  return match?.[1] ?? match?.[2] ?? null;
}

/** Text that a regular expression of Go matches as it is. */
export function quoteGo(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&');
}
