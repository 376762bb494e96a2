// Ending processes as a whole: the group of a leader, and the groups that its descendants opened.
import { setTimeout as delay } from 'node:timers/promises';
import { groupsBelow, listProcesses, type ProcessEntry } from './process-table.ts';

/** How long the kernel may take to clear away what got SIGKILL. */
const clearAwayMs = 2000;
const longestPollMs = 50;

/**
 * Ends the group that `leader` leads and all its descendants: `signal`, and SIGKILL for what is left after `killAfterMs`.
 * Resolves when none of them is left. POSIX only.
 */
export async function endGroups(
  leader: number,
  killAfterMs: number,
  signal: NodeJS.Signals = 'SIGTERM',
): Promise<void> {
  const groups = await stoppedFamily(leader);
  signalGroups(groups, signal);
  // A stopped process takes a signal only once it goes on.
  signalGroups(groups, 'SIGCONT');
  if (await areGone(groups, killAfterMs)) return;
  for (const group of await stoppedFamily(leader)) groups.add(group);
  signalGroups(groups, 'SIGKILL');
  await areGone(groups, clearAwayMs);
}

/** Whether anything is left in the group; what has ended but was not yet asked how counts. POSIX only. */
export function isGroupLeft(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch (error) {
    // Someone else's process (EPERM) is still a process.
    return isErrno(error) && error.code === 'EPERM';
  }
}

/** So often new groups are looked for: what is stopped starts none, so the second time mostly finds nothing. */
const mostLooks = 5;

/**
 * The groups of `leader` and its descendants, all of them stopped. A process that starts another one in a group of its own
 * just while it is ended would otherwise leave it behind.
 */
async function stoppedFamily(leader: number): Promise<Set<number>> {
  const groups = new Set<number>();
  for (let look = 0; look < mostLooks; look++) {
    const found = [...(await familyGroups(leader))].filter((group) => !groups.has(group));
    if (found.length === 0) break;
    for (const group of found) groups.add(group);
    signalGroups(new Set(found), 'SIGSTOP');
  }
  return groups;
}

async function familyGroups(leader: number): Promise<Set<number>> {
  const entries = await listProcesses();
  const own = entries.find((entry) => entry.pid === process.pid)?.group;
  return groupsBelow(entries, leader, new Set([0, 1, own ?? 0]));
}

function signalGroups(groups: ReadonlySet<number>, signal: NodeJS.Signals): void {
  for (const group of groups) {
    try {
      process.kill(-group, signal);
    } catch {
      // Gone already, or not ours to end: waiting for it tells which.
    }
  }
}

async function areGone(groups: ReadonlySet<number>, withinMs: number): Promise<boolean> {
  const end = performance.now() + withinMs;
  for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 2, longestPollMs)) {
    const left = [...groups].filter(isGroupLeft);
    if (left.length === 0) return true;
    // In a container nobody may ask how an orphan ended: what is dead but listed counts as gone.
    if (pauseMs === longestPollMs && onlyZombies(left, await listProcesses())) return true;
    if (performance.now() >= end) return false;
    await delay(pauseMs);
  }
}

function onlyZombies(groups: readonly number[], entries: readonly ProcessEntry[]): boolean {
  const members = entries.filter((entry) => groups.includes(entry.group));
  return entries.length > 0 && members.every((entry) => entry.isZombie);
}

function isErrno(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error;
}
