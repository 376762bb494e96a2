// What a JavaScript module imports, declares and exports by name, so that a change is followed to those who name it.
import { parseSync } from 'oxc-parser';
import { declaredNames, nameOf, namesBelow, runsCode } from '../difference/bindings.ts';
import { Normalizer, childOf, listOf } from '../difference/normal-tree.ts';
import type { NormalNode, SyntaxNode } from '../difference/normal-tree.ts';

/** A name that comes from another module; `*` is all of it. */
export interface ImportedName {
  readonly specifier: string;
  readonly imported: string;
  /** The name in this module; for a re-export the name under which it goes on. */
  readonly local: string;
}

export interface ModuleSummary {
  readonly imports: readonly ImportedName[];
  readonly reexports: readonly ImportedName[];
  /** Specifiers of `export * from`. */
  readonly stars: readonly string[];
  /** From exported names to local ones. */
  readonly exports: ReadonlyMap<string, string>;
  readonly statements: readonly ModuleStatement[];
}

export interface ModuleStatement {
  readonly declares: readonly string[];
  /** Running it may do more than to declare. */
  readonly runs: boolean;
  /** Every name that occurs in it, inside of functions too. */
  readonly names: ReadonlySet<string>;
}

/** Null where names cannot be followed: no ES module, no clean parse, `eval`. */
export function moduleSummary(path: string, text: string): ModuleSummary | null {
  if (!/\.[cm]?[jt]sx?$/.test(path) || /\beval\s*\(|\bmodule\s*\.\s*exports\b|\bexports\s*\./.test(text)) return null;
  const lang = path.endsWith('.tsx') ? 'tsx' : /\.[cm]?ts$/.test(path) ? 'ts' : 'jsx';
  const result = parseSync(path, text, { lang, sourceType: 'unambiguous', preserveParens: false });
  if (result.errors.length > 0) return null;
  // The tree is ESTree; its nodes have type, start and end.
  const program = new Normalizer('without types', { identifies: false }).normal(
    result.program as unknown as SyntaxNode,
  );
  if (program === null || !result.module.hasModuleSyntax) return null;
  const found = {
    imports: [] as ImportedName[],
    reexports: [] as ImportedName[],
    stars: [] as string[],
    exports: new Map<string, string>(),
    statements: [] as ModuleStatement[],
  };
  for (const statement of listOf(program, 'body')) add(statement, found);
  return found;
}

interface Found {
  readonly imports: ImportedName[];
  readonly reexports: ImportedName[];
  readonly stars: string[];
  readonly exports: Map<string, string>;
  readonly statements: ModuleStatement[];
}

function add(statement: NormalNode, found: Found): void {
  const source = childOf(statement, 'source');
  if (statement.type === 'ImportDeclaration') return addImports(statement, found);
  if (statement.type === 'ExportAllDeclaration' && source !== null) {
    const exported = childOf(statement, 'exported');
    if (exported === null) found.stars.push(nameOf(source));
    else found.reexports.push({ specifier: nameOf(source), imported: '*', local: nameOf(exported) });
    return;
  }
  const specifiers = listOf(statement, 'specifiers');
  if (statement.type === 'ExportNamedDeclaration' && childOf(statement, 'declaration') === null) {
    for (const each of specifiers) addExport(each, source, found);
    return;
  }
  const declares = declaredNames(statement);
  if (statement.type.startsWith('Export'))
    for (const name of statement.type === 'ExportDefaultDeclaration' ? ['default'] : declares)
      found.exports.set(name, name);
  found.statements.push({ declares, runs: runsCode(statement), names: namesBelow(statement) });
}

function addImports(statement: NormalNode, { imports }: Found): void {
  const source = childOf(statement, 'source');
  const specifier = source === null ? '' : nameOf(source);
  for (const each of listOf(statement, 'specifiers')) {
    const local = childOf(each, 'local');
    const imported = childOf(each, 'imported');
    const name = each.type === 'ImportDefaultSpecifier' ? 'default' : imported === null ? '*' : nameOf(imported);
    if (local !== null) imports.push({ specifier, imported: name, local: nameOf(local) });
  }
}

function addExport(each: NormalNode, source: NormalNode | null, { exports, reexports }: Found): void {
  const local = childOf(each, 'local');
  const exported = childOf(each, 'exported');
  if (local === null || exported === null) return;
  if (source === null) exports.set(nameOf(exported), nameOf(local));
  else reexports.push({ specifier: nameOf(source), imported: nameOf(local), local: nameOf(exported) });
}
