// Where a workspace's knowledge comes from: git, or the folder itself. One file each fills this interface.
import type { Clock } from '../platform/clock.ts';
import type { ChangeSet } from '../protocol/change-set.ts';
import type { Result } from '../protocol/failure.ts';
import type { History } from './git-history.ts';
import type { Head } from './head.ts';
import type { IgnoreRules } from './ignore-rules.ts';
import type { GitActivity } from './watching/git-activity.ts';

export interface Source {
  readonly rules: IgnoreRules;
  /** Every regular file that is not ignored, unsorted. */
  listFiles(): Promise<readonly string[]>;
  changes(base?: string): Promise<Result<ChangeSet>>;
  /** Something happened to these files since `changes` was asked; null: nobody knows to which. */
  touch(paths: readonly string[] | null): void;
  /** Fails as `changes` would for this base, without comparing anything. */
  checkBase(base: string): Promise<Result<void>>;
  /** The text of a file at a revision; null when it was not there, or is no text. */
  readBase(path: string, base: string): Promise<string | null>;
  head(): Promise<Head>;
  /** Commits and tags of the main branch since a time. */
  history(since: number): Promise<History>;
  /** What git prints for arguments that only read; null without git, when it fails, and for more than 64 MB. */
  readGit(args: readonly string[]): Promise<string | null>;
  markSeen(changes?: ChangeSet): Promise<void>;
  /** Watches what git does; null in a folder without git. */
  openGit: ((options: { clock: Clock; onActivity: () => void }) => GitActivity) | null;
  dispose(): void;
}
