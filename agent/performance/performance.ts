// Performance: benchmarks of the work tree measured by turns with those of a base revision, as an execution of the engine.
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Engine, StepContext, StepDefinition, StepOutcome } from '../engine/engine.ts';
import type { Clock } from '../platform/clock.ts';
import { openWorktree, type Worktree } from '../platform/git-worktree.ts';
import { emptyTree } from '../protocol/change-set.ts';
import { failure, success, type Result } from '../protocol/failure.ts';
import { StepId, type ExecutionId } from '../protocol/ids.ts';
import { nearest } from '../protocol/nearest.ts';
import type {
  BenchmarkComparison,
  BenchmarkSet,
  PerformanceComparison,
  PerformanceDefinition,
  PerformanceRequest,
} from '../protocol/performance.ts';
import { counted } from '../protocol/quantities.ts';
import { getPerformanceComparison, savePerformanceComparison } from '../store/performance.ts';
import type { Store } from '../store/store.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { benchmarkSets } from './benchmarks.ts';
import { judge, overall, type MeasuredSet } from './judgement.ts';
import { measureSet } from './measuring.ts';

export interface PerformanceOptions {
  readonly workspace: Pick<Workspace, 'root' | 'stateDirectory' | 'files' | 'read' | 'changes' | 'readGit'>;
  readonly engine: Engine;
  readonly store: Store;
  readonly clock: Clock;
  readonly definition: () => PerformanceDefinition;
  /** The user's environment. */
  readonly environment: () => Readonly<Record<string, string>>;
  /** Why nothing can be executed now; null when it can. */
  readonly refusal: () => Result<never> | null;
  /** Longest duration of a comparison. */
  readonly timeoutMs: () => number;
}

export interface Performance {
  /** What is declared and what was found. */
  sets(): Promise<BenchmarkSet[]>;
  /** Queues a comparison. */
  compare(request: PerformanceRequest): Promise<Result<{ executionId: ExecutionId }>>;
  /** What a comparison that has ended found. */
  comparison(id: ExecutionId): Result<PerformanceComparison>;
}

/** The benchmarks of one repository. */
export function createPerformance(options: PerformanceOptions): Performance {
  const { workspace, engine, store } = options;
  const sets = async () =>
    benchmarkSets({
      definition: options.definition(),
      files: await workspace.files(),
      read: (file) => workspace.read(file),
    });
  return {
    sets,
    async compare(request) {
      const refusal = options.refusal();
      if (refusal !== null) return refusal;
      const chosen = choose(await sets(), request.benchmarks);
      if (!chosen.ok) return chosen;
      const base = await baseOf(workspace, request.base);
      if (!base.ok) return base;
      const run = new ComparisonRun(options, { request, sets: chosen.value, base: base.value });
      const handle = engine.submit({
        kind: 'tests',
        name: `Compare ${counted(chosen.value.length, 'benchmark set')} with ${base.value.name}`,
        trigger: 'api',
        changedFiles: base.value.changedFiles,
        timeoutMs: options.timeoutMs(),
        priority: 'interactive',
        // They would disturb each other, and share the second work tree.
        concurrencyGroup: 'performance',
        prepare: () => run.prepare(),
      });
      await handle.recorded;
      return success({ executionId: handle.id });
    },
    comparison(id) {
      const known = getPerformanceComparison(store, id);
      if (known !== null) return success(known);
      const execution = engine.get(id);
      if (execution === null) return failure('not_found', `there is no execution '${id}'`, { place: 'id' });
      const why = execution.finishedAt === null ? 'has not ended' : 'has compared no benchmarks';
      return failure('not_found', `the execution '${id}' ${why}`, { place: 'id' });
    },
  };
}

