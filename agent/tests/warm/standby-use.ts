// What an adapter says of a process that can be made ready before it is known what to run.
import type { ProcessSpec } from '../../platform/processes.ts';

export interface StandbyUse {
  /** How it is started. Two uses with an equal start are served by the same process. */
  readonly start: Required<Pick<ProcessSpec, 'args' | 'cwd' | 'environment' | 'command'>>;
  /** What it is told when it is needed: one message. */
  readonly order: Readonly<Record<string, unknown>>;
  /** Absolute; when one of them changes, appears or goes, the process is worthless. */
  readonly watched: readonly string[];
  /** It has looked at which files there are: worthless once there are others. */
  readonly knowsFiles: boolean;
  /** Absolute; configuration that it must report as loaded: what it loaded unseen could change unseen. */
  readonly mustLoad: readonly string[];
  /** It serves one run after the other, and says `done` after each. */
  readonly isLasting: boolean;
}
