// The history of the repository, as far as the graph asks it: read from git once, then only what is new.
import { z } from 'zod';
import type { Log } from '../../platform/log.ts';
import type { RepoPath } from '../../protocol/ids.ts';
import { loadCommitFiles, saveCommitFiles } from '../../store/history.ts';
import type { Store } from '../../store/store.ts';
import { CoChanges, commitFormat, noCommits, parseCommits, withCommits } from './commit-files.ts';
import type { CoChange, CommitFiles, FileHistory } from './commit-files.ts';

export interface HistoryOptions {
  readonly store: Store;
  readonly log: Log;
  /** `workspace.readGit`: what git prints, null where it cannot. */
  readonly readGit: (args: readonly string[]) => Promise<string | null>;
}

export interface History {
  /** Reads what is new up to a commit, in the background. Nobody waits: what is not known yet orders nothing. */
  follow(head: string | null): void;
  /** Of the changes of `file`, how many changed `other` too; null when that is not known or never happened. */
  coChange(file: RepoPath, other: RepoPath): CoChange | null;
  /** Who changed files last and most, and what changed with them; null when nothing is known. */
  about(files: readonly RepoPath[]): FileHistory | null;
  /** Resolves when what was begun is done. */
  settled(): Promise<void>;
}

const mostCommits = 20_000;
/** Of files that changed with one. */
const mostPartners = 5;
const Content = z.object({
  files: z.array(z.string()),
  authors: z.array(z.string()),
  commits: z.array(z.object({ hash: z.string(), at: z.number(), author: z.number(), files: z.array(z.number()) })),
});

/** Nothing is read before the first question. */
export function createHistory(options: HistoryOptions): History {
  return new RepositoryHistory(options);
}

class RepositoryHistory implements History {
  readonly #options: HistoryOptions;
  #head: string | null = null;
  #files: CommitFiles = noCommits;
  #isLoaded = false;
  #coChanges: CoChanges | null = null;
  #reading: Promise<void> | null = null;

  constructor(options: HistoryOptions) {
    this.#options = options;
  }

  follow(head: string | null): void {
    this.#load();
    if (head === null || head === this.#head || this.#reading !== null) return;
    this.#reading = this.#read(head)
      .catch((error: unknown) => this.#options.log.warn('the history could not be read', { error }))
      .finally(() => {
        this.#reading = null;
      });
  }

  coChange(file: RepoPath, other: RepoPath): CoChange | null {
    return this.#known().between(file, other);
  }

  about(files: readonly RepoPath[]): FileHistory | null {
    return this.#known().about(files, mostPartners);
  }

  async settled(): Promise<void> {
    await this.#reading;
  }

  #known(): CoChanges {
    this.#load();
    this.#coChanges ??= new CoChanges(this.#files);
    return this.#coChanges;
  }

  #load(): void {
    if (this.#isLoaded) return;
    this.#isLoaded = true;
    const known = loadCommitFiles(this.#options.store, Content);
    if (known === null) return;
    this.#head = known.head;
    this.#files = known.content;
  }

  async #read(head: string): Promise<void> {
    const known = this.#head;
    // Only what lies ahead of what is known; another branch, or a history that was rewritten, is read from the start.
    const isAhead =
      known !== null && (await this.#options.readGit(['merge-base', '--is-ancestor', known, head])) !== null;
    const range = isAhead ? `${known}..${head}` : head;
    const output = await this.#options.readGit([
      'log',
      '--no-merges',
      '--no-renames',
      `--max-count=${mostCommits}`,
      ...commitFormat,
      range,
      '--',
    ]);
    if (output === null) return;
    const commits = parseCommits(output);
    const base = isAhead ? this.#files : noCommits;
    this.#files = withCommits(base, commits, mostCommits);
    this.#head = head;
    this.#coChanges = null;
    await this.#options.store.transact((tx) => saveCommitFiles(tx, head, this.#files));
  }
}
