// What is checked out, read from the git directory's files: no process is started, so that a watcher may ask often.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Location } from './location.ts';

export interface Head {
  /** The commit checked out; null before the first one. */
  readonly commit: string | null;
  /** The branch checked out, also before its first commit; null when HEAD is detached. */
  readonly branch: string | null;
}

/** Null when the files do not tell (references are kept in another format): ask git then. */
export function readHead({ directory, commonDirectory }: NonNullable<Location['git']>): Head | null {
  const content = readText(path.join(directory, 'HEAD'))?.trim();
  if (content === undefined) return null;
  if (isCommit(content)) return { commit: content, branch: null };
  const reference = content.match(/^ref: (.+)$/)?.[1];
  // With the reftable format HEAD is a placeholder that names this branch.
  if (reference === undefined || reference === 'refs/heads/.invalid') return null;
  const commit = readReference(commonDirectory, reference);
  return commit === undefined ? null : { commit, branch: reference.replace(/^refs\/heads\//, '') };
}

/** The file that a commit on `branch` rewrites. */
export function referenceFile(commonDirectory: string, branch: string): string {
  return path.join(commonDirectory, 'refs', 'heads', ...branch.split('/'));
}

/** The commit that a reference names, null when it does not exist yet, undefined when that cannot be told. */
function readReference(commonDirectory: string, reference: string): string | null | undefined {
  const loose = readText(path.join(commonDirectory, ...reference.split('/')))?.trim();
  if (loose !== undefined) return isCommit(loose) ? loose : undefined;
  const packed = readText(path.join(commonDirectory, 'packed-refs')) ?? '';
  const end = packed.indexOf(` ${reference}\n`);
  if (end < 0) return null;
  const commit = packed.slice(packed.lastIndexOf('\n', end) + 1, end);
  return isCommit(commit) ? commit : undefined;
}

function isCommit(text: string): boolean {
  return /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
