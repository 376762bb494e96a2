// Running processes are noted in the state directory, so that the next start of the agent can end what a crash left.
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';
import { endGroups } from './process-group.ts';
import { readStat } from './process-table.ts';

const ProcessRecord = z.object({
  pid: z.int().min(2),
  /** When it was started, by the wall clock. */
  startedAt: z.number(),
  /** Boot and start time as the kernel counts it, where that can be read: no other process ever has the same. */
  identity: z.string().nullable(),
});
type ProcessRecord = z.infer<typeof ProcessRecord>;

export interface ProcessRecords {
  add(pid: number): void;
  remove(pid: number): void;
}

/** Where the agent that owns a state directory notes its processes. */
export function processRecordsFolder(stateDirectory: string): string {
  return path.join(stateDirectory, 'processes');
}

/** Clocks and `ps` are exact to a second. */
const startToleranceMs = 2000;

/** Notes in `folder`, one small file a process; where the disk does not take it, a warning is logged once. */
export function createProcessRecords(folder: string, clock: Clock, log: Log): ProcessRecords {
  let hasWarned = false;
  const attempt = (write: () => void) => {
    try {
      write();
    } catch (error) {
      if (!hasWarned) log.warn('running processes cannot be noted', { error });
      hasWarned = true;
    }
  };
  attempt(() => mkdirSync(folder, { recursive: true }));
  const fileOf = (pid: number) => path.join(folder, `${pid}.json`);
  return {
    add: (pid) => {
      const record: ProcessRecord = { pid, startedAt: clock.now(), identity: identityOf(pid) };
      attempt(() => writeFileSync(fileOf(pid), JSON.stringify(record)));
    },
    remove: (pid) => attempt(() => rmSync(fileOf(pid), { force: true })),
  };
}

/**
 * Ends what an agent that is gone left running, as noted in `folder`, with all descendants; answers how many process
 * groups there were. A process that merely got the same id since is recognised by its start time and left alone.
 * Only for the agent that owns the state directory.
 */
export async function endOrphans(folder: string, log: Log): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const ended = await Promise.all(names.map((name) => endOrphan(path.join(folder, name), log)));
  return ended.filter(Boolean).length;
}

async function endOrphan(file: string, log: Log): Promise<boolean> {
  const record = await readRecord(file);
  const isOurs = record !== null && (await isSameProcess(record));
  if (isOurs) {
    log.info('ending a process that an earlier agent left', { pid: record.pid });
    await endTree(record.pid);
  }
  rmSync(file, { force: true });
  return isOurs;
}

async function readRecord(file: string): Promise<ProcessRecord | null> {
  try {
    const parsed = ProcessRecord.safeParse(JSON.parse(await readFile(file, 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    // Half written by the crash, or gone.
    return null;
  }
}

async function isSameProcess(record: ProcessRecord): Promise<boolean> {
  if (record.pid === process.pid) return false;
  if (process.platform === 'linux') return record.identity !== null && identityOf(record.pid) === record.identity;
  const startedAt = await startTimeOf(record.pid);
  return startedAt !== null && Math.abs(startedAt - record.startedAt) <= startToleranceMs;
}

/** Field 22 of /proc/<pid>/stat, clock ticks since this boot, beside the boot's id. */
function identityOf(pid: number): string | null {
  if (process.platform !== 'linux') return null;
  const startTicks = readStat(pid)?.[19];
  if (startTicks === undefined) return null;
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()}:${startTicks}`;
  } catch {
    return null;
  }
}

function startTimeOf(pid: number): Promise<number | null> {
  const [command, args] =
    process.platform === 'win32'
      ? [
          'powershell.exe',
          ['-NoProfile', '-Command', `(Get-Process -Id ${pid}).StartTime.ToUniversalTime().ToString('o')`],
        ]
      : ['ps', ['-o', 'lstart=', '-p', String(pid)]];
  return new Promise((resolve) => {
    execFile(command, args, { env: { ...process.env, LC_ALL: 'C' }, windowsHide: true }, (error, output) => {
      const time = error === null ? Date.parse(output.trim()) : Number.NaN;
      resolve(Number.isNaN(time) ? null : time);
    });
  });
}

function endTree(pid: number): Promise<void> {
  if (process.platform !== 'win32') return endGroups(pid, startToleranceMs);
  return new Promise((resolve) => {
    execFile('taskkill.exe', ['/pid', String(pid), '/T', '/F'], { windowsHide: true }, () => resolve());
  });
}
