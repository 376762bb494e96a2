// Goes through folders that are new to the watcher: watches them, and finds the files in them.
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { below, entriesOf } from '../folder-walk.ts';
import type { Candidate, IgnoreRules } from '../ignore-rules.ts';
import type { KnownFolders } from './known-folders.ts';

export interface ScanContext {
  readonly root: string;
  readonly known: KnownFolders;
  readonly rules: IgnoreRules;
  /** True for what is listed already, or for the folder of something listed: it is not ignored. */
  readonly isListed: (candidate: Candidate) => boolean;
  /** Watches a folder. Comes before the folder is read, so that nothing falls between. */
  readonly watch: (folder: string) => void;
  readonly unwatch: (folder: string) => void;
}

/** Folders read in one go, before others get their turn. */
const foldersAtOnce = 64;

/**
 * Scans folders and all below them that are not ignored, level by level. Gives the regular files found, when `findFiles`
 * is set; else only folders are told apart, which takes fewer questions.
 */
export async function scanFolders(
  context: ScanContext,
  folders: readonly string[],
  findFiles: boolean,
): Promise<string[]> {
  const found: string[] = [];
  let level = folders;
  while (level.length > 0) {
    const candidates: (Candidate & { isFile: boolean })[] = [];
    for (const [index, folder] of level.entries()) {
      if (index % foldersAtOnce === foldersAtOnce - 1) await setImmediate();
      candidates.push(...entriesIn(context, folder, findFiles));
    }
    const allowed = await notIgnored(context, candidates);
    for (const entry of allowed) {
      if (entry.isFile) found.push(entry.path);
    }
    level = allowed.filter((entry) => entry.isFolder).map((entry) => entry.path);
  }
  return found;
}

function entriesIn(context: ScanContext, folder: string, findFiles: boolean): (Candidate & { isFile: boolean })[] {
  context.watch(folder);
  context.known.add(folder);
  const entries = entriesOf(path.join(context.root, folder));
  if (folder !== '' && entries.some((entry) => entry.name === '.git')) {
    // A submodule, or a repository of its own that happens to lie here.
    context.unwatch(folder);
    context.known.remove(folder);
    context.known.ignore({ path: folder, isFolder: true });
    return [];
  }
  return entries
    .filter((entry) => entry.isDirectory() || (findFiles && !entry.isSymbolicLink()))
    .map((entry) => ({ path: below(folder, entry.name), isFolder: entry.isDirectory(), isFile: entry.isFile() }))
    .filter((entry) => !context.known.isIgnored(entry.path));
}

async function notIgnored<T extends Candidate>(
  { rules, known, isListed }: ScanContext,
  candidates: readonly T[],
): Promise<T[]> {
  const unsure = candidates.filter((candidate) => !isListed(candidate));
  if (unsure.length === 0) return [...candidates];
  const ignored = await rules.ignoredAmong(unsure);
  for (const candidate of unsure) {
    if (ignored.has(candidate.path)) known.ignore(candidate);
  }
  return candidates.filter((candidate) => !ignored.has(candidate.path));
}
