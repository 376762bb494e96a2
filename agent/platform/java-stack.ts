// The stacks of Java processes that hang, as `jstack` of their JDK prints them.
import { execFile } from 'node:child_process';
import { findExecutable } from './environment.ts';
import { programsBelow } from './process-table.ts';

/** A process that does not answer is left. */
const patienceMs = 5000;
const mostBytes = 16 * 1024 * 1024;

/** One dump a process at and below `leader`, the last started one first; none where there is no JDK, and on other systems than Linux. */
export async function javaStacks(
  leader: number,
  environment: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const jstack = findExecutable('jstack', environment);
  if (jstack === null) return [];
  const family = (await programsBelow(leader, 'java')).toReversed();
  const dumps = await Promise.all(family.map((pid) => dumpOf(jstack, pid, environment)));
  return dumps.filter((dump) => dump !== null);
}

function dumpOf(jstack: string, pid: number, environment: Readonly<Record<string, string>>): Promise<string | null> {
  const options = { env: environment, timeout: patienceMs, maxBuffer: mostBytes };
  return new Promise((resolve) => {
    execFile(jstack, [String(pid)], options, (error, output) => resolve(error === null ? output : null));
  });
}
