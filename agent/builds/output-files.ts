// What a build has written: the files on disk that match a target's output patterns, ignored by git or not.
import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { BuildTarget } from '../protocol/build.ts';
import type { FileTree } from './paths.ts';
import { baseOf, deepestOf, matcherOf } from './patterns.ts';

/** More files than these are not looked at: a folder of that size is no output of a compiler. */
const mostFiles = 50_000;

/** Folders inside outputs that hold caches of tools: their content says nothing about the result. */
const ignoredFolders: ReadonlySet<string> = new Set(['node_modules', '.git', '.cache', 'cache']);

export interface OutputFiles {
  /** Relative to the root, sorted. */
  readonly files: readonly string[];
  /** Symbolic links, which are not followed. */
  readonly links: readonly string[];
  /** Notes that incremental compilers keep for themselves: they say nothing of the result, and belong to it all the same. */
  readonly notes: readonly string[];
}

const noOutput: OutputFiles = { files: [], links: [], notes: [] };

/** What is there of the outputs, and of the notes of compilers in `folder` itself. */
export async function listOutputs(
  root: string,
  patterns: readonly string[],
  folder: string | null = null,
): Promise<OutputFiles> {
  if (patterns.length === 0) return noOutput;
  const matches = matcherOf(patterns);
  const files = new Set<string>();
  const links = new Set<string>();
  const notes = new Set<string>();
  const wanted = patterns.filter((pattern) => !pattern.startsWith('!'));
  const deepest = Math.max(...wanted.map(deepestOf));
  for (const base of outermost(wanted.map(baseOf))) {
    for await (const found of entriesBelow(root, base, deepest)) {
      if (!matches(found.path)) continue;
      if (isNote(found.path)) notes.add(found.path);
      else (found.isLink ? links : files).add(found.path);
      if (files.size >= mostFiles) break;
    }
  }
  for (const note of folder === null ? [] : await notesIn(root, folder)) notes.add(note);
  return { files: [...files].toSorted(), links: [...links].toSorted(), notes: [...notes].toSorted() };
}

function isNote(file: string): boolean {
  return file.endsWith('.tsbuildinfo');
}

async function notesIn(root: string, folder: string): Promise<string[]> {
  const entries = await readdir(path.join(root, folder), { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && isNote(entry.name))
    .map(({ name }) => (folder === '' ? name : `${folder}/${name}`));
}

/** Without folders that lie in another one of the list. */
function outermost(folders: readonly string[]): string[] {
  const unique = [...new Set(folders)];
  return unique.filter(
    (folder) => !unique.some((other) => other !== folder && (other === '' || folder.startsWith(`${other}/`))),
  );
}

interface Entry {
  readonly path: string;
  readonly isLink: boolean;
}

async function* entriesBelow(root: string, start: string, deepest: number): AsyncGenerator<Entry> {
  const found = await stat(path.join(root, start)).catch(() => null);
  if (found?.isFile() === true) yield { path: start, isLink: false };
  if (found?.isDirectory() !== true) return;
  const waiting = [start];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    const entries = await readdir(path.join(root, folder), { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const below = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (!entry.isDirectory()) yield* asEntry(entry, below);
      else if (!ignoredFolders.has(entry.name) && depthOf(below) < deepest) waiting.push(below);
    }
  }
}

function* asEntry(entry: Dirent, below: string): Generator<Entry> {
  const isLink = entry.isSymbolicLink();
  if (isLink || entry.isFile()) yield { path: below, isLink };
}

function depthOf(file: string): number {
  return file.split('/').length;
}

/** What a target has written and nobody would miss: git does not know it. */
export async function removableOutputs(
  root: string,
  { outputs, folder }: Pick<BuildTarget, 'outputs' | 'folder'>,
  tree: FileTree,
): Promise<string[]> {
  const { files, links, notes } = await listOutputs(root, outputs, folder);
  return [...files, ...links, ...notes].filter((file) => !tree.has(file));
}
