// Files that steps made, kept beside the records, so that a repeated execution can go on from them.
import { constants } from 'node:fs';
import { copyFile, cp, glob, mkdir, readdir, realpath, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { createHash } from 'node:crypto';
import type { ExecutionId, StepId } from '../protocol/ids.ts';

export interface ArtifactStore {
  /** Keeps the files of the repository that fit; answers how many. Patterns that lead out of the repository match nothing. */
  save(place: ArtifactPlace, patterns: readonly string[]): Promise<number>;
  /** Puts the files of a step back where they were; answers how many. */
  restore(place: ArtifactPlace): Promise<number>;
  /** Gives an execution the artifacts that a step made in another one. */
  takeOver(from: ArtifactPlace, to: ArtifactPlace): Promise<void>;
  /** Removes what was kept before a time. */
  prune(timestamp: number): Promise<void>;
}

export interface ArtifactPlace {
  readonly executionId: ExecutionId | string;
  readonly stepId: StepId;
}

/** Kept in `folder`, for the repository at `root`; both absolute. */
export function createArtifactStore(root: string, folder: string): ArtifactStore {
  const folderOf = ({ executionId, stepId }: ArtifactPlace) => path.join(folder, executionId, nameOf(stepId));
  return {
    async save(place, patterns) {
      const target = folderOf(place);
      await rm(target, { recursive: true, force: true });
      const files = await filesThatFit(root, patterns);
      for (const file of files) await copyTo(path.join(root, file), path.join(target, file));
      return files.size;
    },
    async restore(place) {
      const source = folderOf(place);
      const files = await filesBelow(source);
      const realRoot = await realpath(root);
      for (const file of files) await copyTo(path.join(source, file), path.join(root, file), realRoot);
      return files.length;
    },
    async takeOver(from, to) {
      const source = folderOf(from);
      if ((await filesBelow(source)).length > 0)
        await cp(source, folderOf(to), { recursive: true, mode: constants.COPYFILE_FICLONE });
    },
    async prune(timestamp) {
      for (const name of await readdir(folder).catch(() => [])) {
        const entry = path.join(folder, name);
        const { mtimeMs } = await stat(entry);
        if (mtimeMs < timestamp) await rm(entry, { recursive: true, force: true });
      }
    },
  };
}

function nameOf(stepId: StepId): string {
  return `${stepId.replace(/[^A-Za-z0-9_]+/g, '-').slice(0, 60)}-${createHash('sha256').update(stepId).digest('hex').slice(0, 8)}`;
}

/** The files of the repository that fit, relative to it. A folder stands for everything in it. */
export async function filesThatFit(root: string, patterns: readonly string[]): Promise<Set<string>> {
  const files = new Set<string>();
  const inside = patterns.filter((pattern) => !path.isAbsolute(pattern) && !pattern.split(/[/\\]/).includes('..'));
  for (const pattern of inside) {
    const isUnasked = (name: string) =>
      name === '.git' || (name === 'node_modules' && !pattern.includes('node_modules'));
    for await (const entry of glob(pattern, {
      cwd: root,
      withFileTypes: true,
      exclude: ({ name }) => isUnasked(name),
    })) {
      const found = path.relative(root, path.join(entry.parentPath, entry.name));
      if (entry.isFile()) files.add(found);
      else if (entry.isDirectory())
        for (const file of await filesBelow(path.join(root, found))) files.add(path.join(found, file));
    }
  }
  return files;
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
}

/** Follows no link out of `inside`. */
async function copyTo(source: string, target: string, inside?: string): Promise<void> {
  const folder = path.dirname(target);
  await mkdir(folder, { recursive: true });
  if (inside !== undefined && path.relative(inside, await realpath(folder)).startsWith('..')) return;
  await copyFile(source, target, constants.COPYFILE_FICLONE);
}
