// Macros of a workspace that write tests: `macro_rules! check { … #[test] fn $name() … }` and those that call such ones.
import { hasRustTests } from './source.ts';

interface MacroDefinition {
  readonly name: string;
  readonly body: string;
}

const definition = /^([^\S\r\n]*)(?:pub(?:\([^)]*\))?\s+)?macro_rules!\s*(\w+)\s*[{([]/gm;

/** The macros that a source defines. A definition ends where a line of its own indentation closes it. */
function macrosIn(text: string): MacroDefinition[] {
  return [...text.matchAll(definition)].map((match) => {
    const [whole, indentation = '', name = ''] = match;
    return { name, body: text.slice(match.index + whole.length, endOfMacro(text, match.index, indentation)) };
  });
}

function endOfMacro(text: string, start: number, indentation: string): number {
  for (let line = text.indexOf('\n', start); line !== -1; line = text.indexOf('\n', line + 1)) {
    const at = line + 1 + indentation.length;
    if (/[)\]}]/.test(text[at] ?? '') && text.slice(line + 1, at) === indentation) return at;
  }
  return text.length;
}

/** The names of the macros of some sources that write tests, directly or through each other. */
export function testMacros(texts: readonly string[]): ReadonlySet<string> {
  const all = texts.filter((text) => text.includes('macro_rules!')).flatMap(macrosIn);
  const found = new Set(all.filter(({ body }) => hasRustTests(body)).map(({ name }) => name));
  for (let before = -1; before !== found.size;) {
    before = found.size;
    for (const { name, body } of all) if (!found.has(name) && callsOneOf(body, found)) found.add(name);
  }
  return found;
}

/** Whether a source calls one of the macros, other than in what it defines. */
export function callsTestMacro(text: string, macros: ReadonlySet<string>): boolean {
  return macros.size > 0 && callsOneOf(withoutMacros(text), macros);
}

/** What a macro writes stands where it is called. */
export function withoutMacros(text: string): string {
  if (!text.includes('macro_rules!')) return text;
  return macrosIn(text).reduce((rest, { body }) => rest.replace(body, () => ''), text);
}

function callsOneOf(text: string, macros: ReadonlySet<string>): boolean {
  return [...text.matchAll(/\b(\w+)!\s*[{([]/g)].some(([, name = '']) => macros.has(name));
}
