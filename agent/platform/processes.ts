// Child processes as the engine starts them: each in its own process group, killed as a whole, watched until it is gone.

export interface ProcessSpec {
  /** An executable, or a shell command line when `shell` is true. */
  readonly command: string;
  readonly args?: readonly string[];
  readonly shell?: boolean;
  /** Absolute. */
  readonly cwd: string;
  /** The whole environment of the child. */
  readonly environment: Readonly<Record<string, string>>;
  readonly stdin?: 'ignore' | 'pipe';
  /** When it returns a promise, the stream is held back until that settles: endless output costs no memory. */
  readonly onStdout?: (text: string) => void | Promise<void>;
  readonly onStderr?: (text: string) => void | Promise<void>;
  /** The output is a report for `onStdout` and nothing to read: a step keeps it out of its log. */
  readonly isStdoutReport?: boolean;
  /** When given, file descriptor 3 of the child is a pipe, and each line written to it arrives here (without its newline). */
  readonly onReport?: (line: string) => void;
  /** Aborting kills the process group: SIGTERM, and SIGKILL after `killAfterMs` (default 2,000). */
  readonly signal?: AbortSignal;
  readonly killAfterMs?: number;
  /** The signal that asks it to end, where that is another than SIGTERM. */
  readonly endSignal?: NodeJS.Signals;
  /** Called with its id before it is killed, which waits for that: what it is at can still be seen. Not on Windows. */
  readonly beforeKill?: (pid: number) => Promise<void>;
  /** Answers with a process that stands by and takes the place of a new one; null: a new one is started. */
  readonly instead?: (spec: ProcessSpec) => ProcessHandle | null;
}

export interface ProcessExit {
  readonly exitCode: number | null;
  readonly signalName: string | null;
  /** Set when the process could not be started: `ENOENT`, `EACCES` … */
  readonly startError: string | null;
  readonly durationMs: number;
}

export interface ProcessHandle {
  readonly pid: number | null;
  /** Resolves when the process has ended, its output is drained and its group is gone; never rejects. */
  readonly exited: Promise<ProcessExit>;
  write(text: string): void;
  /** Writes to the child's file descriptor 3, which is open in both directions where `onReport` was given. */
  send(text: string): void;
  kill(): void;
}

export interface Processes {
  start(spec: ProcessSpec): ProcessHandle;
  /** Whether what runs, and what is started meanwhile, gives way to others on a busy machine. */
  yield(isYielding: boolean): void;
  /** Kills whatever still runs, and waits for it. */
  dispose(): Promise<void>;
}
