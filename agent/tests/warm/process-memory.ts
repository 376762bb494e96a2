// How much memory a process takes, where the system tells without asking another program.
import { readdirSync, readFileSync } from 'node:fs';
import { readStat } from '../../platform/process-table.ts';

/** Resident bytes of a process group; 0 when it cannot be told. */
export function memoryOfGroup(group: number): number {
  if (process.platform !== 'linux') return 0;
  const members = readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && Number(readStat(pid)?.[2]) === group);
  return members.reduce((sum, pid) => sum + memoryOf(pid), 0);
}

function memoryOf(pid: number): number {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
    return Number(kilobytes ?? 0) * 1024;
  } catch {
    return 0;
  }
}
