// From the system's events to batches of changed paths: gathered until it is quiet, held back while git is at work.
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { Disposer } from '../../protocol/client.ts';
import type { RepoPath } from '../../protocol/ids.ts';
import type { FileList } from '../file-list.ts';
import type { IgnoreRules } from '../ignore-rules.ts';
import { createDebouncer, type Debouncer } from './debouncer.ts';
import { createFolderPoll, type FolderPoll } from './folder-poll.ts';
import type { GitActivity } from './git-activity.ts';
import { TrackedTree } from './tracked-tree.ts';
import type { TreeEvent, TreeWatch, TreeWatchOptions } from './tree-watch.ts';

/** What changed on disk since the last batch. */
export interface ChangeBatch {
  /** Sorted; empty when `everything` is set. */
  readonly paths: readonly RepoPath[];
  /** Another commit or branch is checked out. */
  readonly headMoved: boolean;
  /** Too much changed to tell, or events were lost. */
  readonly everything: boolean;
}

/** What changed and was not told yet. */
export type PendingChanges = Pick<ChangeBatch, 'paths' | 'everything'>;

/** Something that the user has to know once. */
export interface Notice {
  readonly id: string;
  readonly severity: 'info' | 'warning' | 'error';
  readonly message: string;
}

export interface WatchSessionOptions {
  readonly root: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly files: FileList;
  readonly rules: IgnoreRules;
  readonly openTree: (options: TreeWatchOptions) => TreeWatch;
  /** Absent in a folder without git. */
  readonly openGit?: (onActivity: () => void) => GitActivity;
  readonly onBatch: (batch: ChangeBatch) => void;
  readonly onNotice: (notice: Notice) => void;
  /** So many events in a second, and the system's queue may have overflowed. */
  readonly maximumEvents: number;
}

const quietMs = 10;
const maximumMs = 1000;
/** A batch of more paths is told as `everything`. */
const maximumPaths = 1000;
/** How long to wait for a lock to go away, before looking whether it was left behind. */
const lockPauseMs = 5000;

export class WatchSession {
  readonly #options: WatchSessionOptions;
  readonly #debouncer: Debouncer;
  readonly #tree: TreeWatch;
  readonly #poll: FolderPoll;
  readonly #git: GitActivity | null;
  readonly #tracked: TrackedTree;
  /** Paths that something happened to, not looked at yet; true: as entries of their folders. */
  #subjects = new Map<string, boolean>();
  #changed = new Set<string>();
  #isEverything = false;
  #second = { startedAt: 0, events: 0 };
  #queue: Promise<void> = Promise.resolve();
  #stopRetry: Disposer | null = null;
  #hasRefused = false;
  #isDisposed = false;