function choose(sets: readonly BenchmarkSet[], names: readonly string[] | undefined): Result<readonly BenchmarkSet[]> {
  const ids = sets.map(({ id }) => id);
  const unknown = names?.find((name) => !ids.includes(name));
  if (unknown !== undefined) {
    const near = nearest(unknown, ids);
    const hint = near === null ? {} : { hint: `Did you mean '${near}'?` };
    return failure('not_found', `there are no benchmarks '${unknown}'`, { place: 'benchmarks', ...hint });
  }
  const chosen = names === undefined ? sets : sets.filter(({ id }) => names.includes(id));
  if (chosen.length > 0) return success(chosen);
  return failure('not_found', 'there are no benchmarks', {
    hint: 'Name a command under performance.benchmarks in noodle.yaml, or add *.bench.* files of vitest.',
  });
}

interface Base {
  /** As it was asked for: `HEAD`, `origin/main`. */
  readonly name: string;
  readonly commit: string;
  readonly changedFiles: number;
}

async function baseOf(workspace: PerformanceOptions['workspace'], wanted: string | undefined): Promise<Result<Base>> {
  const changes = await workspace.changes(wanted);
  if (!changes.ok) return changes;
  const { base, files } = changes.value;
  const named =
    base === emptyTree
      ? null
      : await workspace.readGit(['rev-parse', '--verify', '--end-of-options', `${base}^{commit}`]);
  // Some versions of git print the marker too.
  const commit = named?.trim().split('\n').at(-1);
  if (commit === undefined || commit === '')
    return failure('conflict', 'there is no commit yet that benchmarks could be compared with', { place: 'base' });
  return success({ name: base, commit, changedFiles: files.length });
}

interface Comparing {
  readonly request: PerformanceRequest;
  readonly sets: readonly BenchmarkSet[];
  readonly base: Base;
}

const judging = StepId.parse('compare');

/** One comparison: its second work tree, what was measured so far, its verdict. */
class ComparisonRun {
  readonly #options: PerformanceOptions;
  readonly #comparing: Comparing;
  readonly #measured: MeasuredSet[] = [];
  #hasFailed = false;
  #worktree: Worktree | null = null;

  constructor(options: PerformanceOptions, comparing: Comparing) {
    this.#options = options;
    this.#comparing = comparing;
  }

  async prepare(): Promise<Result<readonly StepDefinition[]>> {
    const { workspace } = this.#options;
    const { base, sets } = this.#comparing;
    const worktree = await openWorktree(workspace.root, base.commit, 'performance');
    this.#worktree = worktree;
    if (!(await worktree.checkOut(base.commit))) {
      await this.#cleanUp();
      return failure('conflict', `${base.name} cannot be checked out`, { place: 'base' });
    }
    const measuring = sets.map((set, index) => this.#measuringStep(set, sets[index - 1]));
    return success([...measuring, this.#judgingStep(measuring.map(({ id }) => id)), this.#cleaningStep()]);
  }

  get #rounds(): number {
    return this.#comparing.request.rounds ?? this.#options.definition().rounds;
  }

  /** One after the other: two at once would disturb each other. */
  #measuringStep(set: BenchmarkSet, previous: BenchmarkSet | undefined): StepDefinition {
    return {
      id: stepOf(set),
      name: `measure ${set.id}`,
      kind: 'tests',
      needs: [],
      after: previous === undefined ? [] : [stepOf(previous)],
      slot: 'test',
      timeoutMs: this.#options.timeoutMs(),
      run: (context) => this.#measure(set, context),
    };
  }

  async #measure(set: BenchmarkSet, context: StepContext): Promise<StepOutcome> {
    const { workspace, environment } = this.#options;
    const measured = await measureSet(set, context, {
      root: workspace.root,
      baseRoot: this.#worktree?.folder ?? '',
      reports: this.#reports,
      environment: environment(),
      rounds: this.#rounds,
    });
    if (!measured.ok) {
      const { message } = measured.failure;
      this.#hasFailed = true;
      this.#measured.push({ id: set.id, base: [], work: [], notes: [message] });
      return { state: 'failed', isUnable: true, reason: message };
    }
    this.#measured.push(measured.value);
    const [note] = measured.value.notes;
    return { state: 'succeeded', reason: note ?? `${counted(this.#rounds, 'round')} on each side` };
  }

