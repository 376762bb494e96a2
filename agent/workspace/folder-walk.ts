// Walks a folder without git: every regular file that its ignore rules let through.
import { readdirSync, type Dirent } from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { IgnoreRules } from './ignore-rules.ts';

/** Folders read in one go, before others get their turn. */
const foldersAtOnce = 64;

/** Paths of all files, with forward slashes, unsorted. Symbolic links are not followed and not listed. */
export async function walkFolder(root: string, rules: IgnoreRules): Promise<string[]> {
  const files: string[] = [];
  const folders = [''];
  for (let done = 0; done < folders.length; done++) {
    if (done % foldersAtOnce === foldersAtOnce - 1) await setImmediate();
    const folder = folders[done] ?? '';
    const entries = entriesOf(path.join(root, folder)).map((entry) => ({ entry, name: below(folder, entry.name) }));
    const ignored = await rules.ignoredAmong(
      entries.map(({ entry, name }) => ({ path: name, isFolder: entry.isDirectory() })),
    );
    for (const { entry, name } of entries) {
      if (ignored.has(name)) continue;
      if (entry.isDirectory()) folders.push(name);
      else if (entry.isFile()) files.push(name);
    }
  }
  return files;
}

/** The entries of a folder; none when it is gone or may not be read. */
export function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** The path of `name` in `folder`, where '' is the root. */
export function below(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}
