// Which files changed together, when and by whom: the commits of a repository as lists of files.
import type { RepoPath } from '../../protocol/ids.ts';

/** How often a file changed with another one, of how many of its changes. */
export interface CoChange {
  readonly together: number;
  readonly of: number;
  /** `together / of`. */
  readonly confidence: number;
}

export interface Commit {
  readonly hash: string;
  /** When it was made, in milliseconds. */
  readonly at: number;
  /** The author's name, as `.mailmap` has it. */
  readonly author: string;
  readonly files: readonly string[];
}

/** Newest commits first; each holds indexes into `files` and `authors`. */
export interface CommitFiles {
  readonly files: readonly string[];
  readonly authors: readonly string[];
  readonly commits: readonly {
    readonly hash: string;
    readonly at: number;
    readonly author: number;
    readonly files: readonly number[];
  }[];
}

/** What the history says of a file, or of several as one. */
export interface FileHistory {
  /** Commits that changed it. */
  readonly commits: number;
  readonly last: Omit<Commit, 'files'>;
  /** Who made most of its latest commits, the most first; programs that commit count where nobody else does. */
  readonly authors: readonly { readonly name: string; readonly commits: number }[];
  /** Of how many of the latest commits that is. */
  readonly recent: number;
  /** Files that changed with it, the most often first. */
  readonly together: readonly ({ readonly file: RepoPath } & CoChange)[];
}

export const noCommits: CommitFiles = { files: [], authors: [], commits: [] };
/** What `parseCommits` reads, as arguments of `git log`. */
export const commitFormat = ['--name-only', '-z', '--format=%x01%H%x1f%ct%x1f%aN'] as const;

/** A commit of more files (a move, a format, a merge of everything) says nothing about what belongs together. */
const mostFiles = 40;
/** Older ones say little of who knows a file now. */
const latest = 50;

/** Reads what git prints for `commitFormat`: a mark, the commit, then its files. */
export function parseCommits(output: string): Commit[] {
  const commits: Commit[] = [];
  for (const block of output.split('\u0001')) {
    const [head = '', ...names] = block.split('\0');
    const [hash = '', seconds = '', author = ''] = head.split('\u001f');
    if (hash === '') continue;
    const files = names.map((name) => name.replace(/^\n/, '')).filter((name) => name !== '');
    if (files.length === 0 || files.length > mostFiles) continue;
    commits.push({ hash, at: (Number(seconds) || 0) * 1000, author: author.trimEnd(), files });
  }
  return commits;
}

/** Newer commits before those that are known, at most so many. */
export function withCommits(known: CommitFiles, newer: readonly Commit[], most: number): CommitFiles {
  const files = new Numbers(known.files);
  const authors = new Numbers(known.authors);
  const added = newer.map((commit) => ({
    hash: commit.hash,
    at: commit.at,
    author: authors.of(commit.author),
    files: commit.files.map((file) => files.of(file)),
  }));
  return { commits: [...added, ...known.commits].slice(0, most), files: files.all, authors: authors.all };
}

/** Words by the order in which they came. */
class Numbers {
  readonly #ids: Map<string, number>;

  constructor(known: readonly string[]) {
    this.#ids = new Map(known.map((word, index) => [word, index]));
  }

  get all(): string[] {
    return [...this.#ids.keys()];
  }

  of(word: string): number {
    const id = this.#ids.get(word) ?? this.#ids.size;
    this.#ids.set(word, id);
    return id;
  }
}

/** Answers by the lists, which are turned around once. */
export class CoChanges {
  readonly #ids: ReadonlyMap<string, number>;
  readonly #commitsOf = new Map<number, number[]>();
  readonly #known: CommitFiles;

  constructor(known: CommitFiles) {
    this.#ids = new Map(known.files.map((file, index) => [file, index]));
    this.#known = known;
    known.commits.forEach(({ files }, commit) => {
      for (const id of files) {
        const list = this.#commitsOf.get(id);
        if (list === undefined) this.#commitsOf.set(id, [commit]);
        else list.push(commit);
      }
    });
  }

  /** Of the changes of `file`, how many changed `other` too; null when the two never changed together. */
  between(file: RepoPath, other: RepoPath): CoChange | null {
    const otherId = this.#ids.get(other);
    const commits = this.#commitsWith(file);
    if (otherId === undefined || commits.length === 0) return null;
    const together = commits.filter((commit) => this.#known.commits[commit]?.files.includes(otherId) === true).length;
    return together === 0 ? null : coChange(together, commits.length);
  }

  /** What is on record of files as one, with at most so many others that changed with them; null where nothing is. */
  about(files: readonly RepoPath[], most: number): FileHistory | null {
    // The newest first, as they are numbered.
    const commits = [...new Set(files.flatMap((file) => this.#commitsWith(file)))].toSorted((a, b) => a - b);
    const found = commits.flatMap((commit) => this.#known.commits[commit] ?? []);
    const [last] = found;
    if (last === undefined) return null;
    const { authors } = this.#known;
    const recent = found.slice(0, latest);
    return {
      commits: found.length,
      last: { hash: last.hash, at: last.at, author: authors[last.author] ?? '' },
      authors: mostOf(recent.map(({ author }) => authors[author] ?? '')),
      recent: recent.length,
      together: this.#together(found, new Set(files), most),
    };
  }

  #commitsWith(file: RepoPath): readonly number[] {
    const id = this.#ids.get(file);
    return id === undefined ? [] : (this.#commitsOf.get(id) ?? []);
  }

  #together(commits: CommitFiles['commits'], own: ReadonlySet<string>, most: number): FileHistory['together'] {
    const counts = countsOf(commits.flatMap(({ files }) => files));
    // The names are those that git has for files of the repository.
    const others = counts.map(([id, count]) => ({ file: (this.#known.files[id] ?? '') as RepoPath, count }));
    return others
      .filter(({ file }) => !own.has(file))
      .slice(0, most)
      .map(({ file, count }) => ({ file, ...coChange(count, commits.length) }));
  }
}

function coChange(together: number, of: number): CoChange {
  return { together, of, confidence: together / of };
}

function mostOf(names: readonly string[]): { name: string; commits: number }[] {
  const people = names.filter((name) => !name.endsWith('[bot]'));
  return countsOf(people.length > 0 ? people : names).map(([name, commits]) => ({ name, commits }));
}

/** The most frequent first; of equally frequent ones the one that came first. */
function countsOf<T>(values: readonly T[]): [T, number][] {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].toSorted(([, one], [, other]) => other - one);
}
