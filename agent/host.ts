// An agent of this process: owns the repository's state, answers on a port, and leaves when it is told to or unused.
import { createAgent, type Agent } from './agent.ts';
import { serveCommand } from './command-host.ts';
import { assetPath } from './platform/assets.ts';
import type { Clock } from './platform/clock.ts';
import { Disposables } from './platform/disposables.ts';
import type { Log } from './platform/log.ts';
import type { Client, Disposer } from './protocol/client.ts';
import { FailureError, success, type Result } from './protocol/failure.ts';
import type { Program } from './protocol/wire.ts';
import { acquireAgentLock, type HeldAgentLock } from './server/agent-lock.ts';
import { createLocalClient } from './server/local-client.ts';
import { createAuthenticate } from './server/roles.ts';
import { startServer, type Server } from './server/server.ts';
import { languageFeatures } from './language-features.ts';
import { openWorkspace, type Workspace } from './workspace/workspace.ts';

export interface HostOptions {
  /** Absolute; anywhere in the repository. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly version: string;
  /** What this process was started from, so that commands of a later state of it notice. */
  readonly program?: Program | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly isTrusted: boolean;
  /** Answer on a port, for editors, browsers and other commands; a command that is over in a moment need not. */
  readonly isServing: boolean;
  /** Go on with executions that a crash left unfinished: only for an agent that stays. */
  readonly resumes?: boolean;
  /** Leave when nobody was connected and nothing ran for so long; null: never. */
  readonly idleExitMs: number | null;
  /** Name of the client in this process, for the audit trail. */
  readonly clientName: string;
  /** Also check what handlers answer against the contract: for development and tests. */
  readonly checksOutput?: boolean;
}

export interface Host {
  readonly workspace: Workspace;
  readonly agent: Agent;
  readonly client: Client;
  /** The dashboard's address, with the token that opens it; empty when nothing listens. */
  readonly dashboardAddress: string;
  /** Resolves when the agent was told to stop, or was not needed for long enough. */
  readonly stopped: Promise<void>;
  /** Resolves when no other client waits for something that runs here. */
  unneeded(): Promise<void>;
  dispose(): Promise<void>;
}

/** Becomes the repository's agent. Fails with `state_locked` when another process is, and as `openStore` does with its state. */
export async function openHost(options: HostOptions): Promise<Result<Host>> {
  const { folder, clock, log, environment, version, program } = options;
  // The workspace comes before the bus: what it has to tell meanwhile waits.
  const early: Notice[] = [];
  const notices = { raise: (notice: Notice): void => void early.push(notice) };
  const opened = await openWorkspace({
    root: folder,
    clock,
    log,
    environment,
    onNotice: (notice) => notices.raise(notice),
  });
  if (!opened.ok) return opened;
  const disposables = new Disposables();
  const workspace = disposables.use(opened.value);
  const held = await acquireAgentLock({ stateDirectory: workspace.stateDirectory, version, program, clock });
  if (!held.ok) {
    await disposables.dispose();
    return held;
  }
  disposables.defer(() => held.value.release());
  try {
    const host = await startHost(options, { workspace, lock: held.value, disposables });
    notices.raise = (notice) => host.agent.events.emit({ type: 'notice.raised', ...notice });
    early.forEach(notices.raise);
    return success(host);
  } catch (error) {
    await disposables.dispose();
    // The state cannot be worked with, which is said as what is locked is.
    if (error instanceof FailureError) return { ok: false, failure: error.failure };
    throw error;
  }
}

interface Notice {
  readonly id: string;
  readonly severity: 'info' | 'warning' | 'error';
  readonly message: string;
}

interface Owned {
  readonly workspace: Workspace;
  readonly lock: HeldAgentLock;
  readonly disposables: Disposables;
}

async function startHost(options: HostOptions, { workspace, lock, disposables }: Owned): Promise<Host> {
  const { clock, log, version, environment, isTrusted, isServing, resumes = false, checksOutput = false } = options;
  const stopped = Promise.withResolvers<void>();
  let server: Server | null = null;
  const host = {
    get address() {
      return server?.address ?? '';
    },
    clientCount: () => server?.clientCount() ?? 0,
    stop: () => stopped.resolve(),
  };
  const agent = disposables.use(
    await createAgent({ workspace, clock, log, version, environment, isTrusted, resumes, host }),
  );
  const audit = agent.audit;
  const dashboardAddress = () => (server === null ? '' : `${server.address}/?token=${lock.token}`);
  const clientFor = (client: string) =>
    createLocalClient({ handlers: agent.handlers, events: agent.events, client, audit, clock, log, checksOutput });
  const commands = {
    version,
    root: workspace.root,
    name: workspace.name,
    log,
    dashboardAddress,
    clientFor,
    stopped: stopped.promise,
  };
  if (isServing) {
    const idle = disposables.use(new IdleExit(options, agent, host.stop));
    server = await startServer({
      handlers: agent.handlers,
      rawRoutes: agent.rawRoutes,
      events: agent.events,
      authenticate: createAuthenticate([{ token: lock.token, role: 'admin' }]),
      version,
      root: workspace.root,
      clock,
      log,
      dashboardFolder: assetPath('dashboard'),
      language: languageFeatures(agent),
      audit,
      idempotency: agent.idempotency,
      serveCommand: (connection) => serveCommand(connection, commands),
      onClientCount: (count) => idle.clientsChanged(count),
      checksOutput,
    });
    disposables.use(server);
    await lock.publish(server.port);
    disposables.defer(() => lock.retract());
  }
  return {
    workspace,
    agent,
    client: clientFor(options.clientName),
    dashboardAddress: dashboardAddress(),
    stopped: stopped.promise,
    unneeded: () => unneeded(agent, () => host.clientCount(), clock),
    dispose: () => disposables.dispose(),
  };
}

const unneededCheckMs = 20;

/** Looks again and again, which costs nothing that matters: it happens only while a command is about to end. */
async function unneeded({ engine }: Agent, clientCount: () => number, clock: Clock): Promise<void> {
  while (clientCount() > 0 && !engine.isIdle()) {
    await new Promise<void>((resolve) => clock.schedule(unneededCheckMs, resolve));
  }
}

/** Stops an agent that nobody is connected to and that runs nothing. */
class IdleExit {
  readonly #options: HostOptions;
  readonly #agent: Agent;
  readonly #stop: () => void;
  #clients = 0;
  #cancel: Disposer = () => {};

  constructor(options: HostOptions, agent: Agent, stop: () => void) {
    this.#options = options;
    this.#agent = agent;
    this.#stop = stop;
    this.#wait();
  }

  clientsChanged(count: number): void {
    this.#clients = count;
    this.#cancel();
    if (count === 0) this.#wait();
  }

  dispose(): void {
    this.#cancel();
  }

  #wait(): void {
    const { idleExitMs, clock } = this.#options;
    if (idleExitMs === null) return;
    this.#cancel = clock.schedule(idleExitMs, () => {
      if (this.#clients === 0 && this.#agent.isIdle()) this.#stop();
      else if (this.#clients === 0) this.#wait();
    });
  }
}
