// What oxc-parser says of a file's imports, without making a syntax tree out of it.
import { parseSync, rawTransferSupported } from 'oxc-parser';
import type { ParseResult, ParserOptions, StaticExport, StaticImport } from 'oxc-parser';
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

export type ModuleParser = (path: string, text: string, language: Language) => ModuleRecord;

/**
 * A parser that reads oxc's syntax tree where it lies in memory, which costs a tenth of handing it over; where that
 * is not possible (32-bit, WebAssembly, too little address space) the tree is handed over and ignored.
 */
export function createModuleParser(): ModuleParser {
  let isLazy = rawTransferSupported();
  const parseOnce = (path: string, text: string, options: ParserOptions): ModuleRecord => {
    if (isLazy) {
      try {
        return readLazily(path, text, options);
      } catch {
        isLazy = false;
      }
    }
    return readRecord(parseSync(path, text, options), text);
  };
  return (path, text, language) => {
    const attempts = attemptsFor(path, language);
    let best: ModuleRecord | null = null;
    for (const options of attempts) {
      const record = parseOnce(path, text, options);
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
  if (language === 'jsx') return [first, { lang: 'jsx', sourceType: 'commonjs' }, { lang: 'tsx', sourceType: 'unambiguous' }];
  return language === 'ts' ? [first, { lang: 'ts', sourceType: 'commonjs' }] : [first];
}

function readLazily(path: string, text: string, options: ParserOptions): ModuleRecord {
  // `experimentalLazy` and the `dispose` of its result are public but not in the package's types.
  const result = parseSync(path, text, { ...options, experimentalLazy: true } as ParserOptions) as ParseResult & { dispose(): void };
  try {
    return readRecord(result, text);
  } finally {
    result.dispose();
  }
}

function readRecord(result: ParseResult, text: string): ModuleRecord {
  const record = result.module;
  return {
    statements: [
      ...record.staticImports.map((statement) => importStatement(statement, text)),
      ...record.staticExports.flatMap((statement) => exportStatement(statement, text)),
    ],
    dynamicImports: record.dynamicImports.map(({ moduleRequest: { start, end } }) => ({ start, end })),
    comments: result.comments.map(({ start, end }) => ({ start, end })),
    isDamaged: result.errors.length > 0,
  };
}

function importStatement(statement: StaticImport, text: string): ImportStatement {
  const { start, end, moduleRequest, entries } = statement;
  const names = entries.map((entry) => ({ name: entry.localName.value, isType: entry.isType }));
  const valueNames = names.filter((entry) => !entry.isType).map((entry) => entry.name);
  const namesOnlyTypes = names.length > 0 && valueNames.length === 0;
  const isType = namesOnlyTypes && /^import\s+type\b/.test(text.slice(start, start + 40));
  return { start, end, specifier: moduleRequest.value, isExport: false, isType, valueNames, namesOnlyTypes };
}

function exportStatement(statement: StaticExport, text: string): ImportStatement[] {
  const { start, end, entries } = statement;
  const from = entries.find((entry) => entry.moduleRequest !== null)?.moduleRequest;
  // `export const a = 1`, and `export { imported }` of a binding that an import statement names anyway.
  if (from === undefined || from === null || from.start < start || from.end > end) return [];
  const namesOnlyTypes = entries.every((entry) => entry.isType);
  const isType = namesOnlyTypes && /^export\s+type\b/.test(text.slice(start, start + 40));
  return [{ start, end, specifier: from.value, isExport: true, isType, valueNames: [], namesOnlyTypes }];
}
