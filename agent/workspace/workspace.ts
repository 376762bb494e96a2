// The repository: its files, what changed in it, and the watching of it. Nothing is ever written into the work tree.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { ChangeSet } from '../protocol/change-set.ts';
import type { Disposer } from '../protocol/client.ts';
import { success, type Result } from '../protocol/failure.ts';
import type { RepoPath } from '../protocol/ids.ts';
import { createFileList, type FileList } from './file-list.ts';
import { openFolderSource } from './folder-source.ts';
import { openGitSource } from './git-source.ts';
import { findGit } from './git.ts';
import type { History } from './git-history.ts';
import type { Head } from './head.ts';
import { locate, type Environment, type Location } from './location.ts';
import type { Source } from './source.ts';
import { readTextFile } from './text-file.ts';
import { createTreeWatch } from './watching/tree-watch.ts';
import { WatchSession, type ChangeBatch, type Notice, type PendingChanges } from './watching/watch-session.ts';

export interface Workspace {
  /** Absolute, symbolic links resolved. */
  readonly root: string;
  readonly stateDirectory: string;
  /** False also where git is not installed. */
  readonly hasGit: boolean;
  /** The name of the root's folder. */
  readonly name: string;
  /**
   * Without `base`: the working tree (staged, unstaged and new files alike) against HEAD; on a clean tree HEAD against
   * its first parent; without any commit, everything. With `base`: the working tree against that very commit, not
   * against the merge base; `unknown_revision` when it names none. Without git: what differs from the state that
   * `markSeen` remembered, with `file times` as its base.
   */
  changes(base?: string): Promise<Result<ChangeSet>>;
  /** Fails with the place `base` where `changes` would, without comparing anything; no base always exists. */
  checkBase(base: string | undefined): Promise<Result<void>>;
  /** What is checked out. */
  head(): Promise<Head>;
  /** Commits and tags of the main branch since a time; empty without git. */
  history(since: number): Promise<History>;
  /** What git prints for arguments that only read; null without git, when it fails, and for more than 64 MB. */
  readGit(args: readonly string[]): Promise<string | null>;
  /** Every file not ignored, sorted, forward slashes. Kept up to date while watching. Symbolic links are not followed. */
  files(): Promise<readonly RepoPath[]>;
  /** The text of a file; null when it is missing, binary, over 2 MB, a symbolic link or outside of the repository. */
  read(path: RepoPath): string | null;
  /** The text of a file at a revision, such as the `base` of a change set; null where `read` would give null. */
  readBase(path: RepoPath, base: string): Promise<string | null>;
  /**
   * To be called after a run: without git, remembers the state that `changes` was worked out from (by default the
   * latest one), so that the next change set starts there. With git nothing needs remembering.
   */
  markSeen(changes?: ChangeSet): Promise<void>;
  /** Starts watching; ends when every disposer that it gave was called. */
  watch(): Promise<Disposer>;
  /**
   * Told when something changed that is not ignored: after 10 ms of quiet, at the latest after a second, and not while
   * git is in the middle of something. More than 1,000 paths come as `everything`.
   */
  onChange(listener: (batch: ChangeBatch) => void): Disposer;
  /** What changed before this call and was not told by `onChange` yet; null while nothing is watched. */
  pending(): Promise<PendingChanges | null>;
  dispose(): Promise<void>;
}

export type { Commit, History, Tag } from './git-history.ts';
export type { PendingChanges } from './watching/watch-session.ts';

export interface WorkspaceOptions {
  /** The repository's root, or any folder in it. */
  readonly root: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly environment: Environment;
  /** Told what the user has to know once: that not all folders can be watched. */
  readonly onNotice?: (notice: Notice) => void;
}

/** Fails with `not_a_repository` when the folder cannot be worked in: missing, a bare repository, not accepted by git. */
export async function openWorkspace(options: WorkspaceOptions): Promise<Result<Workspace>> {
  const location = locate(options.root, options.environment);
  if (!location.ok) return location;
  const source = await openSource(location.value, options);
  if (!source.ok) return source;
  return success(new OpenWorkspace(location.value, source.value.hasGit, source.value.source, options));
}

/** Where the repository of a folder begins and its state lies. Looks at files alone, so it takes less than a millisecond. */
export async function findRoot(
  folder: string,
  environment: Environment = process.env,
): Promise<Result<{ root: string; stateDirectory: string; hasGit: boolean }>> {
  const location = locate(folder, environment);
  if (!location.ok) return location;
  const { root, stateDirectory, git } = location.value;
  return success({ root, stateDirectory, hasGit: git !== null && findGit(environment) !== null });
}

