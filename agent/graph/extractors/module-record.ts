// What oxc-parser says of a file's imports, without making a syntax tree out of it.
import { parseSync, rawTransferSupported } from 'oxc-parser';
import type { ParseResult, ParserOptions, StaticExport, StaticImport } from 'oxc-parser';
import type { parseSyncLazy } from 'oxc-parser/src-js/raw-transfer/lazy.js';
import type { Span } from './blank.ts';

export type Language = 'jsx' | 'ts' | 'tsx' | 'dts';

export interface ImportStatement extends Span {
  readonly specifier: string;
  readonly isExport: boolean;
  /** `import type …`, `export type … from`: gone at run time with every compiler. */
  readonly isType: boolean;
  /** Local names that it binds as values; empty for a re-export and a bare `import './x'`. */
  readonly valueNames: readonly string[];
  /** It binds names, all of them marked as types one by one: `import { type A } from`. */
  readonly namesOnlyTypes: boolean;
}

export interface ModuleRecord {
  readonly statements: readonly ImportStatement[];
  /** Where the arguments of `import(…)` stand. */
  readonly dynamicImports: readonly Span[];
  readonly comments: readonly Span[];
  /** The parser gave up somewhere; what comes after is missing. */
  readonly isDamaged: boolean;
}

/** A file to be parsed. */
export interface Source {
  readonly path: string;
  readonly text: string;
  readonly language: Language;
}

/** Comments are only handed over when `wantsComments` says so of what was found: in most files they do not matter. */
export type ModuleParser = (source: Source, wantsComments: WantsComments) => ModuleRecord;

type WantsComments = (record: ModuleRecord) => boolean;

/**
 * A parser that reads oxc's syntax tree where it lies in memory, which costs a tenth of handing it over; where that
 * is not possible (32-bit, WebAssembly, too little address space) the tree is handed over and ignored.
 */
export async function createModuleParser(): Promise<ModuleParser> {
  let lazy = rawTransferSupported() ? await lazyParser() : null;
  const parseOnce = ({ path, text }: Source, options: ParserOptions, wantsComments: WantsComments): ModuleRecord => {
    if (lazy !== null) {
      try {
        return readLazily(lazy(path, text, options), text, wantsComments);
      } catch {
        lazy = null;
      }
    }
    return readRecord(parseSync(path, text, options), text, wantsComments);
  };
  return (source, wantsComments) => {
    const attempts = attemptsFor(source.path, source.language);
    let best: ModuleRecord | null = null;
    for (const options of attempts) {
      const record = parseOnce(source, options, wantsComments);
      if (!record.isDamaged) return record;
      if (best === null || record.statements.length > best.statements.length) best = record;
    }
    return best ?? { statements: [], dynamicImports: [], comments: [], isDamaged: true };
  };
}

function attemptsFor(path: string, language: Language): readonly ParserOptions[] {
  const sourceType = /\.c[jt]s$/.test(path) ? 'commonjs' : /\.m[jt]s$/.test(path) ? 'module' : 'unambiguous';
  const first: ParserOptions = { lang: language, sourceType };
  // JavaScript may be CommonJS with a `return` at its top, or carry types (Flow), most of which reads as TypeScript.
  if (language === 'jsx')
    return [first, { lang: 'jsx', sourceType: 'commonjs' }, { lang: 'tsx', sourceType: 'unambiguous' }];
  return language === 'ts' ? [first, { lang: 'ts', sourceType: 'commonjs' }] : [first];
}

/** Null where the platform has no room for it. */
async function lazyParser(): Promise<typeof parseSyncLazy | null> {
  try {
    return (await import('oxc-parser/src-js/raw-transfer/lazy.js')).parseSyncLazy;
  } catch {
    return null;
  }
}

function readLazily(
  result: ReturnType<typeof parseSyncLazy>,
  text: string,
  wantsComments: WantsComments,
): ModuleRecord {
  try {
    return readRecord(result, text, wantsComments);
  } finally {
    result.dispose();
  }
}

/** Loops, because a lazily read list answers `map` through a proxy. */
function readRecord(result: ParseResult, text: string, wantsComments: WantsComments): ModuleRecord {
  const statements: ImportStatement[] = [];
  const dynamicImports: Span[] = [];
  const comments: Span[] = [];
  for (const statement of result.module.staticImports) statements.push(importStatement(statement, text));
  for (const statement of result.module.staticExports) statements.push(...exportStatement(statement, text));
  for (const { moduleRequest } of result.module.dynamicImports)
    dynamicImports.push({ start: moduleRequest.start, end: moduleRequest.end });
  const record = { statements, dynamicImports, comments, isDamaged: result.errors.length > 0 };
  if (!wantsComments(record)) return record;
  for (const { start, end } of result.comments) comments.push({ start, end });
  return record;
}

function importStatement(statement: StaticImport, text: string): ImportStatement {
  const { start, end, moduleRequest, entries } = statement;
  const valueNames: string[] = [];
  let names = 0;
  for (const entry of entries) {
    names++;
    if (!entry.isType) valueNames.push(entry.localName.value);
  }
  const namesOnlyTypes = names > 0 && valueNames.length === 0;
  const isType = namesOnlyTypes && /^import\s+type\b/.test(text.slice(start, start + 40));
  return { start, end, specifier: moduleRequest.value, isExport: false, isType, valueNames, namesOnlyTypes };
}

function exportStatement(statement: StaticExport, text: string): ImportStatement[] {
  const { start, end, entries } = statement;
  let specifier: string | null = null;
  let namesOnlyTypes = true;
  for (const entry of entries) {
    specifier = entry.moduleRequest?.value ?? specifier;
    namesOnlyTypes &&= entry.isType;
  }
  // `export const a = 1`
  if (specifier === null) return [];
  const isType = namesOnlyTypes && /^export\s+type\b/.test(text.slice(start, start + 40));
  return [{ start, end, specifier, isExport: true, isType, valueNames: [], namesOnlyTypes }];
}
