// How much memory processes take, where the system tells without asking another program.
import { readFile } from 'node:fs/promises';
import { groupsBelow, listProcesses } from './process-table.ts';

/** Resident bytes of each of these processes with everything below it. Empty where it cannot be told: elsewhere than on Linux. */
export async function memoryOf(leaders: readonly number[]): Promise<ReadonlyMap<number, number>> {
  if (process.platform !== 'linux') return new Map();
  const entries = await listProcesses();
  const none = new Set<number>();
  const taken = new Map<number, number>();
  for (const leader of leaders) {
    const groups = groupsBelow(entries, leader, none);
    const members = entries.filter(({ group, isZombie }) => groups.has(group) && !isZombie);
    const bytes = await Promise.all(members.map(({ pid }) => residentBytes(pid)));
    taken.set(
      leader,
      bytes.reduce((sum, each) => sum + each, 0),
    );
  }
  return taken;
}

/** 0 when it has ended meanwhile. */
async function residentBytes(pid: number): Promise<number> {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(await readFile(`/proc/${pid}/status`, 'latin1'))?.[1];
    return Number(kilobytes ?? 0) * 1024;
  } catch {
    return 0;
  }
}
