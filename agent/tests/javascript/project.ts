// Makes projects out of what scripts start; the steps that all JavaScript frameworks share.
import path from 'node:path';
import type { Framework } from '../../protocol/test.ts';
import type { RepoPath } from '../../protocol/ids.ts';
import type { BatchContext, RepositoryView, TestProject } from '../adapter.ts';
import type { Word } from '../scripts/shell.ts';
import { asArguments } from './arguments.ts';
import { joined, type RunnerUse } from './uses.ts';

export interface ProjectParts {
  readonly words: readonly Word[];
  readonly files: readonly RepoPath[];
  readonly configFiles: readonly RepoPath[];
}

/** A project that a script starts. */
export function projectOfUse(use: RunnerUse, parts: ProjectParts): TestProject {
  const { invocation } = use;
  const manifest = joined(use.package.folder, 'package.json');
  return {
    framework: use.framework,
    folder: invocation.folder,
    files: parts.files,
    configFiles: [...new Set([manifest, ...parts.configFiles])],
    ...asArguments(parts.words),
    nodeArguments: invocation.nodeArguments,
    environment: invocation.environment,
    foundIn: `${manifest} script ${invocation.script}`,
  };
}

/** A project that no script starts: found by its configuration or because the package depends on the runner. */
export function projectOfFolder(
  framework: Framework,
  folder: string,
  parts: ProjectParts & { readonly foundIn: string },
): TestProject {
  return {
    framework,
    folder,
    files: parts.files,
    configFiles: [...new Set([joined(folder, 'package.json'), ...parts.configFiles])],
    ...asArguments(parts.words),
    foundIn: parts.foundIn,
  };
}

/** Scripts often name the same run twice (`test`, `test:ci`): the first one of each counts. */
export function withoutRepeats(projects: readonly TestProject[]): TestProject[] {
  const byKey = new Map<string, TestProject>();
  for (const project of projects) {
    const key = JSON.stringify([
      project.folder,
      project.args,
      project.nodeArguments ?? [],
      project.files.length > 0 ? project.files : null,
    ]);
    if (!byKey.has(key)) byKey.set(key, project);
  }
  return [...byKey.values()];
}

/** Files of a folder that have one of these names. */
export function existing(view: RepositoryView, folder: string, names: readonly string[]): RepoPath[] {
  return names.map((name) => joined(folder, name)).filter((file) => view.read(file) !== null);
}

/** The environment of the project's runner: the user's, with what the script sets, and with the programs of installed packages as npm gives it. */
export function projectEnvironment(
  project: TestProject,
  { root, environment }: Pick<BatchContext, 'root' | 'environment'>,
): Record<string, string> {
  const name = Object.keys(environment).find((each) => each.toUpperCase() === 'PATH') ?? 'PATH';
  const merged = { ...environment, ...project.environment };
  const folders = foldersUp(project.folder).map((folder) => path.join(root, folder, 'node_modules', '.bin'));
  return {
    ...merged,
    [name]: [...folders, ...(merged[name] === undefined ? [] : [merged[name]])].join(path.delimiter),
  };
}

/** `a/b` → `a/b`, `a`, ``. */
function foldersUp(folder: string): string[] {
  if (folder === '') return [''];
  const parts = folder.split('/');
  return [...parts.map((_, index) => parts.slice(0, parts.length - index).join('/')), ''];
}

/** The folder in which the runner is started. */
export function projectFolder(project: TestProject, context: Pick<BatchContext, 'root'>): string {
  return path.join(context.root, project.folder);
}

/**
 * An expression that matches the full titles of these cases, and of what stands in them where they are suites. The parts are joined
 * by a space, in newer versions of vitest by ` > `; its version 1 begins with a space. What matches besides is dropped from the results.
 */
export function titleExpression(only: readonly (readonly string[])[]): string {
  const expressions = only.map((titlePath) => titlePath.map(escapedTitle).join('(?: > | )'));
  const choice = expressions.length === 1 ? expressions[0] : `(?:${expressions.join('|')})`;
  return String.raw`^\s*${choice}(?:$|\s)`;
}

/** A title as an expression; newlines as any white space, since they cannot stand on a command line everywhere. */
export function escapedTitle(title: string): string {
  return title.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`).replaceAll(/\r?\n/g, String.raw`\s+`);
}
