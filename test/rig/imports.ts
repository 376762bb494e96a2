// Reads what the files of this repository import, types included.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseSync, type Statement } from 'oxc-parser';

export interface ImportingFile {
  /** From the repository's root, forward slashes. */
  readonly path: string;
  /** Relative specifiers are resolved to paths from the root; others stay as written: `node:fs`, `ws`, `@scope/name/sub`. */
  readonly imports: readonly string[];
  /** Whether it consists of `export … from` alone. */
  readonly isBarrel: boolean;
}

/** Every TypeScript and JavaScript file below the named folders, with its imports. */
export function readImports(root: string, folders: readonly string[]): ImportingFile[] {
  return folders
    .flatMap((folder) => sourceFiles(root, folder))
    .map((file) => importsOf(file, readFileSync(path.join(root, file), 'utf8')));
}

/** The imports of one file: static, dynamic with a literal, and of re-exports. */
export function importsOf(file: string, text: string): ImportingFile {
  const { module, program } = parseSync(file, text);
  const reexported = module.staticExports.flatMap((each) => each.entries.flatMap((entry) => entry.moduleRequest ?? []));
  const imported = module.staticImports.map((each) => each.moduleRequest.value);
  const dynamic = module.dynamicImports
    .map((each) => text.slice(each.moduleRequest.start, each.moduleRequest.end))
    .filter((literal) => /^(['"]).*\1$/.test(literal))
    .map((literal) => literal.slice(1, -1));
  const specifiers = [...imported, ...reexported.map((each) => each.value), ...dynamic];
  return {
    path: file,
    imports: [...new Set(specifiers.map((specifier) => resolved(file, specifier)))],
    isBarrel: reexported.length > 0 && program.body.every(isHandedOn),
  };
}

function isHandedOn(statement: Statement): boolean {
  if (statement.type === 'ImportDeclaration' || statement.type === 'ExportAllDeclaration') return true;
  return statement.type === 'ExportNamedDeclaration' && statement.source !== null;
}

function sourceFiles(root: string, folder: string): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.[cm]?[jt]s$/.test(entry.name))
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'))
    .toSorted();
}

function resolved(file: string, specifier: string): string {
  return specifier.startsWith('.') ? path.posix.join(path.posix.dirname(file), specifier) : specifier;
}
