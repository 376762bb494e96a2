// The processes of the machine, as far as it takes to find every descendant of one of them.
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';

export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** Ended, and only waiting for its parent to ask how. */
  readonly isZombie: boolean;
}

/** Lists all processes. On Windows, and where nothing can tell, the list is empty. */
export async function listProcesses(): Promise<readonly ProcessEntry[]> {
  if (process.platform === 'linux') return readProc();
  return process.platform === 'win32' ? [] : await askPs();
}

/**
 * The process groups of `leader` and of everything below it, those included that a descendant opened for itself.
 * Never the groups in `spared`.
 */
export function groupsBelow(
  entries: readonly ProcessEntry[],
  leader: number,
  spared: ReadonlySet<number>,
): Set<number> {
  const groups = new Set<number>([leader]);
  const family = new Set<number>([leader]);
  for (let before = -1; before !== family.size;) {
    before = family.size;
    for (const entry of entries) {
      if (!family.has(entry.parent) && !groups.has(entry.group)) continue;
      family.add(entry.pid);
      if (!spared.has(entry.group)) groups.add(entry.group);
    }
  }
  return groups;
}

/** The processes at and below `leader` that run this program, in the order of their ids. Known on Linux alone. */
export async function programsBelow(leader: number, program: string): Promise<number[]> {
  if (process.platform !== 'linux') return [];
  const entries = await listProcesses();
  const own = entries.find(({ pid }) => pid === process.pid)?.group;
  const groups = groupsBelow(entries, leader, new Set([0, 1, own ?? 0]));
  const family = entries.filter(({ group, isZombie }) => groups.has(group) && !isZombie);
  return family.flatMap(({ pid }) => (programOf(pid) === program ? pid : []));
}

function programOf(pid: number): string | null {
  try {
    return path.basename(readlinkSync(`/proc/${pid}/exe`));
  } catch {
    return null;
  }
}

/** The fields of `/proc/<pid>/stat` that follow the command: state, parent, group …; null when it cannot be read. */
export function readStat(pid: number): readonly string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The command stands in parentheses and may itself hold spaces and parentheses.
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}

function readProc(): ProcessEntry[] {
  const entries: ProcessEntry[] = [];
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const [state = '', parent = '0', group = '0'] = readStat(pid) ?? [];
    if (state !== '') entries.push({ pid, parent: Number(parent), group: Number(group), isZombie: isOver(state) });
  }
  return entries;
}

function askPs(): Promise<ProcessEntry[]> {
  return new Promise((resolve) => {
    execFile('ps', ['-A', '-o', 'pid=,ppid=,pgid=,stat='], { maxBuffer: 16 * 1024 * 1024 }, (error, output) => {
      resolve(error === null ? parsePs(output) : []);
    });
  });
}

/** Reads `pid ppid pgid stat` lines. */
export function parsePs(output: string): ProcessEntry[] {
  return output.split('\n').flatMap((line) => {
    const [pid, parent, group, state = ''] = line.trim().split(/\s+/);
    const numbers = [Number(pid), Number(parent), Number(group)] as const;
    if (state === '' || !numbers.every(Number.isInteger)) return [];
    return [{ pid: numbers[0], parent: numbers[1], group: numbers[2], isZombie: isOver(state) }];
  });
}

function isOver(state: string): boolean {
  return state.startsWith('Z') || state.startsWith('X');
}