  #judgingStep(after: readonly StepId[]): StepDefinition {
    return {
      id: judging,
      name: 'compare',
      kind: 'tests',
      needs: [],
      after,
      slot: 'none',
      timeoutMs: this.#options.timeoutMs(),
      run: (context) => this.#judge(context),
    };
  }

  async #judge(context: StepContext): Promise<StepOutcome> {
    const { clock, store, definition } = this.#options;
    const { base, request } = this.#comparing;
    const minimumEffect = request.minimumEffect ?? definition().minimumEffect;
    const sets = judge(this.#measured, minimumEffect);
    const comparison: PerformanceComparison = {
      executionId: context.executionId,
      at: clock.now(),
      base: base.name,
      baseCommit: base.commit,
      rounds: this.#rounds,
      minimumEffect,
      outcome: overall(sets),
      sets,
    };
    await store.transact((tx) => savePerformanceComparison(tx, comparison));
    report(comparison, context);
    // The step that measured says why.
    if (comparison.outcome === 'not_compared' && this.#hasFailed)
      return { state: 'skipped', reason: 'nothing was measured' };
    return outcomeOf(comparison);
  }

  #cleaningStep(): StepDefinition {
    return {
      id: StepId.parse('clean up'),
      name: 'remove the second work tree',
      kind: 'command',
      needs: [],
      after: [judging],
      slot: 'none',
      timeoutMs: this.#options.timeoutMs(),
      isFinal: true,
      run: async () => {
        await this.#cleanUp();
        return { state: 'succeeded' };
      },
    };
  }

  get #reports(): string {
    return path.join(this.#options.workspace.stateDirectory, 'performance-reports');
  }

  async #cleanUp(): Promise<void> {
    await this.#worktree?.remove();
    await rm(this.#reports, { recursive: true, force: true });
  }
}

function stepOf({ id }: BenchmarkSet): StepId {
  return StepId.parse(`measure:${id}`);
}

const mostNamed = 3;

function slowerWords(slower: readonly BenchmarkComparison[]): string {
  const named = slower.slice(0, mostNamed).map(({ name, reason }) => `${name} is slower: ${reason}`);
  const more = slower.length - named.length;
  return [...named, ...(more === 0 ? [] : [`and ${more} more`])].join('; ');
}

/** A benchmark counts as a test: slower is failed, what was not compared is skipped. */
function report({ sets }: PerformanceComparison, context: Pick<StepContext, 'log' | 'progress'>): void {
  for (const { id, benchmarks } of sets) {
    for (const { name, verdict, reason } of benchmarks)
      context.log(`${verdict.padEnd(13)} ${id}: ${name}: ${reason}\n`);
    const verdicts = benchmarks.map(({ verdict }) => verdict);
    const failed = verdicts.filter((verdict) => verdict === 'slower').length;
    const passed = verdicts.filter((verdict) => verdict === 'faster' || verdict === 'no_difference').length;
    context.progress({ passed, failed, skipped: verdicts.length - passed - failed });
  }
}

function outcomeOf({ sets, outcome, base }: PerformanceComparison): StepOutcome {
  const all = sets.flatMap(({ benchmarks }) => benchmarks);
  const slower = all.filter(({ verdict }) => verdict === 'slower');
  switch (outcome) {
    case 'passed':
      return { state: 'succeeded', reason: `none of ${counted(all.length, 'benchmark')} is slower than ${base}` };
    case 'slower':
      return { state: 'failed', reason: slowerWords(slower) };
    case 'not_compared':
      return { state: 'failed', isUnable: true, reason: `no benchmark could be compared with ${base}` };
  }
}
