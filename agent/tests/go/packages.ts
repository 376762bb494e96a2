// The packages of a module that have tests, with the files and the tests that are declared in each.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { RepoPath } from '../../protocol/ids.ts';
import type { BatchContext, TestBatch } from '../adapter.ts';
import { longestArgument } from '../native/longest-argument.ts';
import { below, folderOf } from '../native/repository-paths.ts';
import { goTests, modulePath, quoteGo } from './source.ts';

export interface GoPackage {
  readonly importPath: string;
  /** Folder in the repository. */
  readonly folder: string;
  /** All test files of the package. */
  readonly files: readonly RepoPath[];
  /** Those that are asked for. */
  readonly chosen: readonly RepoPath[];
  /** Tests by name: a name is unique in its package. */
  readonly declared: ReadonlyMap<string, { readonly file: RepoPath; readonly line: number }>;
}

/** The packages of what a batch asks for, in its order; null when go.mod cannot be read. */
export function goPackages(batch: TestBatch, context: BatchContext): GoPackage[] | null {
  const { project } = batch;
  const moduleName = modulePath(readText(path.join(context.root, project.folder, 'go.mod')) ?? '');
  if (moduleName === null) return null;
  const chosen = Map.groupBy(batch.files ?? project.files, folderOf);
  const all = Map.groupBy(project.files, folderOf);
  return [...chosen].map(([folder, files]) => {
    const inner = below(folder, project.folder);
    const known = [...new Set([...(all.get(folder) ?? []), ...files])];
    return {
      importPath: inner === '' ? moduleName : `${moduleName}/${inner}`,
      folder,
      files: known,
      chosen: files,
      declared: declarations(known, context.root),
    };
  });
}

function declarations(files: readonly RepoPath[], root: string): Map<string, { file: RepoPath; line: number }> {
  const declared = new Map<string, { file: RepoPath; line: number }>();
  for (const file of files) {
    for (const { name, line } of goTests(readText(path.join(root, file)) ?? '')) declared.set(name, { file, line });
  }
  return declared;
}

/** The expression for `-run` that matches the tests of the chosen files and no others; null for a whole package, and where it would be too long. */
export function runExpression({ files, chosen, declared }: GoPackage): string | null {
  if (chosen.length === files.length) return null;
  const wanted = new Set(chosen);
  const names = [...declared].filter(([, { file }]) => wanted.has(file)).map(([name]) => quoteGo(name));
  const expression = `^(?:${names.join('|')})$`;
  return expression.length > longestArgument ? null : expression;
}

/** Expressions for `-run` that together match these tests: one for all that are parts of the same test. */
export function titleExpressions(only: readonly (readonly string[])[]): string[] {
  // A slash in a name is a level to `-run`.
  const levels = only.map((titles) => titles.join('/').split('/').map(quoteGo));
  const groups = Map.groupBy(levels, (each) => JSON.stringify(each.slice(0, -1)));
  return [...groups.values()].map((group) => {
    const parents = (group[0] ?? []).slice(0, -1).map((level) => `^${level}$`);
    return [...parents, `^(?:${group.map((each) => each.at(-1) ?? '').join('|')})$`].join('/');
  });
}

export function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
