// Starts processes with execa, each in its own group, and does not let go before the group is gone.
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';
import type { Processes } from './processes.ts';

export interface ChildProcessesOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Absolute; where running processes are noted for the next start of the agent (see orphans.ts). Null: nowhere. */
  readonly recordsFolder: string | null;
}

export declare function createProcesses(options: ChildProcessesOptions): Processes;