  constructor(options: WatchSessionOptions) {
    this.#options = options;
    const { clock, root, rules, files } = options;
    const onEvent = (event: TreeEvent) => this.#take(event);
    this.#debouncer = createDebouncer({
      clock,
      quietMs,
      maximumMs,
      fire: () => void this.#exclusively(() => this.#deliver()),
    });
    this.#tree = options.openTree({ root, onEvent });
    this.#poll = createFolderPoll({ root, clock, onEvent });
    this.#git = options.openGit?.(() => this.#debouncer.touch()) ?? null;
    const onRefused = (folder: string) => this.#tellRefused(folder);
    this.#tracked = new TrackedTree({ root, files, rules, tree: this.#tree, poll: this.#poll, onRefused });
  }

  /** Resolves when every folder is watched: what changes from then on is told. */
  async start(): Promise<void> {
    this.#options.files.keep(this.#tree.isImmediate);
    await this.#exclusively(() => this.#tracked.startOver());
  }

  /** Brings the list of files up to date with all that happened so far. */
  async settle(): Promise<void> {
    await waitingEventsRead();
    await this.#exclusively(() => this.#lookAtSubjects());
  }

  /**
   * What happened until now and waits to be told, which it is all the same. Where the system tells late, or not at all,
   * everything may have changed.
   */
  async pending(): Promise<PendingChanges> {
    await this.settle();
    const everything = this.#isEverything || !this.#tree.isImmediate || this.#poll.isNeeded();
    // What was found in the tree itself is a path of the repository.
    return { paths: everything ? [] : ([...this.#changed].sort() as RepoPath[]), everything };
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true;
    this.#debouncer.cancel();
    this.#stopRetry?.();
    await this.#queue;
    this.#tree.dispose();
    this.#poll.dispose();
    this.#git?.dispose();
    this.#options.files.keep(false);
  }

  #take({ path, isEntry }: TreeEvent): void {
    if (this.#isDisposed) return;
    const subject = this.#tracked.subjectOf(path);
    const mayBeLost = this.#countEvent() || path === '';
    if (mayBeLost || this.#subjects.size >= this.#options.maximumEvents) this.#isEverything = true;
    else if (subject === null) return;
    else this.#subjects.set(subject, isEntry || subject !== path || this.#subjects.get(subject) === true);
    this.#debouncer.touch();
  }

  /** True when so many events came at once that others may have found the system's queue full. */
  #countEvent(): boolean {
    const now = this.#options.clock.monotonicMs();
    if (now - this.#second.startedAt > 1000) this.#second = { startedAt: now, events: 0 };
    this.#second.events += 1;
    return this.#second.events > this.#options.maximumEvents;
  }

  /** One after the other: what is looked at changes what is known. A failure is logged, and then everything counts as changed. */
  async #exclusively(work: () => Promise<void>): Promise<void> {
    const guarded = async () => {
      if (this.#isDisposed) return;
      try {
        await work();
      } catch (error) {
        if (this.#isDisposed) return;
        this.#options.log.error('watching failed; everything counts as changed', { error });
        this.#isEverything = true;
      }
    };
    this.#queue = this.#queue.then(guarded);
    await this.#queue;
  }

  async #deliver(): Promise<void> {
    if (await this.#isHeldBack()) return;
    const headMoved = this.#git?.takeHeadMove() ?? false;
    // HEAD moves after the files; what was read from the disk just now can be ahead of the events about them.
    if (headMoved) await waitingEventsRead();
    await this.#lookAtSubjects();
    const mustStartOver = this.#isEverything;
    this.#isEverything = false;
    this.#second.events = 0;
    if (mustStartOver) await this.#tracked.startOver();
    else if (headMoved) await this.#tracked.followHead();
    this.#tell(headMoved, mustStartOver || this.#changed.size > maximumPaths);
  }

  #tell(headMoved: boolean, everything: boolean): void {
    // What was found in the tree itself is a path of the repository.
    const paths = everything ? [] : ([...this.#changed].sort() as RepoPath[]);
    this.#changed = new Set();
    if (this.#isDisposed) return;
    if (everything || headMoved || paths.length > 0) this.#options.onBatch({ paths, headMoved, everything });
  }

  /** The end of what git does is an event that asks again; the end of a process that was killed is not. */
  async #isHeldBack(): Promise<boolean> {
    const busy = (await this.#git?.busyWith()) ?? null;
    this.#stopRetry?.();
    this.#stopRetry = busy === 'lock' ? this.#options.clock.schedule(lockPauseMs, () => this.#debouncer.touch()) : null;
    return busy !== null;
  }

  async #lookAtSubjects(): Promise<void> {
    const written = this.#git?.takeWrites() ?? { index: false, rules: false };
    if (written.index) this.#tracked.forgetIgnoredFiles();
    if (written.rules) this.#isEverything = true;
    const subjects = this.#subjects;
    this.#subjects = new Map();
    if (subjects.size === 0) return;
    const { changed, rulesChanged } = await this.#tracked.lookAt(subjects);
    for (const path of changed) this.#changed.add(path);
    if (rulesChanged) this.#isEverything = true;
  }

  #tellRefused(folder: string): void {
    if (this.#hasRefused) return;
    this.#hasRefused = true;
    this.#options.onNotice(refusedNotice(folder));
  }
}

/** The system's events are read between two turns of the event loop. */
async function waitingEventsRead(): Promise<void> {
  await setImmediate();
  await setImmediate();
}

function refusedNotice(folder: string): Notice {
  const where = folder === '' ? 'the root of the repository' : folder;
  const advice = process.platform === 'linux' ? '; raise it with `sudo sysctl fs.inotify.max_user_watches=524288`' : '';
  return {
    id: 'watch-limit',
    severity: 'warning',
    message: `the system's limit of watched folders was reached at ${where}: what is beyond it is looked at every few seconds instead${advice}`,
  };
}
