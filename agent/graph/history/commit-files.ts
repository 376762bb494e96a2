// Which files changed together: the commits of a repository as lists of files.
import type { RepoPath } from '../../protocol/ids.ts';

/** How often a file changed with another one, of how many of its changes. */
export interface CoChange {
  readonly together: number;
  readonly of: number;
  /** `together / of`. */
  readonly confidence: number;
}

/** Newest commits first; each holds indexes into `files`. */
export interface CommitFiles {
  readonly files: readonly string[];
  readonly commits: readonly (readonly number[])[];
}

/** A commit of more files (a move, a format, a merge of everything) says nothing about what belongs together. */
const mostFiles = 40;

/** Reads what `git log --name-only -z --format=%x01%H` prints: a mark, the commit, then its files. */
export function parseCommits(output: string): string[][] {
  const commits: string[][] = [];
  for (const block of output.split('\u0001')) {
    const [commit = '', ...names] = block.split('\0').map((name) => name.replace(/^\n/, ''));
    if (commit === '') continue;
    const files = names.filter((name) => name !== '');
    if (files.length > 0 && files.length <= mostFiles) commits.push(files);
  }
  return commits;
}

/** Newer commits before those that are known, at most so many. */
export function withCommits(known: CommitFiles, newer: readonly (readonly string[])[], most: number): CommitFiles {
  const ids = new Map(known.files.map((file, index) => [file, index]));
  const idOf = (file: string) => {
    const id = ids.get(file) ?? ids.size;
    ids.set(file, id);
    return id;
  };
  const added = newer.map((files) => files.map(idOf));
  return { commits: [...added, ...known.commits].slice(0, most), files: [...ids.keys()] };
}

/** Answers by the lists, which are turned around once. */
export class CoChanges {
  readonly #ids: ReadonlyMap<string, number>;
  readonly #commitsOf = new Map<number, number[]>();
  readonly #commits: CommitFiles['commits'];

  constructor({ files, commits }: CommitFiles) {
    this.#ids = new Map(files.map((file, index) => [file, index]));
    this.#commits = commits;
    commits.forEach((ids, commit) => {
      for (const id of ids) {
        const list = this.#commitsOf.get(id);
        if (list === undefined) this.#commitsOf.set(id, [commit]);
        else list.push(commit);
      }
    });
  }

  /** Of the changes of `file`, how many changed `other` too; null when the two never changed together. */
  between(file: RepoPath, other: RepoPath): CoChange | null {
    const id = this.#ids.get(file);
    const otherId = this.#ids.get(other);
    const commits = id === undefined ? [] : (this.#commitsOf.get(id) ?? []);
    if (otherId === undefined || commits.length === 0) return null;
    const together = commits.filter((commit) => this.#commits[commit]?.includes(otherId) === true).length;
    return together === 0 ? null : { together, of: commits.length, confidence: together / commits.length };
  }
}
