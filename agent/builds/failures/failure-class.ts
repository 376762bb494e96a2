// What kind of failure it was, by its signs, and what to do about it.
import type { BuildFailure, BuildFailureClass, BuildProblem } from '../../protocol/build.ts';
import type { FailureSigns } from './failure-signs.ts';

export interface FailedAttempt {
  readonly exitCode: number | null;
  readonly signalName: string | null;
  readonly startError: string | null;
  readonly problems: readonly BuildProblem[];
  readonly signs: FailureSigns;
  /** Space that is left where the repository lies; null when that cannot be told. */
  readonly freeBytes: number | null;
  /** How to install what the project depends on, when that is known. */
  readonly install: string | null;
}

/** Less than this and no compiler gets far. */
const fullBytes = 20 * 1024 * 1024;
/** What a shell says when it does not find a command: POSIX, and cmd.exe. */
const notFoundCodes: ReadonlySet<number | null> = new Set([127, 9009]);
/** Ended by SIGKILL, as a shell tells it. */
const killedCode = 137;

/** What the machine lacks counts before what the code lacks: the one makes for messages about the other. */
export function classifyFailure(attempt: FailedAttempt): BuildFailure {
  const { signs, problems } = attempt;
  const first = (name: Parameters<FailureSigns['get']>[0]) => signs.get(name);
  const error = problems.find(({ severity }) => severity === 'error');
  const byMachine = machineFailure(attempt);
  if (byMachine !== null) return byMachine;
  const stale = first('stale_state');
  if (stale !== undefined) return failureOf('stale_state', stale, null);
  const dependency = first('missing_dependency');
  if (dependency !== undefined) return failureOf('missing_dependency', dependency, attempt.install);
  // A message about code may hold any word.
  if (error !== undefined) return failureOf('compile_error', placeOf(error), null);
  const tool =
    first('toolchain_missing') ??
    (notFoundCodes.has(attempt.exitCode)
      ? `exit code ${attempt.exitCode}: a command that it calls was not found`
      : undefined);
  if (tool !== undefined) return failureOf('toolchain_missing', tool, attempt.install);
  const network = first('network');
  if (network !== undefined) return failureOf('network', network, null);
  return failureOf('unknown', attempt.exitCode === null ? 'ended by a signal' : `exit code ${attempt.exitCode}`, null);
}

function machineFailure({ signs, freeBytes, exitCode, signalName, startError }: FailedAttempt): BuildFailure | null {
  const disk =
    signs.get('out_of_disk') ??
    (freeBytes !== null && freeBytes < fullBytes
      ? `${Math.round(freeBytes / 1e6)} MB are left on the disk`
      : undefined);
  if (disk !== undefined) return failureOf('out_of_disk', disk, null);
  const wasKilled = signalName === 'SIGKILL' || exitCode === killedCode;
  const memory =
    signs.get('out_of_memory') ??
    (wasKilled ? 'it was killed from outside, as a system does that runs out of memory' : undefined);
  if (memory !== undefined) return failureOf('out_of_memory', memory, null);
  return startError === null ? null : failureOf('toolchain_missing', `it could not be started: ${startError}`, null);
}

/** What to do; null where the code itself is to be put right. `install`: how, for this project. */
const suggestions: Readonly<Record<BuildFailureClass, ((install: string | null) => string) | null>> = {
  compile_error: null,
  missing_dependency: (install) =>
    install === null
      ? 'install what the message names, or declare it where the project declares its dependencies'
      : `run \`${install}\``,
  out_of_memory: () =>
    'build fewer targets at once (NOODLE_BUILD_PARALLEL_BUILDS), or give the compiler more memory (NODE_OPTIONS=--max-old-space-size=…, MAVEN_OPTS=-Xmx…)',
  out_of_disk: () => 'free some space; a smaller build cache (NOODLE_BUILD_CACHE_SIZE) may be part of it',
  network: () => 'check the connection, the proxy and the address of the registry, then build again',
  toolchain_missing: (install) =>
    install === null ? 'install it, or correct PATH' : `run \`${install}\`, or install it`,
  stale_state: () => 'remove what earlier builds have left, then build again',
  unknown: () => 'read the log of the step',
};

function failureOf(name: BuildFailureClass, evidence: string, install: string | null): BuildFailure {
  return { class: name, evidence: evidence.slice(0, 500), suggestion: suggestions[name]?.(install) ?? null };
}

function placeOf({ location: { file, line, column }, message }: BuildProblem): string {
  return `${file}:${line}${column === undefined ? '' : `:${column}`} ${message}`;
}

/** How a class is called in a sentence. */
export const classNames: Readonly<Record<BuildFailureClass, string>> = {
  compile_error: 'a compile error',
  missing_dependency: 'a missing dependency',
  out_of_memory: 'out of memory',
  out_of_disk: 'the disk is full',
  network: 'a fault of the network',
  toolchain_missing: 'a tool is missing',
  stale_state: 'a stale state of an earlier build',
  unknown: 'unknown',
};
