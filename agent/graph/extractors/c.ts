// C and C++: what is included, and whether a file is where a program begins or tests stand.
import type { Extractor, FileFacts, ImportFact } from '../facts.ts';
import { cDialect, readBraceText } from './brace-text.ts';
import { collectFacts, pathMentions } from './named-things.ts';
import type { ReadSymbols } from './syntax-symbols.ts';

export const cExtensions = [
  '.c',
  '.h',
  '.cc',
  '.cpp',
  '.cxx',
  '.c++',
  '.hh',
  '.hpp',
  '.hxx',
  '.h++',
  '.inl',
  '.ipp',
  '.tcc',
  '.tpp',
  '.ixx',
  '.cppm',
  '.cu',
  '.cuh',
  '.m',
  '.mm',
] as const;

/** The extractor for C, C++ and their headers. */
export function createCExtractor(readSymbols: ReadSymbols): Extractor {
  return { id: 'c', extensions: cExtensions, extract: cFacts, symbols: (_path, text) => readSymbols('cpp', text) };
}

const testMacros =
  /^[ \t]*(?:TEST|TEST_F|TEST_P|TYPED_TEST|TEST_CASE|TEST_METHOD|SCENARIO|BOOST_AUTO_TEST_CASE|BOOST_FIXTURE_TEST_CASE|START_TEST|CTEST|TEST_GROUP|SUITE|MunitResult|UTEST|TEMPLATE_TEST_CASE|FUZZ_TEST|LT_BEGIN_TEST)\b/m;
const mainFunction =
  /\b(?:w?main|_?tmain|WinMain|LLVMFuzzerTestOneInput)\s*\([^;{}()]{0,500}(?:\([^;{}()]{0,100}\)[^;{}()]{0,100})?\)[^;{}()]{0,500}\{|\b(?:BENCHMARK_MAIN|CATCH_CONFIG_MAIN|DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN|BOOST_TEST_MODULE|BOOST_TEST_MAIN|QTEST_MAIN|QTEST_APPLESS_MAIN|UNITY_MAIN)\b/m;

function cFacts(_path: string, text: string): FileFacts {
  const source = readBraceText(text, cDialect);
  const { code } = source;
  const isProgram = mainFunction.test(code);
  return collectFacts({
    imports: [
      ...includes(text, code),
      ...pathMentions(source),
      ...(isProgram ? [{ kind: 'trait', specifier: 'main' } as const] : []),
    ],
    definesTests: testMacros.test(code),
  });
}

/** `"x.h"` or `<x.h>`, quotes included; or the macro that names it. */
function* includes(text: string, code: string): Generator<ImportFact> {
  for (const match of code.matchAll(/^[ \t]*(?:#|%:)[ \t]*(?:include|include_next|import|embed)\b/gm)) {
    const rest = text.slice(match.index + match[0].length, match.index + match[0].length + 300);
    const [, named, macro = ''] = /^(?:\s|\\\r?\n)*(?:("[^"\n]+"|<[^>\n]+>)|(\w+))?/.exec(rest) ?? [];
    yield named === undefined ? { kind: 'trait', specifier: `computed ${macro}` } : { kind: 'use', specifier: named };
  }
  yield* namedByMacros(text);
  yield* importedModules(code);
}

/** What a macro that is included may stand for. */
function* namedByMacros(text: string): Generator<ImportFact> {
  const define = /^[ \t]*#[ \t]*define[ \t]+(\w+)[ \t]+("[^"\n]+"|<[\w./-]+>)[ \t]*(?:\/[/*]|\r?$)/gm;
  for (const [, name = '', value = ''] of text.matchAll(define))
    yield { kind: 'trait', specifier: `define ${name} ${value}` };
}

/** Modules of C++20: `import my.module;`, `export module my.module;`. */
function* importedModules(code: string): Generator<ImportFact> {
  for (const match of code.matchAll(/^[ \t]*(export[ \t]+)?(import|module)[ \t]+([\w.:]+)[ \t]*;/gm)) {
    const isOwn = match[1] !== undefined && match[2] === 'module';
    yield { kind: isOwn ? 'scope' : 'use', specifier: match[3] ?? '' };
  }
}
