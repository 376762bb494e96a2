// JavaScript and TypeScript in all their file kinds, and the scripts of component files.
import type { CodeSymbol, Extractor, FileFacts, ImportFact, ImportKind } from '../facts.ts';
import { blank } from './blank.ts';
import { addLoad, mayRefer, referencesIn } from './code-references.ts';
import { javascriptSymbols } from './javascript-symbols.ts';
import type { ImportStatement, Language, ModuleParser, ModuleRecord } from './module-record.ts';
import { componentParts } from './script-blocks.ts';
import { isCalled, namesUsedAsValues } from './type-uses.ts';

const componentExtensions = ['.vue', '.svelte', '.astro'];

/** Facts that one file may have at most: what a generated file says beyond is not worth its memory. */
const mostFacts = 5_000;

export const javascriptExtensions = [
  '.js',
  '.jsx',
  '.mjs',
  '.cjs',
  '.ts',
  '.tsx',
  '.mts',
  '.cts',
  ...componentExtensions,
] as const;

/** The extractor, over a parser that is made once a thread. */
export function createJavaScriptExtractor(parse: ModuleParser): Extractor {
  return {
    id: 'javascript',
    extensions: javascriptExtensions,
    extract: (path, text) =>
      isComponent(path)
        ? componentFacts(path, text, parse)
        : scriptFacts(path, text, { language: languageOf(path), parse }),
    symbols: (path, text) =>
      isComponent(path) ? componentSymbols(path, text) : javascriptSymbols(path, text, languageOf(path)),
  };
}

function isComponent(path: string): boolean {
  return componentExtensions.some((extension) => path.endsWith(extension));
}

function languageOf(path: string): Language {
  if (/\.d\.[cm]?ts$|\.d\.\w+\.ts$/.test(path)) return 'dts';
  if (path.endsWith('.tsx')) return 'tsx';
  return /\.[cm]?ts$/.test(path) ? 'ts' : 'jsx';
}

function componentFacts(path: string, text: string, parse: ModuleParser): FileFacts {
  const { scripts, sources } = componentParts(path, text);
  const facts = scripts.map((script) => scriptFacts(path, script.text, { language: script.language, parse }));
  return {
    // A template uses what its script imports, so nothing is dropped as a mere type.
    imports: distinct([
      ...facts.flatMap((each) =>
        each.imports.map((fact) => (fact.kind === 'elidable' ? { ...fact, kind: 'import' as const } : fact)),
      ),
      ...sources.map((specifier): ImportFact => ({ kind: 'mention', specifier })),
    ]),
    notes: facts.flatMap((each) => each.notes),
    ...(facts.some((each) => each.isDamaged) ? { isDamaged: true as const } : {}),
  };
}

interface Script {
  readonly language: Language;
  readonly parse: ModuleParser;
}

function scriptFacts(path: string, text: string, { language, parse }: Script): FileFacts {
  const record = parse({ path, text, language }, (found) => commentsMatter(text, language, found));
  const code = blank(text, [...record.comments, ...record.statements, ...record.dynamicImports]);
  const imports: ImportFact[] = statementFacts(path, text, { record, language, code });
  const notes: string[] = [];
  for (const { start } of record.dynamicImports)
    addLoad(text, start, { kind: 'dynamic', constants: new Map(), found: { facts: imports, notes } });
  for (const match of text.slice(0, 2_000).matchAll(/^\s*\/\/\/\s*<reference\s+path\s*=\s*["']([^"']+)["']/gm)) {
    imports.push({ kind: 'types', specifier: (match[1] ?? '').replace(/^(?!\.)/, './') });
  }
  const references = referencesIn(
    code,
    record.statements.map(({ specifier }) => specifier),
  );
  return {
    imports: distinct([...imports, ...references.facts, ...(record.isDamaged ? searchedImports(text) : [])]),
    notes: [...new Set([...notes, ...references.notes])].slice(0, 20),
    ...(record.isDamaged ? { isDamaged: true as const } : {}),
  };
}

