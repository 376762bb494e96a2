// Kamei's fourteen measures of a commit (TSE 2013), from the commits before it, in the units of the published sets.
import type { ChangeMeasures } from './change-risk.ts';

export interface FileEdit {
  /** With forward slashes. */
  readonly path: string;
  readonly added: number;
  readonly deleted: number;
}

export interface ChangeFacts {
  readonly author: string;
  /** Seconds since 1970. */
  readonly at: number;
  readonly subject: string;
  readonly edits: readonly FileEdit[];
}

interface FileRecord {
  lines: number;
  lastAt: number;
  lastChange: number;
  readonly authors: Set<string>;
}

interface AuthorRecord {
  readonly times: number[];
  readonly bySubsystem: Map<string, number>;
}

const daySeconds = 86_400;
const yearSeconds = 365 * daySeconds;
const mends = /\b(fix(e[sd]|ing)?|bugs?|defects?|patch(e[sd])?|repair(s|ed)?|mend(s|ed)?|regress\w*)\b/i;

/** A repository's changes so far, fed in time order. */
export class ChangeLedger {
  readonly #files = new Map<string, FileRecord>();
  readonly #authors = new Map<string, AuthorRecord>();
  #changes = 0;

  /** The measures of a change, by what was added before. */
  measure(change: ChangeFacts): ChangeMeasures {
    const { edits } = change;
    const count = Math.max(1, edits.length);
    const added = sumOf(edits, (edit) => edit.added);
    const deleted = sumOf(edits, (edit) => edit.deleted);
    const known = edits.flatMap((edit) => this.#files.get(edit.path) ?? []);
    const lines = sumOf(known, (file) => file.lines);
    return {
      ns: new Set(edits.map((edit) => subsystemOf(edit.path))).size,
      nm: new Set(edits.map((edit) => folderOf(edit.path))).size,
      nf: edits.length,
      entropy: entropyOf(edits.map((edit) => edit.added + edit.deleted)),
      la: added / Math.max(1, lines),
      ld: deleted / Math.max(1, lines),
      lt: lines / count,
      fix: Number(mends.test(change.subject)),
      ndev: new Set(known.flatMap((file) => [...file.authors])).size,
      pd: sumOf(known, (file) => Math.max(0, change.at - file.lastAt) / daySeconds) / Math.max(1, known.length),
      npt: new Set(known.map((file) => file.lastChange)).size / count,
      ...this.#experience(change),
    };
  }

  /** Makes a change part of the past. */
  add(change: ChangeFacts): void {
    this.#changes += 1;
    for (const edit of change.edits) this.#addEdit(edit, change);
    const author = this.#authors.get(change.author) ?? { times: [], bySubsystem: new Map<string, number>() };
    this.#authors.set(change.author, author);
    author.times.push(change.at);
    for (const subsystem of new Set(change.edits.map((edit) => subsystemOf(edit.path)))) {
      author.bySubsystem.set(subsystem, (author.bySubsystem.get(subsystem) ?? 0) + 1);
    }
  }

  #addEdit(edit: FileEdit, { author, at }: ChangeFacts): void {
    const file = this.#files.get(edit.path) ?? { lines: 0, lastAt: at, lastChange: 0, authors: new Set<string>() };
    this.#files.set(edit.path, file);
    file.lines = Math.max(0, file.lines + edit.added - edit.deleted);
    file.lastAt = Math.max(file.lastAt, at);
    file.lastChange = this.#changes;
    file.authors.add(author);
  }

  #experience({ author, at, edits }: ChangeFacts): Pick<ChangeMeasures, 'exp' | 'rexp' | 'sexp'> {
    const record = this.#authors.get(author);
    const subsystems = new Set(edits.map((edit) => subsystemOf(edit.path)));
    return {
      exp: record?.times.length ?? 0,
      rexp: sumOf(record?.times ?? [], (time) => 1 / (1 + Math.floor(Math.max(0, at - time) / yearSeconds))),
      sexp: sumOf([...subsystems], (subsystem) => record?.bySubsystem.get(subsystem) ?? 0),
    };
  }
}

/** How evenly lines are spread over files, in bits (Hassan 2009). */
function entropyOf(sizes: readonly number[]): number {
  const total = sumOf(sizes, (size) => size);
  return sumOf(sizes, (size) => (size === 0 ? 0 : -(size / total) * Math.log2(size / total)));
}

function subsystemOf(path: string): string {
  return path.includes('/') ? (path.split('/')[0] ?? '') : '';
}

function folderOf(path: string): string {
  return path.split('/').slice(0, -1).join('/');
}

function sumOf<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((sum, item) => sum + value(item), 0);
}
