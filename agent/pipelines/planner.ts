// The plan for a change: the change set, its impact, the builds and tests that follow from it, with reasons.
import type { Builds } from '../builds/builds.ts';
import { isNoodleFile, type ChangedFiles, type Graph, type History, type Impact } from '../graph/graph.ts';
import type { Clock } from '../platform/clock.ts';
import { emptyTree, type ChangeSet, type FileChange } from '../protocol/change-set.ts';
import { success, type Result } from '../protocol/failure.ts';
import type { RepoPath, TestId } from '../protocol/ids.ts';
import {
  isAudited,
  type Plan,
  type PlanBudget,
  type PlanDuration,
  type PlannedBuild,
  type PlannedTest,
  type PlanOrder,
  type PlanRequest,
} from '../protocol/plan.ts';
import type { Calibration, OrderedTests, TestTime } from '../predictions/predictions.ts';
import type { TestPlan, Tests } from '../tests/tests.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { budgetNotes, budgetOf, cutToBudget, withBudgetAudit, type Asked } from './budget.ts';
import { isSelection } from './is-selection.ts';

export interface PlannerOptions {
  readonly workspace: Workspace;
  readonly graph: Graph;
  readonly builds: Builds;
  readonly tests: Tests;
  readonly clock: Clock;
  /** Brought up to what is checked out, for later plans. */
  readonly history?: Pick<History, 'follow'>;
  /** Sentences about the configuration that belong into every plan's notes. */
  readonly configurationNotes: () => readonly string[];
  /** What is known of how long things take and how probably they fail. Absent: nothing. */
  readonly predictions?: PlanPredictions;
}

/** What a plan asks of the predictions. */
export interface PlanPredictions {
  /** Null while too little is recorded. */
  calibration(): Promise<Calibration | null>;
  testTime(): TestTime;
  orderTests(tests: readonly PlannedTest[]): OrderedTests;
  planDuration(plan: Pick<Plan, 'tests' | 'builds'>, waits: (folder: string) => boolean): PlanDuration | null;
}

export interface Planned {
  readonly plan: Plan;
  readonly changes: ChangeSet;
  readonly impact: Impact;
}

export interface Planner {
  /** `onChanges` hears of the change set before the plan is ready. */
  plan(
    request: PlanRequest & { readonly paths?: readonly RepoPath[] },
    onChanges?: (changes: ChangeSet) => void,
  ): Promise<Result<Planned>>;
  /** The change set and what it can affect, without any decision. */
  impactOf(base?: string): Promise<Result<Pick<Planned, 'changes' | 'impact'>>>;
  /** Files changed on disk; `everything` when it is not known which. Costs nothing until the next plan. */
  filesChanged(paths: readonly RepoPath[], everything: boolean): void;
  /** The change set of the working tree, restricted to some files. */
  changesOf(paths: readonly RepoPath[]): Promise<Result<ChangeSet>>;
  /** The test files that a change of these files can affect. `planned`: the plan just made, which knows when it is of these. */
  testsReachedBy(paths: readonly RepoPath[], planned?: Planned): Promise<TestId[]>;
  /** Brings graph and tests up to date with what changed on disk. */
  refresh(): Promise<void>;
}

/** A planner that looks at everything before its first plan, and then only at what it is told has changed. */
export function createPlanner(options: PlannerOptions): Planner {
  return new RepositoryPlanner(options);
}

class RepositoryPlanner implements Planner {
  readonly #options: PlannerOptions;
  /** What changed on disk since the graph was last brought up to date; null: everything may have. */
  #stale: Set<RepoPath> | null = null;
  #refreshing: Promise<void> = Promise.resolve();

  constructor(options: PlannerOptions) {
    this.#options = options;
  }

  filesChanged(paths: readonly RepoPath[], everything: boolean): void {
    this.#options.builds.filesChanged(everything ? null : paths);
    if (everything) this.#stale = null;
    else if (this.#stale !== null) for (const path of paths) this.#stale.add(path);
  }

  refresh(): Promise<void> {
    // One at a time: a second caller waits for the first, then looks whether anything is left to do.
    this.#refreshing = this.#refreshing.then(
      () => this.#refresh(),
      () => this.#refresh(),
    );
    return this.#refreshing;
  }

