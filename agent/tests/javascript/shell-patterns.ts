// Expands `test/*.js` as the shell would that npm starts: against the files that exist now, ignored ones included.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import picomatch from 'picomatch';
import type { BatchContext, TestProject } from '../adapter.ts';
import { projectEnvironment } from './project.ts';

/** The project's arguments as the shell would hand them on; a pattern that matches nothing stays as it is. */
export async function expandedArguments(project: TestProject, context: ShellContext): Promise<string[]> {
  const expanded: string[] = [];
  for (const [index, argument] of project.args.entries()) {
    const isFragment = project.shellFragments?.includes(index) === true;
    expanded.push(
      ...(isFragment ? await shellWords(argument, project, context) : plainArgument(project, index, context.root)),
    );
  }
  return expanded;
}

/** The same without asking a shell: what only a shell knows is left out. */
export function knownArguments(project: TestProject, root: string): string[] {
  return project.args.flatMap((_, index) =>
    project.shellFragments?.includes(index) === true ? [] : plainArgument(project, index, root),
  );
}

export type ShellContext = Pick<BatchContext, 'root' | 'environment' | 'run'>;

function plainArgument(project: TestProject, index: number, root: string): string[] {
  const argument = project.args[index] ?? '';
  if (project.shellPatterns?.includes(index) !== true) return [argument];
  const matches = matchShellPattern(path.join(root, project.folder), argument);
  return matches.length > 0 ? matches : [argument];
}

/** What `$(find test -name '*.js')` stands for. */
async function shellWords(fragment: string, project: TestProject, context: ShellContext): Promise<string[]> {
  let output = '';
  await context.run({
    command: 'sh',
    args: ['-c', `printf '%s\\0' ${fragment}`],
    cwd: path.join(context.root, project.folder),
    environment: projectEnvironment(project, context),
    onStdout(text) {
      output += text;
    },
  });
  return output.split('\0').filter((word) => word !== '');
}

/** Paths that a POSIX shell gives for the pattern, sorted; to it `**` is the same as `*`, and braces mean nothing. */
export function matchShellPattern(cwd: string, pattern: string): string[] {
  const isAbsolute = path.isAbsolute(pattern);
  const parts = pattern.split('/').filter((part) => part !== '');
  let found = [isAbsolute ? '/' : ''];
  for (const [index, part] of parts.entries()) {
    const isLast = index === parts.length - 1;
    found = found.flatMap((folder) =>
      childrenMatching(cwd, folder, part)
        .filter((child) => isLast || child.isFolder)
        .map((child) => child.path),
    );
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
  const matches = picomatch(part.replaceAll('**', '*'), {
    nobrace: true,
    noextglob: true,
    nonegate: true,
    dot: part.startsWith('.'),
  });
  try {
    return readdirSync(path.join(cwd, folder), { withFileTypes: true })
      .filter((entry) => matches(entry.name))
      .map((entry) => ({ path: at(entry.name), isFolder: entry.isDirectory() || entry.isSymbolicLink() }));
  } catch {
    // What cannot be read holds nothing, as for the shell.
    return [];
  }
}
