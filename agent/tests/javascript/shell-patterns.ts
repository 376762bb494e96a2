// Expands `test/*.js` as the shell would that npm starts: against the files that exist now, ignored ones included.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import picomatch from 'picomatch';
import type { TestProject } from '../adapter.ts';

/** The project's arguments with the shell's patterns replaced by what they match; one that matches nothing stays as it is. */
export function expandedArguments(root: string, project: TestProject): string[] {
  const cwd = path.join(root, project.folder);
  return project.args.flatMap((argument, index) => {
    if (project.shellPatterns?.includes(index) !== true) return [argument];
    const matches = matchShellPattern(cwd, argument);
    return matches.length > 0 ? matches : [argument];
  });
}

/** Paths that a POSIX shell gives for the pattern, sorted; to it `**` is the same as `*`, and braces mean nothing. */
export function matchShellPattern(cwd: string, pattern: string): string[] {
  const isAbsolute = path.isAbsolute(pattern);
  const parts = pattern.split('/').filter((part) => part !== '');
  let found = [isAbsolute ? '/' : ''];
  for (const [index, part] of parts.entries()) {
    const isLast = index === parts.length - 1;
    found = found.flatMap((folder) => childrenMatching(cwd, folder, part).filter((child) => isLast || child.isFolder).map((child) => child.path));
  }
  return found.toSorted();
}

interface Child {
  readonly path: string;
  readonly isFolder: boolean;
}

function childrenMatching(cwd: string, folder: string, part: string): Child[] {
  const at = (name: string) => (folder === '' ? name : path.posix.join(folder, name));
  if (part === '.' || part === '..') return [{ path: at(part), isFolder: true }];
  const matches = picomatch(part.replaceAll('**', '*'), { nobrace: true, noextglob: true, nonegate: true, dot: part.startsWith('.') });
  try {
    return readdirSync(path.join(cwd, folder), { withFileTypes: true })
      .filter((entry) => matches(entry.name))
      .map((entry) => ({ path: at(entry.name), isFolder: entry.isDirectory() || entry.isSymbolicLink() }));
  } catch {
    // What cannot be read holds nothing, as for the shell.
    return [];
  }
}
