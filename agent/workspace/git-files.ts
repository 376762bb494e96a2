// The files of the working tree that git knows or would know.
import { lstatSync } from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { withoutForeignFiles } from './foreign-files.ts';
import type { Git } from './git.ts';

const filesLookedAtAtOnce = 500;

/**
 * Paths of all regular files, unsorted: tracked ones that exist and new ones that are not ignored. Symbolic links and
 * submodules are not followed and not listed. Null when git could not tell.
 */
export async function listGitFiles(git: Git, root: string): Promise<string[] | null> {
  const listed = await git.run(['ls-files', '-z', '-t', '--stage', '--deleted', '--others', '--exclude-standard']);
  if (listed.exitCode !== 0) return null;
  const { certain, uncertain } = parseFileList(listed.stdout);
  for (const [index, name] of withoutForeignFiles(uncertain).entries()) {
    if (index % filesLookedAtAtOnce === filesLookedAtAtOnce - 1) await setImmediate();
    if (isRegularFile(path.join(root, name))) certain.add(name);
  }
  return [...certain];
}

/**
 * Reads `git ls-files -z -t --stage --deleted --others`: a tag, for a tracked file its mode, object and stage, and the
 * path. `uncertain` are new files, which could be links, and those that git was told not to look at.
 */
export function parseFileList(output: string): { certain: Set<string>; uncertain: string[] } {
  const certain = new Set<string>();
  const uncertain: string[] = [];
  for (const record of output.split('\0')) {
    const tag = record[0];
    if (tag === '?') {
      if (!record.endsWith('/')) uncertain.push(record.slice(2));
      continue;
    }
    const name = record.slice(record.indexOf('\t') + 1);
    if (tag === 'R') certain.delete(name);
    else if (!record.startsWith('100', 2)) continue;
    else if (tag === 'S') uncertain.push(name);
    else certain.add(name);
  }
  return { certain, uncertain };
}

function isRegularFile(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false })?.isFile() === true;
}
