// Who owns a state directory: `agent.lock` names its owner, and how to reach it. Exactly one process owns it at a time.
//
//   (no file) ──acquire──▶ claimed ──publish(port)──▶ serving ──retract──▶ claimed ──release──▶ (no file)
//
// Whatever the owner's end, a lock that it left is taken over by the next one: see state-guard.ts.
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../platform/clock.ts';
import { failure, success, type Failure, type Result } from '../protocol/failure.ts';
import { AgentClaim, AgentLock, type Program } from '../protocol/wire.ts';
import { claimFile, isProcessAlive, readText, removeFile, replaceFile } from './lock-file.ts';
import { contactGuard, startStateGuard, type GuardContact } from './state-guard.ts';

export interface AgentLockOptions {
  /** Absolute; made when it is missing. */
  readonly stateDirectory: string;
  readonly version: string;
  readonly program?: Program | undefined;
  readonly clock: Clock;
}

export interface HeldAgentLock {
  /** The secret that clients need, made anew for every agent. */
  readonly token: string;
  /** Says on which port the agent answers now. */
  publish(port: number): Promise<void>;
  /** The agent answers no more but still owns the state. */
  retract(): Promise<void>;
  /** Gives the state up. Nothing of it may be touched afterwards. */
  release(): Promise<void>;
}

/** Where the lock of a state directory lies. */
export function agentLockPath(stateDirectory: string): string {
  return path.join(stateDirectory, 'agent.lock');
}

/** Becomes the owner of the state, or fails with `state_locked`, naming the process that is. */
export async function acquireAgentLock(options: AgentLockOptions): Promise<Result<HeldAgentLock>> {
  await mkdir(options.stateDirectory, { recursive: true });
  const file = agentLockPath(options.stateDirectory);
  const id = randomUUID();
  const guard = await startStateGuard(id);
  const claim: AgentClaim = {
    pid: process.pid,
    version: options.version,
    program: options.program ?? null,
    startedAt: options.clock.now(),
    guardPort: guard.port,
    guardId: id,
  };
  const outcome = await claimFile(file, {
    text: JSON.stringify(claim),
    isStale: (text) => isStale(text, options.clock),
  });
  if (outcome === 'claimed') return success(heldLock(file, claim, guard));
  await guard.dispose();
  const owner = ownerOf(await readText(file));
  return { ok: false, failure: lockedBy(owner?.pid ?? null) };
}

/** What the lock file says, unchecked: null when there is none, or its agent does not answer (yet, or any more). */
export async function readAgentLock(stateDirectory: string): Promise<AgentLock | null> {
  const parsed = AgentLock.safeParse(jsonOf(await readText(agentLockPath(stateDirectory))));
  return parsed.success ? parsed.data : null;
}

export interface FindAgentOptions {
  readonly stateDirectory: string;
  readonly clock: Clock;
  /** How long to wait for an agent that starts or leaves. */
  readonly timeoutMs: number;
}

/** The lock of the agent that serves now; null when there is none. Waits for one that starts or leaves. */
export async function findAgent(options: FindAgentOptions): Promise<Result<AgentLock | null>> {
  const deadlineMs = options.clock.monotonicMs() + options.timeoutMs;
  for (;;) {
    const text = await readText(agentLockPath(options.stateDirectory));
    const owner = ownerOf(text);
    if (owner === null) return success(null);
    const contact = await contactOwner(owner, options.clock);
    if (contact === null) return success(null);
    const lock = AgentLock.safeParse(jsonOf(text));
    if (lock.success) {
      contact.hangUp();
      return success(lock.data);
    }
    // Written before the contact was there to hear of it.
    const isOutdated = (await readText(agentLockPath(options.stateDirectory))) !== text;
    const hasChanged = isOutdated || (await waitForChange(contact, options.clock, deadlineMs));
    contact.hangUp();
    if (!hasChanged) return { ok: false, failure: lockedBy(owner.pid) };
  }
}

const contactTimeoutMs = 3000;

/** Null when the owner is gone. */
async function contactOwner(owner: AgentClaim, clock: Clock): Promise<GuardContact | null> {
  if (owner.guardPort === null) return isProcessAlive(owner.pid) ? unguardedContact() : null;
  const contact = await contactGuard(owner.guardPort, owner.guardId, { clock, timeoutMs: contactTimeoutMs });
  // Another program may own the port of a dead agent now and say nothing; a process that hangs is alive.
  if (contact.state === 'alive' || (contact.state === 'hung' && isProcessAlive(owner.pid))) return contact;
  contact.hangUp();
  return null;
}

/** An owner without a loopback interface: it can be asked for nothing but its process. */
function unguardedContact(): GuardContact {
  return { state: 'alive', released: new Promise(() => {}), hangUp: () => {} };
}

async function isStale(text: string, clock: Clock): Promise<boolean> {
  const owner = ownerOf(text);
  if (owner === null) return true;
  const contact = await contactOwner(owner, clock);
  contact?.hangUp();
  return contact === null;
}

async function waitForChange(contact: GuardContact, clock: Clock, deadlineMs: number): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const stopWaiting = clock.schedule(Math.max(0, deadlineMs - clock.monotonicMs()), () => late.resolve(false));
  const hasChanged = await Promise.race([contact.released.then(() => true), late.promise]);
  stopWaiting();
  return hasChanged;
}

function heldLock(file: string, claim: AgentClaim, guard: Awaited<ReturnType<typeof startStateGuard>>): HeldAgentLock {
  const token = randomBytes(32).toString('base64url');
  const write = async (content: AgentClaim | AgentLock) => {
    await replaceFile(file, JSON.stringify(content));
    guard.releaseWaiting();
  };
  return {
    token,
    publish: (port) => write({ ...claim, port, token }),
    retract: () => write(claim),
    async release() {
      // Only its owner writes a file whose guard lives, so it is still ours, unless somebody removed it by hand.
      if (ownerOf(await readText(file))?.guardId === claim.guardId) await removeFile(file);
      await guard.dispose();
    },
  };
}

function ownerOf(text: string | null): AgentClaim | null {
  const parsed = AgentClaim.safeParse(jsonOf(text));
  return parsed.success ? parsed.data : null;
}

function jsonOf(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

function lockedBy(pid: number | null): Failure {
  const who = pid === null ? 'another agent' : `the agent with process id ${pid}`;
  return failure('state_locked', `The state of this repository belongs to ${who}.`).failure;
}