  async plan(
    request: PlanRequest & { readonly paths?: readonly RepoPath[] },
    onChanges: (changes: ChangeSet) => void = () => {},
  ): Promise<Result<Planned>> {
    const { clock, workspace, graph } = this.#options;
    const startedAtMs = clock.monotonicMs();
    const lookAtChanges = async () => {
      const found =
        request.paths === undefined ? await workspace.changes(request.base) : await this.changesOf(request.paths);
      if (!found.ok) return { changes: found, compared: noFiles };
      onChanges(found.value);
      return { changes: found, compared: await this.#compare(found.value) };
    };
    const [{ changes: changed, compared }] = await Promise.all([lookAtChanges(), this.refresh()]);
    if (!changed.ok) return changed;
    this.#options.history?.follow(changed.value.head);
    const impact = graph.impactOf(changed.value, compared);
    const asked = budgetOf(request);
    if (!asked.ok) return asked;
    const { builds, tests, notes, budget, order } = await this.#decide(request, {
      changes: changed.value,
      impact,
      asked: asked.value,
    });
    const expected =
      this.#options.predictions?.planDuration({ tests: [...tests.tests], builds }, this.#waits(builds)) ?? null;
    const plan: Plan = {
      changes: changed.value.files,
      ...revisionOf(changed.value, request),
      builds,
      tests: [...tests.tests],
      ...(tests.reused.length === 0 ? {} : { reused: [...tests.reused] }),
      // What a caller did not ask for was not judged, so nothing can be said of it.
      skipped: isSelection(request)
        ? { count: tests.skipped.count, files: [...tests.skipped.files] }
        : { count: 0, files: [] },
      notes,
      planMs: clock.monotonicMs() - startedAtMs,
      ...(expected === null ? {} : { expected }),
      ...(budget === null ? {} : { budget }),
      ...(order === null ? {} : { order }),
    };
    return success({ plan, changes: changed.value, impact });
  }

  async impactOf(base?: string): Promise<Result<Pick<Planned, 'changes' | 'impact'>>> {
    const { workspace, graph } = this.#options;
    const [changed] = await Promise.all([workspace.changes(base), this.refresh()]);
    if (!changed.ok) return changed;
    const changes = changed.value;
    // Commands may read what code does not run, so of other files it counts that they changed, not how.
    const own = { ...changes, files: changes.files.filter(({ path }) => isNoodleFile(path)) };
    return success({ changes, impact: graph.impactOf(changes, await this.#compare(own)) });
  }

  async changesOf(paths: readonly RepoPath[]): Promise<Result<ChangeSet>> {
    const { workspace } = this.#options;
    const all = await workspace.changes('HEAD');
    const whole = all.ok ? all : await workspace.changes();
    if (!whole.ok) return whole;
    const files = new Set(await workspace.files());
    const byPath = new Map(whole.value.files.map((file) => [file.path, file]));
    return success({ ...whole.value, files: paths.map((path) => byPath.get(path) ?? revertedOrGone(path, files)) });
  }

  async testsReachedBy(paths: readonly RepoPath[], planned?: Planned): Promise<TestId[]> {
    const { tests } = this.#options;
    const impact = planned !== undefined && isOf(planned, paths) ? planned.impact : await this.#impactOf(paths);
    if (impact === null) return [];
    const { reached } = impact;
    const { files } = await tests.discover([]);
    return files.filter((test) => reached.has(test.file)).map((test) => test.id);
  }

  async #impactOf(paths: readonly RepoPath[]): Promise<Impact | null> {
    const changes = await this.changesOf(paths);
    return changes.ok ? this.#options.graph.impactOf(changes.value, await this.#compare(changes.value)) : null;
  }

  /** Who saves and asks at once comes before the watching has told of it; and where nothing is watched, nobody tells. */
  async #catchUp(): Promise<void> {
    const pending = await this.#options.workspace.pending();
    if (pending === null) this.#stale = null;
    else if (pending.everything || pending.paths.length > 0) this.filesChanged(pending.paths, pending.everything);
  }

  async #compare(changes: ChangeSet): Promise<ChangedFiles> {
    const { workspace, graph } = this.#options;
    return await graph.compare(changes, (file) => workspace.readBase(file, changes.base));
  }

  async #refresh(): Promise<void> {
    const { workspace, graph, tests, builds } = this.#options;
    await this.#catchUp();
    const stale = this.#stale;
    if (stale !== null && stale.size === 0) return;
    this.#stale = new Set();
    try {
      const files = await workspace.files();
      const changed = stale === null ? undefined : [...stale];
      // The graph follows changes through what targets make.
      await Promise.all([graph.update(files, changed), tests.discover(changed), builds.targets()]);
    } catch (error) {
      this.#stale = null;
      throw error;
    }
  }

  async #decide(request: PlanRequest, { changes, impact, asked }: Situation) {
    const { builds, tests, configurationNotes } = this.#options;
    // Whoever asks for builds alone does not wait for tests to be found.
    const discovery = request.buildsOnly === true ? { files: [], problems: [] } : await tests.discover([]);
    const found: TestPlan =
      request.buildsOnly === true ? nothingPlanned : await tests.plan({ changes, impact, request });
    const { order, ...ordered } = this.#order(found);
    const planned = { ...found, ...ordered };
    const buildsOf = (chosen: readonly PlannedTest[]) => {
      const ids = new Set(chosen.map((test) => test.id));
      const folders = new Set(discovery.files.filter((file) => ids.has(file.id)).map((file) => file.project));
      return builds.plan({ request, change: changes, unbounded: impact.unbounded, testFolders: [...folders] });
    };
    const whole = await buildsOf(planned.tests);
    const { tests: kept, budget } = await this.#cut(request, { tests: planned.tests, builds: whole.builds, asked });
    // A project of which nothing is left to run needs no builds of its own.
    const built = budget === null ? whole : await buildsOf(kept);
    const notes = [
      ...configurationNotes(),
      ...changes.notes,
      ...discovery.problems,
      ...impact.notes,
      ...planned.notes,
      ...built.notes,
    ];
    const said = [...new Set([...notes, ...budgetNotes({ tests: [...kept], ...(budget === null ? {} : { budget }) })])];
    return { builds: built.builds, tests: { ...planned, tests: kept }, notes: said, budget, order };
  }

  /** What runs only to check the selection stays behind everything else. */
  #order({ tests, keepsRunnersOrder }: TestPlan): {
    readonly tests: readonly PlannedTest[];
    readonly order: PlanOrder | null;
  } {
    const { predictions } = this.#options;
    if (predictions === undefined || tests.length === 0) return { tests, order: null };
    if (keepsRunnersOrder === true)
      return { tests, order: { by: 'runner', because: 'everything runs in the order of its runner' } };
    const ordered = predictions.orderTests(tests.filter((test) => !isAudited(test)));
    return { tests: [...ordered.tests, ...tests.filter(isAudited)], order: ordered.order };
  }

  /** A budget of time is one for builds and tests together. */
  async #cut(
    request: PlanRequest,
    {
      tests,
      builds,
      asked,
    }: Pick<Plan, 'builds'> & { readonly tests: readonly PlannedTest[]; readonly asked: Asked | null },
  ): Promise<{ readonly tests: readonly PlannedTest[]; readonly budget: PlanBudget | null }> {
    const { predictions } = this.#options;
    if (asked === null || predictions === undefined) return { tests, budget: null };
    const buildsMs = predictions.planDuration({ tests: [], builds }, () => false)?.buildsMs ?? 0;
    const left = asked.kind === 'time' ? { ...asked, target: Math.max(1, asked.target - buildsMs) } : asked;
    const cut = cutToBudget({
      asked: left,
      tests,
      calibration: await predictions.calibration(),
      time: predictions.testTime(),
    });
    const budget = { ...cut.budget, target: asked.target };
    return { tests: request.audit === true ? withBudgetAudit(cut.tests, budget) : cut.tests, budget };
  }

  #waits(planned: readonly PlannedBuild[]): (folder: string) => boolean {
    const running = new Set(planned.filter(({ cached }) => !cached).map(({ target }) => target));
    return (folder) => running.size > 0 && this.#options.builds.neededBy(folder).some((target) => running.has(target));
  }
}

