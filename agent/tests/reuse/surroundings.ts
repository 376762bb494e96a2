// What every test of a project depends on besides its own files: configuration, installed packages, the runtime, the environment.
import { realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { findExecutable } from '../../platform/environment.ts';
import { findPython, pythonPackageFolders } from '../../platform/python-environment.ts';
import type { RepoPath } from '../../protocol/ids.ts';
import type { TestProject } from '../adapter.ts';
import { hashOf } from '../catalog-keys.ts';
import type { Contents } from '../content-cache.ts';
import { findRunner } from '../javascript/runner-package.ts';
import { stampsOf } from '../warm/file-stamps.ts';
import { watchedFiles } from '../warm/watched-files.ts';

export interface SurroundingsOptions {
  /** Absolute path of the repository. */
  readonly root: string;
  /** Every file that git does not ignore. */
  readonly sources: ReadonlySet<RepoPath>;
  /** The user's environment, as the runner gets it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly importsOf: (file: RepoPath) => readonly RepoPath[];
  readonly contents: Pick<Contents, 'hashOf' | 'writtenAt'>;
}

export interface Surroundings {
  /** Another one whenever something of it is different. */
  readonly hash: string;
  /** When the latest of the files was written, in milliseconds since 1970. */
  readonly writtenAt: number;
}

/** Files that act without being imported: they configure, replace or prepare something. */
const acting =
  /(?:^|\/)(?:__mocks__\/.+|conftest\.py|sitecustomize\.py|\.(?:npmrc|node-version|nvmrc|python-version|swcrc)|\.env[^/]*|\.mocharc[^/]*|\.?babel(?:\.config|rc)[^/]*|package\.json|[jt]sconfig[^/]*\.json|(?:vite|vitest|jest|playwright)\.[^/]+|(?:package-lock|npm-shrinkwrap)\.json|(?:yarn|pnpm-lock|bun|poetry|uv|pdm)[^/]*\.(?:lock|lockb|yaml)|pnpm-workspace\.yaml|Pipfile[^/]*|requirements[^/]*\.txt|pyproject\.toml|pytest\.ini|tox\.ini|setup\.(?:cfg|py))$/;
/** What differs from terminal to terminal and says nothing of the work. */
const passing =
  /^(?:_|SHLVL|PWD|OLDPWD|WINDOWID|COLUMNS|LINES|TERM_SESSION_ID|SECURITYSESSIONID|INVOCATION_ID|JOURNAL_STREAM|GPG_TTY|SSH_.*|XDG_SESSION_.*|VSCODE_.*|TMUX.*|STY)$/;

/** What holds for all test files of a project. */
export function surroundingsOf(project: TestProject, options: SurroundingsOptions): Surroundings {
  const { framework, folder, args, nodeArguments = [], environment = {} } = project;
  const { contents, root } = options;
  const files = filesAround(project, options);
  const installed = installedFor(project, options);
  const hash = hashOf([
    JSON.stringify([framework, folder, args, nodeArguments, environment]),
    ...files.map((file) => `${file} ${contents.hashOf(file)}`),
    ...[...stampsOf(installed.files)].map(([file, stamp]) => `${file} ${stamp}`),
    ...installed.names,
    ...Object.entries(options.environment)
      .filter(([name]) => !passing.test(name))
      .map(([name, value]) => `${name}=${value}`)
      .toSorted(),
  ]);
  const times = files.map((file) => contents.writtenAt(file) ?? 0);
  const below = installed.files.filter((file) => file.startsWith(root));
  const changed = below.map((file) => statSync(file, { throwIfNoEntry: false })?.ctimeMs ?? 0);
  return { hash, writtenAt: Math.max(0, ...times, ...changed) };
}

function filesAround(project: TestProject, { sources, importsOf }: SurroundingsOptions): RepoPath[] {
  const files = new Set<RepoPath>(project.configFiles);
  for (const file of files) for (const next of importsOf(file)) files.add(next);
  for (const file of sources) if (acting.test(file)) files.add(file);
  return [...files].toSorted();
}

/** What is installed, as far as its marks tell: package managers write them last. */
function installedFor(project: TestProject, { root, environment }: SurroundingsOptions) {
  const folder = path.join(root, project.folder);
  const isPython = project.framework === 'pytest' || project.framework === 'unittest';
  const program = isPython ? findPython(folder, root, environment) : 'node';
  const runtime = path.isAbsolute(program) ? program : (findExecutable(program, environment) ?? program);
  const runner = isPython ? null : findRunner(folder, project.framework);
  return {
    files: [runtime, ...watchedFiles(project, root), ...(isPython ? pythonPackageFolders(runtime, environment) : [])],
    names: [realPath(runtime), `${runner?.folder} ${runner?.version}`],
  };
}

function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}
