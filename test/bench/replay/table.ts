// From recorded runs to a table: one row for each change and test, with what was known before the run, and whether the test failed.
import { hash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import type { RepoPath } from '../../../agent/protocol/ids.ts';
import { factsOfChange, type FactsOfChange } from './change-facts.ts';
import { createEvidenceJudge } from '../../../agent/tests/evidence-judge.ts';
import type { ReplayRow } from '../../../models/training/replay-file.ts';
import { CoFailures, testChangeRow } from '../../../models/features/test-change.ts';
import { TestPast } from '../../../models/features/test-failure.ts';
import { Clone } from '../selection/clones.ts';
import { ChangeView, type SeenChange } from './change-view.ts';
import { readJournal, type RecordedRun } from './journal.ts';
import { journalOf, stateFolderOf, writeAll } from './recorder.ts';

export interface TableOptions {
  readonly out: string;
  /** By the name of a repository: where it lies. */
  readonly repositories: ReadonlyMap<string, string>;
  readonly say: (line: string) => void;
}

/** Fewer tests than this say nothing about an order. */
const leastTests = 6;

/** The rows of all repositories that were recorded, each in the order of its commits. */
export async function replayTable(options: TableOptions): Promise<ReplayRow[]> {
  const runs = readJournal(journalOf(options.out));
  const rows: ReplayRow[] = [];
  for (const [name, folder] of options.repositories) {
    const own = runs.filter((run) => run.repository === name);
    if (own.length === 0) continue;
    const found = await rowsOf(folder, own, options);
    options.say(`${name}: ${new Set(found.map((row) => row.change)).size} changes, ${found.length} rows`);
    rows.push(...found);
  }
  return rows;
}

async function rowsOf(repository: string, runs: readonly RecordedRun[], { out }: TableOptions): Promise<ReplayRow[]> {
  const name = path.basename(repository);
  const folder = path.join(out, 'views', name);
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  mkdirSync(path.dirname(folder), { recursive: true });
  const clone = await Clone.of(repository, folder);
  const walk = new Walk(clone, name);
  try {
    const order = (await clone.git('rev-list', '--reverse', 'HEAD')).split('\n');
    const commits = [...new Set(runs.map((run) => run.commit))].toSorted(
      (one, other) => order.indexOf(one) - order.indexOf(other),
    );
    for (const commit of commits)
      await walk.replay(
        runs.filter((run) => run.commit === commit),
        out,
      );
    return walk.rows;
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Goes through the commits of one repository and knows at each change what had happened before. */
class Walk {
  readonly rows: ReplayRow[] = [];
  readonly #clone: Clone;
  readonly #repository: string;
  readonly #past = new TestPast();
  readonly #coFailures = new CoFailures();
  #lastState: string | null = null;

  constructor(clone: Clone, repository: string) {
    this.#clone = clone;
    this.#repository = repository;
  }

  async replay(runs: readonly RecordedRun[], out: string): Promise<void> {
    const clean = runs.find((run) => run.kind === 'clean');
    const commit = clean?.commit ?? '';
    if (clean === undefined || isStrange(clean)) return;
    await this.#clone.git('checkout', '--quiet', '--force', '--detach', commit);
    const own = stateFolderOf(out, this.#repository, commit);
    // The commit itself is judged by what was recorded before it; what is done to it later, by its own recording.
    if (this.#lastState !== null) {
      await this.#look(this.#lastState, [clean, ...runs.filter((run) => run.kind === 'faulty')], clean);
    } else this.#learn(clean, clean, []);
    const others = runs.filter((run) => run.kind !== 'clean' && run.kind !== 'faulty');
    await this.#look(own, others, clean);
    this.#lastState = own;
  }

  async #look(state: string, runs: readonly RecordedRun[], clean: RecordedRun): Promise<void> {
    const place = path.join(this.#clone.folder, '.git/noodle/store');
    rmSync(path.dirname(place), { recursive: true, force: true });
    if (!existsSync(state)) return;
    cpSync(state, place, { recursive: true });
    await using view = await ChangeView.open(this.#clone.folder);
    for (const run of runs) {
      if (isPartial(run, clean)) continue;
      writeAll(this.#clone, Object.entries(run.written));
      const seen = await view.look(run.base);
      const paths = seen.changes.files.map((file) => file.path);
      if (paths.length > 0) this.#addRows(run, seen, this.#factsOf(view, run, seen), view);
      await this.#clone.git('checkout', '--quiet', '--force', '--detach', run.commit);
      await this.#clone.git('clean', '--quiet', '--force', '-d');
      this.#learn(run, clean, paths);
    }
  }

  #factsOf(view: ChangeView, run: RecordedRun, { changes, impact }: SeenChange): FactsOfChange {
    return factsOfChange({
      files: testsOf(view, run),
      changes,
      impact,
      evidence: view.evidence(),
      read: (file) => view.workspace.read(file),
      importsOf: (file) => view.graph.importsOf(file),
      coChange: (file, other) => view.history.coChange(file, other)?.confidence ?? 0,
      coFailure: (files, test) => this.#coFailures.of(files, test),
    });
  }

  #addRows(run: RecordedRun, { impact }: SeenChange, facts: FactsOfChange, view: ChangeView): void {
    const judge = createEvidenceJudge({
      evidence: view.evidence(),
      impact,
      contentOnDisk: (file) => contentOnDisk(this.#clone, file),
      isRandom: () => false,
      isSetting: (file) => /(?:^|\/)(?:package\.json|tsconfig[^/]*\.json|pyproject\.toml|\.gitignore)$/.test(file),
    });
    const failed = new Set(run.failed);
    for (const test of testsOf(view, run)) {
      const verdict = judge.verdictOn({ ...test, project: '', cases: [] });
      const reached = verdict?.kind === 'unknown' ? impact.reachedFrom(verdict.files) : impact.reached;
      this.rows.push({
        repository: this.#repository,
        change: `${run.commit.slice(0, 10)} ${run.kind} ${run.index}`,
        test: test.file,
        durationMs: run.durationMs[test.file] ?? 0,
        hasFailed: failed.has(test.file),
        isImpacted: verdict?.kind === 'affected' || (verdict?.kind !== 'unaffected' && reached.has(test.file)),
        features: testChangeRow(facts.change, facts.tests.get(test.file) ?? null, this.#past.features(test.file)),
      });
    }
  }

  /** What failed, and that it was mended: nobody works on while tests fail. */
  #learn(run: RecordedRun, clean: RecordedRun, changed: readonly RepoPath[]): void {
    const outcomes = (hasFailed: (file: string) => boolean) =>
      Object.entries(clean.durationMs).map(([name, duration]) => ({ name, duration, hasFailed: hasFailed(name) }));
    if (run.failed.length > 0) {
      const failed = new Set(run.failed);
      this.#past.addCycle(outcomes((file) => failed.has(file)));
    }
    this.#coFailures.add(changed, run.failed);
    this.#past.addCycle(outcomes(() => false));
  }
}

/** The tests that ran, and that can tell something: not those which fail anyway. */
function testsOf(view: ChangeView, run: RecordedRun) {
  return view.tests().filter(({ file }) => run.durationMs[file] !== undefined && !run.broken.includes(file));
}

/** As recordings stamp contents. */
function contentOnDisk(clone: Clone, file: string): string | null {
  const absolute = path.join(clone.folder, file);
  return existsSync(absolute) && statSync(absolute).isFile()
    ? hash('sha256', readFileSync(absolute), 'hex').slice(0, 32)
    : null;
}

function isStrange({ durationMs, broken }: RecordedRun): boolean {
  const tests = Object.keys(durationMs).length;
  return tests < leastTests || broken.length > tests / 2;
}

/** The runner gave up before most tests: nothing is known of them. */
function isPartial(run: RecordedRun, clean: RecordedRun): boolean {
  return Object.keys(run.durationMs).length < 0.7 * Object.keys(clean.durationMs).length;
}
