// Git, started through simple-git so that it reads and does nothing else: no hooks, no helpers, no prompts, no network, no locks.
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { simpleGit, type SimpleGitOptions } from 'simple-git';
import type { Clock } from '../platform/clock.ts';
import { openGitObjects, type GitObjects } from './git-objects.ts';
import type { Environment } from './location.ts';

export interface GitOutput {
  /** 0 and above: as git ended; below: it could not be started, or was stopped. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** More than `maximumBytes` were printed, and git was stopped. */
  readonly isCut: boolean;
}

export interface GitCall {
  /** Written to standard input. */
  readonly input?: string;
  /** Works on this index in place of the repository's own. */
  readonly indexFile?: string;
  readonly maximumBytes?: number;
}

export interface Git {
  /** Objects and ids, asked of processes that stay for a while. */
  readonly objects?: GitObjects;
  /** Never rejects: how git ended is in the output. */
  run(args: readonly string[], call?: GitCall): Promise<GitOutput>;
  /** Stops what runs. */
  dispose(): void;
}

/** Git that prints nothing for this long hangs: on a dead network drive, for instance. */
const silenceMs = 120_000;

/** Files above this size have no lines in a diff; git takes them for binary. */
export const bigFileBytes = 4 * 1024 * 1024;

/** The absolute path of the git executable on the PATH, or null. Never one in the current folder. */
export function findGit(environment: Environment): string | null {
  const name = process.platform === 'win32' ? 'git.exe' : 'git';
  const folders = (environment['PATH'] ?? environment['Path'] ?? '').split(path.delimiter);
  const files = folders.filter((folder) => path.isAbsolute(folder)).map((folder) => path.join(folder, name));
  return files.find(isExecutable) ?? null;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Git in `root`. `config` holds further `key=value` settings: what `neutralSettings` found to switch off.
 */
export function createGit(options: {
  executable: string;
  root: string;
  environment: Environment;
  config?: readonly string[];
  /** For questions that are asked again and again. */
  clock?: Clock;
}): Git {
  const disposal = new AbortController();
  const environment = harmlessEnvironment(options.environment);
  const config = [...harmlessConfig, ...(options.config ?? [])];
  const objects =
    options.clock === undefined
      ? undefined
      : openGitObjects({
          executable: options.executable,
          root: options.root,
          options: config.flatMap((setting) => ['-c', setting]),
          environment,
          clock: options.clock,
        });
  const base: Partial<SimpleGitOptions> = {
    baseDir: options.root,
    binary: options.executable,
    config,
    trimmed: false,
    completion: { onClose: true, onExit: false },
    timeout: { block: silenceMs },
    allowEnvironment: Object.keys(gitVariables),
    // The names sound worse than they are: these let us set the keys above, in order to switch things off.
    unsafe: {
      allowUnsafeFsMonitor: true,
      allowUnsafeHooksPath: true,
      allowUnsafeFilter: true,
      allowUnsafeCustomBinary: true,
    },
  };
  return {
    ...(objects === undefined ? {} : { objects }),
    run: async (args, call = {}) => await runOnce({ base, environment, args, call, disposal: disposal.signal }),
    dispose() {
      objects?.dispose();
      disposal.abort();
    },
  };
}

interface Invocation {
  readonly base: Partial<SimpleGitOptions>;
  readonly environment: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  readonly call: GitCall;
  readonly disposal: AbortSignal;
}

async function runOnce({ base, environment, args, call, disposal }: Invocation): Promise<GitOutput> {
  const limit = new AbortController();
  const ended = { exitCode: -1, stderr: '' };
  const { input, indexFile, maximumBytes = Number.POSITIVE_INFINITY } = call;
  try {
    const git = simpleGit({
      ...base,
      abort: AbortSignal.any([limit.signal, disposal]),
      ...(input === undefined ? {} : { input: () => input }),
      errors(_error, result) {
        ended.exitCode = result.exitCode;
        ended.stderr = Buffer.concat(result.stdErr).toString('utf8');
        return undefined;
      },
    });
    git.env({ ...environment, ...(indexFile === undefined ? {} : { GIT_INDEX_FILE: indexFile }) });
    git.outputHandler((_command, stdout) => {
      endPromptly(stdout);
      stopAbove(stdout, maximumBytes, () => limit.abort());
    });
    const stdout = await git.raw([...args]);
    return { ...ended, stdout, isCut: limit.signal.aborted };
  } catch (error) {
    // The folder is gone, or the process could not be started or was stopped; what git itself says is handled above.
    return { exitCode: -1, stdout: '', stderr: String(error), isCut: limit.signal.aborted };
  }
}

/** simple-git waits another 50 ms for a command that printed nothing; an empty chunk tells it that output was seen. */
function endPromptly(stdout: NodeJS.ReadableStream): void {
  queueMicrotask(() => stdout.emit('data', Buffer.alloc(0)));
}

function stopAbove(stdout: NodeJS.ReadableStream, maximumBytes: number, stop: () => void): void {
  let seen = 0;
  stdout.on('data', (chunk: Buffer) => {
    seen += chunk.length;
    if (seen > maximumBytes) stop();
  });
}

const harmlessConfig = [
  'core.fsmonitor=false',
  'core.hooksPath=/dev/null',
  'core.quotePath=false',
  `core.bigFileThreshold=${bigFileBytes}`,
  'color.ui=false',
  'log.showSignature=false',
  // Otherwise `git diff` would write the index when the times of files changed and nothing else.
  'diff.autoRefreshIndex=false',
];

const gitVariables = {
  GIT_OPTIONAL_LOCKS: '0',
  GIT_TERMINAL_PROMPT: '0',
  /** No protocol at all: a partial clone must not fetch what it lacks while we look. */
  GIT_ALLOW_PROTOCOL: 'none',
  GIT_NO_LAZY_FETCH: '1',
  GIT_INDEX_FILE: '',
} as const;

/** The user's environment without what would redirect git or let it start something. */
function harmlessEnvironment(environment: Environment): Record<string, string> {
  const isDropped = (name: string) => /^(git_.*|editor|visual|pager|prefix|ssh_askpass)$/i.test(name.trim());
  const kept = Object.entries(environment).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !isDropped(entry[0]),
  );
  const { GIT_INDEX_FILE: _onDemand, ...always } = gitVariables;
  return { ...Object.fromEntries(kept), ...always, LC_ALL: 'C' };
}

/**
 * Settings that switch off the filters which the repository's own configuration would run. Filters from the user's
 * or the system's configuration stay (git-lfs), as they were not brought along by the repository.
 * `configuration` is the output of `git config --list -z --show-scope`: scope, NUL, key, newline, value, NUL.
 */
export function neutralSettings(configuration: string): readonly string[] {
  const fields = configuration.split('\0');
  const settings: string[] = [];
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const isLocal = fields[index] === 'local' || fields[index] === 'worktree';
    const key = fields[index + 1]?.split('\n', 1)[0] ?? '';
    if (isLocal && /^filter\..+\.(clean|smudge|process)$/.test(key)) settings.push(`${key}=`);
    if (isLocal && /^filter\..+\.required$/.test(key)) settings.push(`${key}=false`);
  }
  return settings;
}
