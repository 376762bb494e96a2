// What keeps a command to its folder, its variables and, where it is told so, off the network: bubblewrap or a container.
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Processes, ProcessSpec } from '../platform/processes.ts';
import { findExecutable } from '../platform/environment.ts';
import { failure, success, type Result } from '../protocol/failure.ts';
import type { Sandbox } from '../protocol/pipeline.ts';

export interface SandboxOptions {
  readonly processes: Processes;
  /** Absolute. */
  readonly root: string;
  /** Never seen from inside: it holds the agent's token. */
  readonly stateDirectory: string;
  /** The user's environment. */
  readonly environment: () => Readonly<Record<string, string>>;
}

export interface Sandboxes {
  /** The process kept as the policy says. Fails when this machine cannot, with what is missing; it never keeps it less. */
  wrap(policy: Sandbox, command: SandboxedCommand): Promise<Result<WrappedCommand>>;
  /** Runs what a wrapped command left to be done. */
  cleanUp(spec: NonNullable<WrappedCommand['cleanUp']>): Promise<void>;
}

export interface SandboxedCommand {
  /** The program and its arguments. */
  readonly argv: readonly string[];
  /** Absolute, in the repository. */
  readonly cwd: string;
  /** What the step itself declares; of the user only what the policy names is added. */
  readonly environment: Readonly<Record<string, string>>;
  /** Unique on this machine; letters, digits and dashes. */
  readonly name: string;
}

export interface WrappedCommand {
  readonly spec: Pick<ProcessSpec, 'command' | 'args' | 'cwd' | 'environment'>;
  readonly kind: 'bubblewrap' | 'container';
  /** Ends what would outlive the process; null where nothing does. */
  readonly cleanUp: Pick<ProcessSpec, 'command' | 'args' | 'cwd' | 'environment'> | null;
}

interface Probed {
  readonly bubblewrap: Result<string>;
  readonly container: Result<string>;
}

/** Probes at the first use what this machine can do, and keeps to the answer. */
export function createSandboxes(options: SandboxOptions): Sandboxes {
  let probed: Promise<Probed> | null = null;
  return {
    async cleanUp(spec) {
      await options.processes.start({ ...spec, signal: AbortSignal.timeout(20_000) }).exited;
    },
    async wrap(policy, command) {
      probed ??= probe(options);
      const { bubblewrap, container } = await probed;
      if (policy.kind === 'bubblewrap') {
        if (bubblewrap.ok) return success(inBubblewrap(bubblewrap.value, policy, command, options));
        // A container keeps it no less, where the step says which image.
        if (!container.ok || policy.image === undefined) return bubblewrap;
      }
      return container.ok ? success(inContainer(container.value, policy, command, options)) : container;
    },
  };
}

async function probe(options: SandboxOptions): Promise<Probed> {
  const environment = { ...options.environment() };
  const answers = async (command: string, args: readonly string[]) => {
    const exit = await options.processes.start({
      command,
      args,
      cwd: options.root,
      environment,
      signal: AbortSignal.timeout(20_000),
    }).exited;
    return exit.exitCode === 0;
  };
  const [bubblewrap, container] = await Promise.all([
    probeBubblewrap(environment, answers),
    probeContainer(environment, answers),
  ]);
  return { bubblewrap, container };
}

type Answers = (command: string, args: readonly string[]) => Promise<boolean>;

/** Arguments with which bubblewrap shows that it can make namespaces. */
export const bubblewrapProbe = '--ro-bind / / --dev /dev --proc /proc --unshare-pid --unshare-net true'.split(' ');

async function probeBubblewrap(
  environment: Readonly<Record<string, string>>,
  answers: Answers,
): Promise<Result<string>> {
  if (process.platform !== 'linux') return refused('bubblewrap works on Linux alone');
  const found = findExecutable('bwrap', environment);
  if (found === null) return refused('bubblewrap is not installed (bwrap is not on the PATH)');
  const works = await answers(found, bubblewrapProbe);
  return works ? success(found) : refused('bubblewrap is installed, but cannot make namespaces here');
}

async function probeContainer(
  environment: Readonly<Record<string, string>>,
  answers: Answers,
): Promise<Result<string>> {
  const tools = ['podman', 'docker'].flatMap((name) => findExecutable(name, environment) ?? []);
  for (const tool of tools)
    if ((await answers(tool, ['info', '--format', '{{json .}}'])) && (await answers(tool, ['ps', '--quiet'])))
      return success(tool);
  const why =
    tools.length === 0
      ? 'neither podman nor docker is installed'
      : `${tools.map((tool) => path.basename(tool)).join(' and ')} cannot start containers here`;
  return refused(why);
}

