// What a build has written beside its outputs: whoever brings back the outputs alone would leave that as it was.
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { BuildTarget } from '../protocol/build.ts';
import type { RepoPath, TargetId } from '../protocol/ids.ts';
import type { FileTree } from './paths.ts';
import { matcherOf } from './patterns.ts';

/** Caches of tools, and what people do not mean by a result. */
const ignoredFolders: ReadonlySet<string> = new Set([
  'node_modules',
  '.git',
  '.cache',
  'cache',
  '.turbo',
  '.wireit',
  '.nyc_output',
  'coverage',
  '__pycache__',
]);
const ignoredFiles = /\.(tsbuildinfo|log|pyc|tmp)$|^\.(DS_Store|eslintcache)$/;
/** Times of files are those of the system's last tick. */
const tickMs = 20;
/** So many files are looked at. */
const mostFiles = 50_000;

export interface WrittenOptions {
  /** Absolute path of the repository. */
  readonly root: string;
  /** When the command was started, in milliseconds since 1970. */
  readonly startedAt: number;
  readonly tree: FileTree;
  readonly model: { readonly targets: ReadonlyMap<TargetId, Pick<BuildTarget, 'outputs'>> };
}

/** The first such file in the folder of the target; null when there is none. Outputs of other targets are theirs. */
export async function undeclaredWrite(target: BuildTarget, options: WrittenOptions): Promise<RepoPath | null> {
  const { root, startedAt, tree, model } = options;
  const isOutput = matcherOf(target.outputs);
  const ofAll = [...model.targets.values()].flatMap(({ outputs }) =>
    outputs.filter((pattern) => !pattern.startsWith('!')),
  );
  const isOfOthers = matcherOf(ofAll);
  let seen = 0;
  for await (const file of filesBelow(root, target.folder)) {
    // A source that somebody saved meanwhile changes the fingerprint, which is looked at elsewhere.
    if (tree.has(file) || isOutput(file) || isOfOthers(file)) continue;
    if (++seen > mostFiles) break;
    const found = await stat(path.join(root, file)).catch(() => null);
    if (found !== null && found.mtimeMs >= startedAt - tickMs) return file;
  }
  return null;
}

async function* filesBelow(root: string, start: string): AsyncGenerator<RepoPath> {
  const waiting = [start];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    for (const entry of await readdir(path.join(root, folder), { withFileTypes: true }).catch(() => [])) {
      const below = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory() && !ignoredFolders.has(entry.name)) waiting.push(below);
      // It is below the root, with forward slashes.
      if (entry.isFile() && !ignoredFiles.test(entry.name)) yield below as RepoPath;
    }
  }
}
