// One attempt at a build: the command from its start to its end, with what it printed.
import { mkdir, statfs } from 'node:fs/promises';
import path from 'node:path';
import type { StepContext } from '../engine/engine.ts';
import { createLineSplitter } from '../platform/line-splitter.ts';
import type { ProcessExit } from '../platform/processes.ts';
import type { BuildProblem, BuildTarget } from '../protocol/build.ts';
import { buildEnvironment, runnableCommand } from './build-command.ts';
import { keptLogLength } from './cache/build-cache.ts';
import { createSignReader, type FailureSigns } from './failures/failure-signs.ts';
import { createProblemParser, stripColours } from './problems/problem-parser.ts';
import { scratchOf, usesScratch } from './scratch.ts';

export interface AttemptOptions {
  /** Absolute path of the repository. */
  readonly root: string;
  /** Absolute; the scratch folders of all targets. */
  readonly scratchFolder: string;
  readonly environment: Readonly<Record<string, string>>;
}

export interface Attempt extends Pick<ProcessExit, 'exitCode' | 'signalName' | 'startError'> {
  readonly problems: readonly BuildProblem[];
  readonly signs: FailureSigns;
  /** The end of what was printed. */
  readonly log: string;
  readonly freeBytes: number | null;
}

const longestLine = 10_000;

/** Runs the command, streaming its output into the step's log. */
export async function attemptBuild(
  target: BuildTarget,
  context: StepContext,
  options: AttemptOptions,
): Promise<Attempt> {
  const { root } = options;
  const scratch = scratchOf(target, options.scratchFolder);
  if (usesScratch(target)) await mkdir(scratch, { recursive: true });
  const environment = buildEnvironment(target, root, { environment: options.environment, scratch });
  const command = runnableCommand(target, environment, scratch);
  const cwd = path.join(root, target.folder);
  const output = readOutput(root, cwd);
  context.log(`$ ${command}\n`);
  const take = (text: string) => {
    context.touch();
    output.push(text);
  };
  const exit = await context.run({ command, shell: true, cwd, environment, onStdout: take, onStderr: take });
  const hasFailed = exit.startError !== null || exit.exitCode !== 0;
  const { exitCode, signalName, startError } = exit;
  return {
    ...output.finish(),
    exitCode,
    signalName,
    startError,
    freeBytes: hasFailed ? await freeBytesAt(root) : null,
  };
}

/** Reads problems and signs of failures out of what is printed, or was printed by an earlier build. */
export function readOutput(
  root: string,
  cwd: string,
): { push(text: string): void; finish(): Pick<Attempt, 'problems' | 'signs' | 'log'> } {
  const parser = createProblemParser(root, cwd);
  const signs = createSignReader();
  const lines = createLineSplitter((line) => signs.take(stripColours(line)), longestLine);
  let log = '';
  return {
    push(text) {
      parser.push(text);
      lines.push(text);
      log += text;
      if (log.length > 2 * keptLogLength) log = log.slice(-keptLogLength);
    },
    finish() {
      lines.end();
      return { problems: parser.finish(), signs: signs.found, log: log.slice(-keptLogLength) };
    },
  };
}

async function freeBytesAt(folder: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    return null;
  }
}