function refused(why: string): Result<never> {
  return failure('conflict', `the sandbox that the step asks for cannot be had: ${why}`);
}

/** Of the user's home these are never seen, even where the rest is. */
const privatePlaces = ['.ssh', '.aws', '.gnupg', '.kube', '.docker', '.config/gcloud', '.config/gh'] as const;
const privateFiles = ['.netrc', '.npmrc', '.pypirc', '.git-credentials'] as const;

function inBubblewrap(
  bwrap: string,
  policy: Sandbox,
  command: SandboxedCommand,
  options: SandboxOptions,
): WrappedCommand {
  const { root, stateDirectory } = options;
  const environment = allowedEnvironment(policy, command, options.environment());
  const home = environment['HOME'];
  const present = (names: readonly string[]) =>
    home === undefined ? [] : names.map((name) => path.join(home, name)).filter((each) => existsSync(each));
  const writable = policy.write.length === 0 ? [root] : policy.write.map((folder) => path.resolve(root, folder));
  const gitFolder = path.join(root, '.git');
  const args = [
    ...[
      '--die-with-parent',
      '--unshare-pid',
      '--unshare-ipc',
      '--unshare-uts',
      ...(policy.network ? [] : ['--unshare-net']),
    ],
    ...['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc', '--tmpfs', '/tmp'],
    ...present(privatePlaces).flatMap((place) => ['--tmpfs', place]),
    ...present(privateFiles).flatMap((file) => ['--ro-bind', '/dev/null', file]),
    ...['--ro-bind', root, root],
    ...writable.flatMap((folder) => ['--bind', folder, folder]),
    ...(existsSync(gitFolder) ? ['--ro-bind', gitFolder, gitFolder] : []),
    ...['--tmpfs', stateDirectory, '--chdir', command.cwd, '--', ...command.argv],
  ];
  return { spec: { command: bwrap, args, cwd: root, environment }, kind: 'bubblewrap', cleanUp: null };
}

function inContainer(
  tool: string,
  policy: Sandbox,
  command: SandboxedCommand,
  options: SandboxOptions,
): WrappedCommand {
  const { root, stateDirectory } = options;
  const own = options.environment();
  const inner = allowedEnvironment(policy, command, own);
  // PATH and HOME are those of the image.
  const passed = Object.keys(inner).filter(
    (name) => !['PATH', 'HOME'].includes(name) || command.environment[name] !== undefined,
  );
  const mode = policy.write.length === 0 ? 'rw' : 'ro';
  const mounts = [
    `type=bind,source=${root},target=${root}${mode === 'ro' ? ',readonly' : ''}`,
    ...policy.write
      .map((folder) => path.resolve(root, folder))
      .map((folder) => `type=bind,source=${folder},target=${folder}`),
    `type=tmpfs,target=${stateDirectory}`,
  ];
  const user = process.getuid === undefined ? [] : ['--user', `${process.getuid()}:${process.getgid?.() ?? 0}`];
  const args = [
    ...[
      'run',
      '--rm',
      '--init',
      '--pull',
      'never',
      '--name',
      command.name,
      '--network',
      policy.network ? 'bridge' : 'none',
    ],
    ...['--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', ...user],
    ...mounts.flatMap((mount) => ['--mount', mount]),
    // By name alone: values on a command line could be seen by everybody.
    ...passed.flatMap((name) => ['--env', name]),
    ...['--workdir', command.cwd, policy.image ?? '', ...command.argv],
  ];
  const environment = { ...own, ...inner };
  return {
    spec: { command: tool, args, cwd: root, environment },
    kind: 'container',
    cleanUp: { command: tool, args: ['rm', '--force', command.name], cwd: root, environment },
  };
}

const alwaysAllowed = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TERM', 'TZ', 'CI'] as const;

function allowedEnvironment(
  policy: Sandbox,
  command: SandboxedCommand,
  user: Readonly<Record<string, string>>,
): Record<string, string> {
  const allowed = new Set<string>([...alwaysAllowed, ...policy.environment]);
  return { ...Object.fromEntries(Object.entries(user).filter(([name]) => allowed.has(name))), ...command.environment };
}
