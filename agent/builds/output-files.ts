// What a build has written: the files on disk that match a target's output patterns, ignored by git or not.
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { baseOf, matcherOf } from './patterns.ts';

/** More files than these are not looked at: a folder of that size is no output of a compiler. */
const mostFiles = 50_000;

/** Folders inside outputs that hold caches of tools: their content says nothing about the result. */
const ignoredFolders: ReadonlySet<string> = new Set(['node_modules', '.git', '.cache', 'cache']);

/** The files, relative to `root`, sorted. Symbolic links are not followed; notes of incremental compilers are left out. */
export async function listOutputs(root: string, patterns: readonly string[]): Promise<string[]> {
  if (patterns.length === 0) return [];
  const matches = matcherOf(patterns);
  const found = new Set<string>();
  for (const base of outermost(patterns.filter((pattern) => !pattern.startsWith('!')).map(baseOf))) {
    for await (const file of filesBelow(root, base)) {
      if (matches(file) && !file.endsWith('.tsbuildinfo')) found.add(file);
      if (found.size >= mostFiles) break;
    }
  }
  return [...found].toSorted();
}

/** Without folders that lie in another one of the list. */
function outermost(folders: readonly string[]): string[] {
  const unique = [...new Set(folders)];
  return unique.filter(
    (folder) => !unique.some((other) => other !== folder && (other === '' || folder.startsWith(`${other}/`))),
  );
}

async function* filesBelow(root: string, start: string): AsyncGenerator<string> {
  const found = await stat(path.join(root, start)).catch(() => null);
  if (found?.isFile() === true) yield start;
  if (found?.isDirectory() !== true) return;
  const waiting = [start];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    const entries = await readdir(path.join(root, folder), { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const below = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isFile()) yield below;
      else if (entry.isDirectory() && !ignoredFolders.has(entry.name)) waiting.push(below);
    }
  }
}
