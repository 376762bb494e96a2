// Which version of a program a build runs on: asked of the program once, and remembered as long as it is the same file.
import { closeSync, openSync, readFileSync, readSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { Clock } from '../platform/clock.ts';
import { findExecutable } from '../platform/environment.ts';
import { systemFiles } from '../platform/files.ts';
import type { Log } from '../platform/log.ts';
import type { Processes } from '../platform/processes.ts';

/** What programs are asked that do not know `--version`. */
const questions: Readonly<Record<string, readonly string[]>> = {
  go: ['version'],
  java: ['-version'],
  javac: ['-version'],
};

/** A script that stands for whatever version is chosen today (pyenv, asdf, rustup) is asked again after so long. */
const shimMs = 10 * 60_000;
const answerMs = 20_000;

const Known = z.record(z.string(), z.object({ identity: z.string(), version: z.string(), at: z.number() }));
type Known = z.infer<typeof Known>;

export interface ToolVersionsOptions {
  /** Absolute; what is known is kept in it, so that a new agent need not ask again. */
  readonly file: string;
  readonly processes: Processes;
  readonly clock: Clock;
  readonly log: Log;
}

export class ToolVersions {
  readonly #options: ToolVersionsOptions;
  readonly #asking = new Map<string, Promise<string>>();
  #known: Known | null = null;

  constructor(options: ToolVersionsOptions) {
    this.#options = options;
  }

  /** `node v24.1.0`, what the program says in its first line; `no <name>` where there is none. */
  async of(name: string, environment: Readonly<Record<string, string>>): Promise<string> {
    const file = findExecutable(name, environment);
    if (file === null) return `no ${name}`;
    const identity = identityOf(file, environment);
    this.#known ??= this.#load();
    const known = this.#known[file];
    const isCurrent = known?.identity === identity && (!isShim(file) || this.#options.clock.now() - known.at < shimMs);
    if (known !== undefined && isCurrent) return known.version;
    const key = `${file} ${identity}`;
    const asked = this.#asking.get(key) ?? this.#ask(name, file, identity, environment);
    this.#asking.set(key, asked);
    return await asked.finally(() => this.#asking.delete(key));
  }

  async #ask(
    name: string,
    file: string,
    identity: string,
    environment: Readonly<Record<string, string>>,
  ): Promise<string> {
    const { processes, clock, log } = this.#options;
    let output = '';
    const take = (text: string) => void (output += text);
    // Not in the repository, whose files could choose which program answers.
    const exit = await processes.start({
      command: file,
      args: questions[name] ?? ['--version'],
      cwd: path.parse(file).root,
      environment,
      onStdout: take,
      onStderr: take,
      signal: AbortSignal.timeout(answerMs),
    }).exited;
    const line = output
      .split('\n')
      .find((each) => each.trim() !== '')
      ?.trim();
    const version = exit.exitCode === 0 && line !== undefined ? `${name} ${line}` : `${name} ${identity}`;
    this.#known = { ...this.#known, [file]: { identity, version, at: clock.now() } };
    await systemFiles
      .writeAtomically(this.#options.file, JSON.stringify(this.#known))
      .catch((error: unknown) => log.warn('versions of tools could not be kept', { error }));
    return version;
  }

  #load(): Known {
    try {
      return Known.parse(JSON.parse(readFileSync(this.#options.file, 'utf8')));
    } catch {
      return {};
    }
  }
}

/** Another version has another real path, size or time, or is chosen by a variable. */
function identityOf(file: string, environment: Readonly<Record<string, string>>): string {
  const chosen = ['PYENV_VERSION', 'RUSTUP_TOOLCHAIN', 'ASDF_NODEJS_VERSION', 'JAVA_HOME', 'GOTOOLCHAIN'].map(
    (name) => environment[name] ?? '',
  );
  try {
    const real = realpathSync(file);
    const { size, mtimeMs } = statSync(real);
    return [real, size, mtimeMs, ...chosen].join(' ').trim();
  } catch {
    return file;
  }
}

function isShim(file: string): boolean {
  if (path.basename(realOf(file)) === 'rustup') return true;
  try {
    const handle = openSync(file, 'r');
    try {
      const start = Buffer.alloc(2);
      readSync(handle, start);
      return start.toString('latin1') === '#!';
    } finally {
      closeSync(handle);
    }
  } catch {
    return true;
  }
}

function realOf(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}