/** Comments must be told from code where the code names files, or where it is in doubt whether a name is used. */
function commentsMatter(text: string, language: Language, record: ModuleRecord): boolean {
  const code = blank(text, [...record.statements, ...record.dynamicImports]);
  if (record.isDamaged || mayRefer(code)) return true;
  return (
    language !== 'jsx' &&
    record.statements.some(
      ({ valueNames }) => valueNames.length > 0 && !valueNames.some((name) => isCalled(code, name)),
    )
  );
}

interface Parsed {
  readonly record: ModuleRecord;
  readonly language: Language;
  readonly code: string;
}

function statementFacts(path: string, text: string, { record, language, code }: Parsed): ImportFact[] {
  if (language === 'dts') return record.statements.map(({ specifier }) => ({ kind: 'types', specifier }));
  const isElidable = language === 'jsx' ? () => false : elision(path, text, { record, language, code });
  return record.statements.map((statement) => ({
    kind: kindOf(statement, isElidable),
    specifier: statement.specifier,
  }));
}

function kindOf(statement: ImportStatement, isElidable: (statement: ImportStatement) => boolean): ImportKind {
  if (statement.isType) return 'types';
  if (statement.namesOnlyTypes || isElidable(statement)) return 'elidable';
  return statement.isExport ? 'reexport' : 'import';
}

/** Tells which import statements bind names that occur in types alone. The whole file is only looked at when the text leaves a doubt. */
function elision(
  path: string,
  text: string,
  { record, language, code }: Parsed,
): (statement: ImportStatement) => boolean {
  let used: ReadonlySet<string> | null | undefined;
  return ({ valueNames, specifier }) => {
    if (valueNames.length === 0 || record.isDamaged || isForeign(specifier)) return false;
    if (valueNames.some((name) => isCalled(code, name))) return false;
    used ??= namesUsedAsValues(path, text, language);
    const names = used;
    return names !== null && !valueNames.some((name) => names.has(name));
  };
}

/** Built-in modules, for which the question is idle. */
function isForeign(specifier: string): boolean {
  return specifier.startsWith('node:');
}

/** What looks like an import in a file that does not parse. */
function searchedImports(text: string): ImportFact[] {
  const pattern =
    /\b(import|export)\b(\s+type\b)?[^'"`;()=]{0,2000}?\bfrom\s*(['"])([^'"\n]+)\3|\bimport\s*\(?\s*(['"`])([^'"`\n$]+)\5/g;
  return [...text.matchAll(pattern)].map((match) => ({
    kind: match[2] === undefined ? 'import' : 'types',
    specifier: match[4] ?? match[6] ?? '',
  }));
}

/** Without repetitions; a mention of what is loaded anyway adds nothing. */
function distinct(facts: readonly ImportFact[]): ImportFact[] {
  const loaded = new Set(
    facts
      .filter((fact) => fact.kind !== 'mention' && fact.kind !== 'command' && fact.kind !== 'types')
      .map((fact) => fact.specifier),
  );
  const seen = new Map<string, ImportFact>();
  for (const fact of facts) {
    const isIdle =
      fact.specifier === '' || fact.specifier.length > 500 || (fact.kind === 'mention' && loaded.has(fact.specifier));
    if (!isIdle) seen.set(`${fact.kind} ${fact.specifier}`, fact);
    if (seen.size >= mostFacts) break;
  }
  return [...seen.values()];
}

function componentSymbols(path: string, text: string): readonly CodeSymbol[] {
  return componentParts(path, text).scripts.flatMap((script) => {
    const before = text.slice(0, text.indexOf(script.text)).split('\n').length - 1;
    const symbols = javascriptSymbols(path, script.text, script.language);
    return symbols.map((symbol) => ({
      ...symbol,
      startLine: symbol.startLine + before,
      endLine: symbol.endLine + before,
    }));
  });
}
