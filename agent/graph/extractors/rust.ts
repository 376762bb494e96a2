// Rust: the module tree and the files that macros read. Which crates a crate uses, its Cargo.toml says.
import type { Extractor, FileFacts, ImportFact } from '../facts.ts';
import { readBraceText, rustDialect } from './brace-text.ts';
import type { BraceText } from './brace-text.ts';
import { collectFacts, pathMentions } from './named-things.ts';
import type { ReadSymbols } from './syntax-symbols.ts';

export const rustExtensions = ['.rs'] as const;

/** The extractor for .rs. */
export function createRustExtractor(readSymbols: ReadSymbols): Extractor {
  return {
    id: 'rust',
    extensions: rustExtensions,
    extract: rustFacts,
    symbols: (_path, text) => readSymbols('rust', text),
  };
}

function rustFacts(_path: string, text: string): FileFacts {
  const source = readBraceText(text, rustDialect);
  const { code } = source;
  return collectFacts({
    imports: [
      ...modules(source).map((module): ImportFact => ({ kind: 'trait', specifier: `mod ${module}` })),
      ...includedFiles(source),
      ...pathMentions(source),
    ],
    definesTests:
      /#\s*\[\s*(?:\w+\s*::\s*)*(?:test|rstest|test_case|bench|quickcheck|case|wasm_bindgen_test)\b|#\s*\[\s*cfg\s*\(\s*test\s*\)\s*\]\s*mod\s+\w+\s*\{|\b(?:proptest|quickcheck)!\s*\{/.test(
        code,
      ) || /^[^\S\r\n]*\/\/[/!]\s*```/m.test(text),
  });
}

/**
 * `name` or `outer/name` for a module in a file of its own, `=path` or `outer=path` where an attribute names the file. One
 * that is there for tests alone has ` test` behind it.
 */
function modules({ code, strings }: BraceText): string[] {
  const found: string[] = [];
  const outer: OuterModule[] = [];
  let depth = 0;
  for (const match of code.matchAll(moduleOrBrace)) {
    const [whole, attributes = '', name, end] = match;
    if (name === undefined || end === '{') depth = closeModules(outer, depth + (whole === '}' ? -1 : 1));
    if (name === undefined) continue;
    const isTest = isForTests(attributes) || outer.at(-1)?.isTest === true;
    if (end === '{') outer.push({ name, depth, isTest });
    else
      found.push(
        ...inOwnFile(name, { outer, attributes, paths: pathAttributes(match.index, attributes, strings) }, isTest),
      );
  }
  return found;
}

function isForTests(attributes: string): boolean {
  return /\bcfg\s*\(\s*test\s*\)/.test(attributes);
}

/** Takes away the modules that end where so many braces are open, and returns that depth. */
function closeModules(outer: OuterModule[], depth: number): number {
  while ((outer.at(-1)?.depth ?? -1) > depth) outer.pop();
  return Math.max(0, depth);
}

interface OuterModule {
  readonly name: string;
  /** How many braces are open inside of it. */
  readonly depth: number;
  readonly isTest: boolean;
}

const moduleOrBrace =
  /[{}]|((?:#\s*\[[^\]]{0,2000}\]\s*){0,50})\b(?:pub\s*(?:\([^)]*\)\s*)?)?(?:unsafe\s+)?mod\s+(?:r#)?(\w+)\s*([;{])/g;

interface ModulePlace {
  readonly outer: readonly OuterModule[];
  readonly attributes: string;
  readonly paths: readonly string[];
}

function inOwnFile(name: string, { outer, attributes, paths }: ModulePlace, isTest: boolean): string[] {
  const inner = outer.map((each) => each.name);
  const named = paths.map((path) => `${inner.join('/')}=${path}`);
  // An attribute under `cfg_attr` holds for some builds only.
  if (paths.length === 0 || attributes.includes('cfg_attr')) named.push([...inner, name].join('/'));
  return named.map((each) => (isTest ? `${each} test` : each));
}

function pathAttributes(at: number, attributes: string, strings: BraceText['strings']): string[] {
  return [...attributes.matchAll(/\bpath\s*=\s*"/g)].flatMap((match) => {
    const start = at + match.index + match[0].length - 1;
    return strings.find((each) => each.start === start)?.value ?? [];
  });
}

/** `include_str!("x")` and its like name a file beside this one; with `CARGO_MANIFEST_DIR` one of the package. */
function* includedFiles({ code, strings }: BraceText): Generator<ImportFact> {
  for (const match of code.matchAll(/\b(?:include|include_str|include_bytes|include_dir|embed_file)\s*!\s*[({[]/g)) {
    const at = match.index + match[0].length;
    const end = endOfCall(code, at);
    const inside = strings.filter(({ start }) => start >= at && start < end);
    const isPlain = /^\s*r?#*"/.test(code.slice(at, at + 200));
    for (const { value } of inside) {
      if (/^[A-Z_]+$/.test(value)) continue;
      const path = value.replace(/^\$CARGO_MANIFEST_DIR/, '').replace(/^\/+/, '');
      yield isPlain && !value.startsWith('$')
        ? { kind: 'path', specifier: value }
        : { kind: 'mention', specifier: path };
    }
  }
}

function endOfCall(code: string, from: number): number {
  let depth = 1;
  for (let at = from; at < code.length && at < from + 2_000; at++) {
    if ('([{'.includes(code[at] ?? '-')) depth++;
    else if (')]}'.includes(code[at] ?? '-') && --depth === 0) return at;
  }
  return from + 2_000;
}
