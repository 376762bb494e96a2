// The session of a command: the repository's living agent where there is one, else an agent of this process.
import path from 'node:path';
import type { OpenSession, Session, SessionOptions } from './cli/cli.ts';
import type { HostOptions } from './host.ts';
import type { Clock } from './platform/clock.ts';
import type { Log } from './platform/log.ts';
import { failure, success, type Result } from './protocol/failure.ts';
import type { AgentLock, Program } from './protocol/wire.ts';
import { findAgent } from './server/agent-lock.ts';
import { connectClient } from './client/client.ts';
import { findRoot } from './workspace/workspace.ts';

export interface SessionEnvironment {
  readonly clock: Clock;
  readonly log: Log;
  readonly version: string;
  /** What this process was started from. */
  readonly program?: Program | undefined;
  /** Told what the user should know of the agent that answers. */
  readonly tell?: (line: string) => void;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const otherAgentTimeoutMs = 15_000;
const attempts = 3;

/** The way in which commands of this process open their sessions. */
export function createOpenSession(surroundings: SessionEnvironment): OpenSession {
  return async (options) => {
    if (options.agent === 'own') return await ownSession(surroundings, options);
    let result = await anySession(surroundings, options);
    // Agents come and go: what was true when we looked may be over when we connect.
    for (let attempt = 2; attempt <= attempts && isPassing(result); attempt++)
      result = await anySession(surroundings, options);
    return result;
  };
}

async function anySession(surroundings: SessionEnvironment, options: SessionOptions): Promise<Result<Session>> {
  const live = await liveSession(surroundings, options);
  if (live !== null) return live;
  return options.agent === 'live'
    ? failure('not_found', 'no agent runs for this repository', { hint: 'Start one that stays: `noodle serve`.' })
    : await ownSession(surroundings, options);
}

/** Null when no agent serves the repository. */
async function liveSession(
  { clock, version, environment, program, tell }: SessionEnvironment,
  { folder, clientName, agent }: SessionOptions,
): Promise<Result<Session> | null> {
  const found = await findRoot(folder, environment);
  if (!found.ok) return found;
  const { root, stateDirectory } = found.value;
  const lock = await findAgent({ stateDirectory, clock, timeoutMs: otherAgentTimeoutMs });
  if (!lock.ok) return lock;
  if (lock.value === null) return null;
  const connected = await connectClient({
    port: lock.value.port,
    token: lock.value.token,
    client: clientName,
    clientVersion: version,
    clock,
  });
  if (!connected.ok) return connected;
  const client = connected.value;
  // Who asks about the agent itself, as to stop it, knows.
  if (agent !== 'live' && isOutdated(lock.value.program, program)) tell?.(outdatedNote(lock.value.pid));
  const ended = new Promise<void>((resolve) => client.onClosed(() => resolve()));
  return success({
    client,
    root,
    name: path.basename(root),
    dashboardAddress: addressOf(lock.value),
    isOwnAgent: false,
    ended,
    dispose: async () => client.dispose(),
  });
}

async function ownSession(surroundings: SessionEnvironment, options: SessionOptions): Promise<Result<Session>> {
  const hostOptions: HostOptions = { ...surroundings, ...options, resumes: options.agent === 'own' };
  // Most of the program: whoever talks to a living agent never loads it.
  const { openHost } = await import('./host.ts');
  const opened = await openHost(hostOptions);
  if (!opened.ok) return opened;
  const host = opened.value;
  if (options.isWatching) await host.agent.startWatching();
  return success({
    client: host.client,
    root: host.workspace.root,
    name: host.workspace.name,
    dashboardAddress: host.dashboardAddress,
    isOwnAgent: true,
    ended: host.stopped,
    async dispose() {
      // Another command may have found this agent and run something on it.
      // Who told the agent to stop does not wait for what others want of it.
      if (options.agent === 'any') await Promise.race([host.unneeded(), host.stopped]);
      await host.dispose();
    },
  });
}

/** The agent was started from where this program lies, before that changed. */
function isOutdated(theirs: Program | null, ours: Program | undefined): boolean {
  return theirs !== null && ours !== undefined && theirs.root === ours.root && theirs.build !== ours.build;
}

/** As in bin/ask-agent.mjs. */
function outdatedNote(pid: number): string {
  return `noodle: the agent that answers (process ${pid}) was started before the program changed; \`noodle stop\` ends it, and the next one is up to date`;
}

/** The agent was leaving while we came, or another process became the agent before us. */
function isPassing(result: Result<Session>): boolean {
  return (
    !result.ok &&
    ['state_locked', 'not_running', 'disconnected', 'not_an_agent', 'shutting_down', 'unauthorized'].includes(
      result.failure.reason,
    )
  );
}

function addressOf({ port, token }: AgentLock): string {
  return `http://127.0.0.1:${port}/?token=${token}`;
}