interface Situation {
  readonly changes: ChangeSet;
  readonly impact: Impact;
  readonly asked: Asked | null;
}

const noFiles: ChangedFiles = new Map();
const nothingPlanned: TestPlan = { tests: [], reused: [], skipped: { count: 0, files: [] }, notes: [] };

/** Whether these files, and no others, are what differs from HEAD. */
function isOf({ changes }: Planned, paths: readonly RepoPath[]): boolean {
  const asked = new Set(paths);
  const isSame = changes.files.length === asked.size && changes.files.every(({ path }) => asked.has(path));
  return isSame && changes.base === 'HEAD';
}

/** A file that no longer differs from the base: somebody took a change back, or it is gone. */
function revertedOrGone(path: RepoPath, files: ReadonlySet<RepoPath>): FileChange {
  return { path, kind: files.has(path) ? 'modified' : 'deleted', lines: [] };
}

/** Asked without a base, a change set goes back beyond HEAD only where nothing differs from it. */
function revisionOf(
  { head, base }: ChangeSet,
  request: { readonly base?: string | undefined; readonly paths?: readonly RepoPath[] },
): Pick<Plan, 'revision'> {
  if (head === null) return {};
  const isWhole = request.base === undefined && request.paths === undefined;
  return { revision: { head, isClean: isWhole && (base === 'HEAD^' || base === emptyTree) } };
}