async function openSource(
  location: Location,
  { environment, clock, log }: WorkspaceOptions,
): Promise<Result<{ source: Source; hasGit: boolean }>> {
  const { git } = location;
  if (git === null) return success({ source: openFolderSource(location, 'there is no git here'), hasGit: false });
  const executable = findGit(environment);
  if (executable === null)
    return success({ source: openFolderSource(location, 'git is not installed'), hasGit: false });
  const source = await openGitSource({ location: { ...location, git }, executable, environment, clock, log });
  return source.ok ? success({ source: source.value, hasGit: true }) : source;
}

class OpenWorkspace implements Workspace {
  readonly root: string;
  readonly stateDirectory: string;
  readonly hasGit: boolean;
  readonly name: string;
  readonly #source: Source;
  readonly #options: WorkspaceOptions;
  readonly #files: FileList;
  readonly #listeners = new Set<(batch: ChangeBatch) => void>();
  readonly #watchers = new Set<symbol>();
  #session: WatchSession | null = null;
  #started: Promise<void> = Promise.resolve();

  constructor({ root, stateDirectory }: Location, hasGit: boolean, source: Source, options: WorkspaceOptions) {
    this.root = root;
    this.stateDirectory = stateDirectory;
    this.hasGit = hasGit;
    this.name = path.basename(root) || root;
    this.#source = source;
    this.#options = options;
    this.#files = createFileList(() => source.listFiles());
  }

  async changes(base?: string): Promise<Result<ChangeSet>> {
    const pending = await this.pending();
    this.#source.touch(pending === null || pending.everything ? null : pending.paths);
    return await this.#source.changes(base);
  }

  async checkBase(base: string | undefined): Promise<Result<void>> {
    return base === undefined ? success(undefined) : await this.#source.checkBase(base);
  }

  async head(): Promise<Head> {
    return await this.#source.head();
  }

  async history(since: number): Promise<History> {
    return await this.#source.history(since);
  }

  async readGit(args: readonly string[]): Promise<string | null> {
    return await this.#source.readGit(args);
  }

  async files(): Promise<readonly RepoPath[]> {
    await this.#session?.settle();
    return await this.#files.all();
  }

  read(file: RepoPath): string | null {
    return readTextFile(this.root, file);
  }

  async readBase(file: RepoPath, base: string): Promise<string | null> {
    return await this.#source.readBase(file, base);
  }

  async markSeen(changes?: ChangeSet): Promise<void> {
    await this.#source.markSeen(changes);
  }

  async watch(): Promise<Disposer> {
    const watcher = Symbol('watcher');
    this.#watchers.add(watcher);
    if (this.#session === null) {
      this.#session = this.#openSession();
      this.#source.touch(null);
      this.#started = this.#session.start().then(() => this.#source.touch(null));
    }
    await this.#started;
    return () => {
      if (this.#watchers.delete(watcher) && this.#watchers.size === 0) void this.#closeSession();
    };
  }

  onChange(listener: (batch: ChangeBatch) => void): Disposer {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async pending(): Promise<PendingChanges | null> {
    return (await this.#session?.pending()) ?? null;
  }

  async dispose(): Promise<void> {
    this.#listeners.clear();
    this.#watchers.clear();
    await this.#closeSession();
    this.#source.dispose();
  }

  async #closeSession(): Promise<void> {
    const session = this.#session;
    this.#session = null;
    await session?.dispose();
  }

  #openSession(): WatchSession {
    const { clock, log, onNotice } = this.#options;
    const { rules, openGit } = this.#source;
    return new WatchSession({
      root: this.root,
      clock,
      log,
      rules,
      files: this.#files,
      openTree: createTreeWatch,
      ...(openGit === null ? {} : { openGit: (onActivity) => openGit({ clock, onActivity }) }),
      onBatch: (batch) => this.#tell(batch),
      onNotice: (notice) => {
        log.warn(notice.message);
        onNotice?.(notice);
      },
      maximumEvents: queuedEvents(),
    });
  }

  #tell(batch: ChangeBatch): void {
    this.#source.touch(batch.everything ? null : batch.paths);
    for (const listener of [...this.#listeners]) {
      try {
        listener(batch);
      } catch (error) {
        this.#options.log.error('a listener for changes failed', { error });
      }
    }
  }
}

/** How many events the system keeps until they are read; those beyond are lost. */
function queuedEvents(): number {
  try {
    return Number(readFileSync('/proc/sys/fs/inotify/max_queued_events', 'utf8')) || 8192;
  } catch {
    return 8192;
  }
}
