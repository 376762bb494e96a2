// Replays commits of one repository: runs all tests on each commit and on the faulty changes made of it, and records who failed.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Clone, type WholeRun } from '../selection/clones.ts';
import { randomNumbers } from '../selection/mutants.ts';
import { faultyChanges, replayedCommits, type FaultyChange, type ReplayedCommit } from './commits.ts';
import { appendRun, keyOf, readJournal, type RecordedRun } from './journal.ts';

export interface RecorderOptions {
  /** Holds the journal and what was recorded of the commits as they are. */
  readonly out: string;
  readonly seed: number;
  readonly commits: number;
  /** Of each commit, besides the fault in its own lines. */
  readonly mutants: number;
  /** Asked before each run; false ends the recording, which the next call takes up. */
  readonly mayGoOn: () => boolean;
  readonly say: (line: string) => void;
}

/** What each commit's recording of coverage is kept under. */
export function stateFolderOf(out: string, repository: string, commit: string): string {
  return path.join(out, 'states', repository, commit);
}

export function journalOf(out: string): string {
  return path.join(out, 'runs.jsonl');
}

/** One run is no ground for another's retries, and a fault that never ends is soon stopped. */
const quick = { NOODLE_TEST_FAILURE_ANALYSIS: 'false', NOODLE_TEST_DEFAULT_TIMEOUT: '20' };

/** Records a repository as far as it may; true when all of it is recorded. */
export async function record(repository: string, options: RecorderOptions): Promise<boolean> {
  const recorder = new Recorder(path.basename(repository), options);
  const folder = path.join(options.out, 'clones', path.basename(repository));
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  mkdirSync(path.dirname(folder), { recursive: true });
  const clone = await Clone.of(repository, folder);
  try {
    for (const commit of await replayedCommits(clone, options.commits))
      if (!(await recorder.recordCommit(clone, commit))) return false;
    return true;
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

class Recorder {
  readonly #name: string;
  readonly #options: RecorderOptions;
  readonly #known: Map<string, RecordedRun>;

  constructor(name: string, options: RecorderOptions) {
    this.#name = name;
    this.#options = options;
    this.#known = new Map(readJournal(journalOf(options.out)).map((run) => [keyOf(run), run]));
  }

  /** False when the time is over. */
  async recordCommit(clone: Clone, commit: ReplayedCommit): Promise<boolean> {
    await clone.git('checkout', '--quiet', '--force', '--detach', commit.id);
    const clean = await this.#recordClean(clone, commit);
    if (clean === null) return false;
    const tests = new Set(Object.keys(clean.durationMs));
    // Most tests fail: what is installed is not what this commit needs.
    if (tests.size === 0 || clean.broken.length > tests.size / 2) return true;
    const random = (kind: string) => randomNumbers(seedOf(`${this.#options.seed} ${this.#name} ${commit.id} ${kind}`));
    const changes = await faultyChanges(clone, { commit, tests, mutants: this.#options.mutants, random });
    for (const change of changes) {
      if (this.#known.has(keyOf(this.#identity(commit, change)))) continue;
      if (!this.#options.mayGoOn()) return false;
      const run = await withChange(clone, change, () => runAll(clone, false));
      const failed = [...run.failed].filter((file) => !clean.broken.includes(file));
      this.#keep({
        ...this.#identity(commit, change),
        written: change.written,
        failed,
        broken: clean.broken,
        durationMs: Object.fromEntries(run.durationMs),
      });
    }
    return true;
  }

  async #recordClean(clone: Clone, commit: ReplayedCommit): Promise<RecordedRun | null> {
    const identity = this.#identity(commit, { kind: 'clean', index: 0 });
    const known = this.#known.get(keyOf(identity));
    const kept = stateFolderOf(this.#options.out, this.#name, commit.id);
    const state = path.join(clone.folder, '.git/noodle/store');
    if (known !== undefined) {
      // What later commits record adds to what this one did.
      rmSync(state, { recursive: true, force: true });
      if (existsSync(kept)) cpSync(kept, state, { recursive: true });
      return known;
    }
    if (!this.#options.mayGoOn()) return null;
    const run = await runAll(clone, true);
    cpSync(state, kept, { recursive: true });
    const clean: RecordedRun = {
      ...identity,
      written: {},
      failed: [],
      broken: [...run.failed],
      durationMs: Object.fromEntries(run.durationMs),
    };
    this.#keep(clean);
    return clean;
  }

  #identity({ id, parent }: ReplayedCommit, { kind, index }: Pick<FaultyChange, 'index'> & Pick<RecordedRun, 'kind'>) {
    return {
      repository: this.#name,
      commit: id,
      base: kind === 'clean' || kind === 'faulty' ? parent : id,
      kind,
      index,
    };
  }

  #keep(run: RecordedRun): void {
    appendRun(journalOf(this.#options.out), run);
    this.#known.set(keyOf(run), run);
    this.#options.say(
      `${keyOf(run)}: ${run.failed.length} of ${Object.keys(run.durationMs).length} fail, ${run.broken.length} anyway`,
    );
  }
}

function runAll(clone: Clone, recordsEvidence: boolean): Promise<WholeRun> {
  const sources = path.join(clone.folder, 'src');
  return clone.runAll({
    recordsEvidence,
    // A package below src/ is not installed in the clone.
    environment: {
      ...quick,
      ...(existsSync(path.join(clone.folder, 'pyproject.toml')) ? { PYTHONPATH: sources } : {}),
    },
  });
}

async function withChange<T>(clone: Clone, { written }: FaultyChange, work: () => Promise<T>): Promise<T> {
  const before = new Map(Object.keys(written).map((file) => [file, textOf(clone, file)]));
  writeAll(clone, Object.entries(written));
  try {
    return await work();
  } finally {
    writeAll(clone, before);
  }
}

function textOf(clone: Clone, file: string): string | null {
  const absolute = path.join(clone.folder, file);
  return existsSync(absolute) ? readFileSync(absolute, 'utf8') : null;
}

/** Writes texts into a clone; null removes a file. */
export function writeAll(clone: Clone, texts: Iterable<readonly [string, string | null]>): void {
  for (const [file, text] of texts) {
    const absolute = path.join(clone.folder, file);
    if (text === null) rmSync(absolute, { force: true });
    else {
      mkdirSync(path.dirname(absolute), { recursive: true });
      writeFileSync(absolute, text);
    }
  }
}

/** FNV-1a. */
function seedOf(text: string): number {
  let seed = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) seed = Math.imul(seed ^ text.charCodeAt(at), 0x01000193);
  return seed >>> 0;
}
