// Tests: found, planned, run, debugged. The main file of the component.
import type { StepDefinition } from '../engine/engine.ts';
import type { Impact } from '../graph/graph.ts';
import { assetPath } from '../platform/assets.ts';
import type { Clock } from '../platform/clock.ts';
import type { ChangeSet } from '../protocol/change-set.ts';
import type { Certificate } from '../protocol/explanation.ts';
import { failure, success, type Result } from '../protocol/failure.ts';
import type { RepoPath, TestId } from '../protocol/ids.ts';
import type { PlanRequest } from '../protocol/plan.ts';
import type { Framework, TestCase, TestFile } from '../protocol/test.ts';
import { loadRegrets } from '../store/regrets.ts';
import type { Reader } from '../store/store.ts';
import { fileHistory } from '../store/tests.ts';
import { testId, type DebugCommand, type TestProject, type WrittenCase } from './adapter.ts';
import { TestCatalog } from './catalog.ts';
import { certificateOf, type CertificateInput } from './certificate.ts';
import { createEvidenceKeeper } from './evidence/evidence-keeper.ts';
import { ContentCache } from './content-cache.ts';
import { createEvidenceSource } from './evidence-source.ts';
import { plainEstimator } from './estimator.ts';
import { keptFolderOf, type StepsInput, type TestsOptions } from './options.ts';
import { planTests, type TestPlan } from './plan.ts';
import { adapterOf } from './registry.ts';
import { createReuse } from './reuse/reuse.ts';
import { belongsTo } from './selection.ts';
import { testSteps } from './test-steps.ts';
import type { WarmCost } from './warm/warm-runners.ts';
import { createWarmth } from './warm/warmth.ts';

export type { DebugCommand } from './adapter.ts';
export type { StepsInput, TestsOptions } from './options.ts';
export type { TestPlan } from './plan.ts';

export interface Discovery {
  readonly files: readonly TestFile[];
  /** Sentences for the user: `vitest is in package.json but not installed: run npm install`. */
  readonly problems: readonly string[];
}

export interface Tests {
  /**
   * The test files of the repository with the cases known of them. The first call looks at all files; later ones only
   * when a file of `changed` concerns an adapter, appeared or went. Emits `tests.changed`. Executes nothing.
   */
  discover(changed?: readonly RepoPath[]): Promise<Discovery>;
  /**
   * In a trusted workspace asks the runners for their own lists, one after the other, where those are not on record.
   * Resolves when they are known, as far as they can be; `tests.changed` tells where they differ from what was found.
   */
  settled(): Promise<void>;
  /** The cases of one test file: from its last run, else read from its source. */
  casesIn(file: TestId): Promise<readonly TestCase[]>;
  /** `vitest (41 files)`, one a framework. */
  found(): readonly string[];
  plan(input: {
    readonly changes: ChangeSet;
    readonly impact: Impact;
    readonly request: PlanRequest;
  }): Promise<TestPlan>;
  /** What vouches for a test that the plan of a change skips. */
  certificate(input: Pick<CertificateInput, 'test' | 'impact' | 'dependencies' | 'selectedBy'>): Promise<Certificate>;
  /** One step a project, in the order of their first planned test. */
  steps(input: StepsInput): readonly StepDefinition[];
  debugCommand(id: TestId): Promise<Result<DebugCommand>>;
  /** The project of each test file that is known, by the file's id. */
  projects(): ReadonlyMap<TestId, TestProject>;
  /** The runners that are kept ready now, read when asked. */
  warmCost(): WarmCost;
  /** Resolves when the runners that are being made ready are. */
  warmed(): Promise<void>;
  dispose(): Promise<void>;
}

/** The component. Nothing is looked at before the first call. */
export function createTests(options: TestsOptions): Tests {
  const catalog = new TestCatalog(options);
  const evidence = createEvidenceKeeper(options);
  const { recorded, reuse } = openRecords(options, catalog);
  const warm = createWarmth(options, () => catalog.names);
  const discover = async (changed?: readonly RepoPath[]): Promise<Discovery> => {
    await catalog.refresh(changed);
    return { files: catalog.files, problems: catalog.problems };
  };
  const lists = listWaiting(catalog, options.clock);
  return {
    discover,
    settled: () => catalog.settled(),
    casesIn: async (id) => casesOfFile(catalog.files.find((file) => file.id === id) ?? null, options),
    found: () => foundSentences(catalog.files),
    async plan({ changes, impact, request }) {
      await discover(changes.files.map((change) => change.path));
      if (needsLists(request, catalog)) await lists.wait();
      const { files, projects, sources } = catalog;
      const history = fileHistory(options.store);
      return planTests({
        files,
        projects,
        sources,
        changes,
        impact,
        evidence: await recorded.judge(impact),
        regrets: regretsByPath(options.store),
        coChange: (file, other) => options.coChange?.(file, other) ?? 0,
        history,
        reuse: reuse.judge(request, impact),
        settings: options.settings(),
        request,
        estimator: plainEstimator,
      });
    },
    async certificate(input) {
      const { test, impact } = input;
      return certificateOf({
        ...input,
        recorded: recorded.of(test.id),
        verdict: (await recorded.judge(impact)).verdictOn(test),
      });
    },
    steps: (input) => testSteps(input, catalog, { options, warm, evidence, reuse }),
    projects: () => catalog.projects,
    warmCost: () => warm.cost(),
    warmed: () => warm.settled(),
    async debugCommand(id) {
      await discover([]);
      return debugCommandOf(id, catalog, options);
    },
    async dispose() {
      await Promise.all([warm.dispose(), catalog.dispose(), evidence.dispose()]);
    },
  };
}

/** What earlier runs tell: what tests used, and which results hold. */
function openRecords(options: TestsOptions, catalog: TestCatalog) {
  const contents = new ContentCache(options.root);
  const recorded = createEvidenceSource(options, contents);
  const projects = () => catalog.projects;
  const sources = () => catalog.sources;
  return { recorded, reuse: createReuse({ options, contents, recorded, projects, sources }) };
}

function regretsByPath(store: Reader): Map<RepoPath, Set<TestId>> {
  const byPath = new Map<RepoPath, Set<TestId>>();
  for (const { path, test } of loadRegrets(store)) byPath.set(path, (byPath.get(path) ?? new Set()).add(test));
  return byPath;
}

/** A selection names files, so it should know the runners' own; a run of known files does without, and one of everything mostly. */
function needsLists(request: PlanRequest, catalog: TestCatalog): boolean {
  if (request.buildsOnly === true) return false;
  if (request.all === true) return catalog.isAmbiguous();
  return request.tests?.every((id) => catalog.files.some((file) => belongsTo(id, file))) !== true;
}

const longestWaitMs = 15_000;

/** The first selection waits for runners that were never asked, but not for ever: what looking found is mostly the same. */
function listWaiting(catalog: TestCatalog, clock: Clock): { wait(): Promise<void> } {
  let hasWaited = false;
  return {
    async wait() {
      const settled = catalog.settled();
      if (hasWaited || !catalog.lacksLists()) return;
      hasWaited = true;
      const late = Promise.withResolvers<void>();
      const cancelTimer = clock.schedule(longestWaitMs, () => late.resolve());
      await Promise.race([settled, late.promise]);
      cancelTimer();
    },
  };
}

function casesOfFile(file: TestFile | null, options: TestsOptions): TestCase[] {
  if (file === null) return [];
  const text = options.read(file.file);
  const written = text === null ? [] : (adapterOf(file.framework).readCases?.(file.file, text) ?? []);
  const numbered = numberedCases(file, written);
  const writtenIds = new Set(numbered.map((each) => each.id));
  // Of a file that ran in part only some cases are on record: its source knows the others. Titles that are computed
  // stand in no source; then the record is all there is.
  if (file.cases.every((each) => writtenIds.has(each.id))) {
    const recorded = new Map(file.cases.map((each) => [each.id, each]));
    return numbered.map((each) => ({
      ...each,
      ...recorded.get(each.id),
      line: recorded.get(each.id)?.line ?? each.line,
    }));
  }
  const lines = new Map(numbered.map((each) => [each.id, each.line]));
  return file.cases.map((each) => ({ ...each, line: each.line ?? lines.get(each.id) ?? null }));
}

function numberedCases(file: TestFile, written: readonly WrittenCase[]): TestCase[] {
  const counts = new Map<TestId, number>();
  return written.map(({ titlePath, line }) => {
    const plain = testId(file.framework, file.file, titlePath);
    const count = (counts.get(plain) ?? 0) + 1;
    counts.set(plain, count);
    const id = testId(file.framework, file.file, titlePath, count);
    return { id, titlePath: [...titlePath], line, lastStatus: null, lastDurationMs: null };
  });
}

function foundSentences(files: readonly TestFile[]): string[] {
  const counts = new Map<Framework, number>();
  for (const { framework } of files) counts.set(framework, (counts.get(framework) ?? 0) + 1);
  return [...counts].map(([framework, count]) => `${framework} (${count === 1 ? '1 file' : `${count} files`})`);
}

function debugCommandOf(id: TestId, catalog: TestCatalog, options: TestsOptions): Result<DebugCommand> {
  const file = catalog.files.find((each) => belongsTo(id, each));
  const project = file === undefined ? undefined : catalog.projects.get(file.id);
  if (file === undefined || project === undefined) return failure('not_found', `There is no test ${id}.`);
  const titlePath = file.cases.find((each) => each.id === id)?.titlePath ?? titlesIn(id, file);
  const surroundings = {
    root: options.root,
    runnerFolder: assetPath('test-runners'),
    keptFolder: keptFolderOf(options),
    environment: options.environment(),
  };
  return success(adapterOf(file.framework).debug(project, file.file, titlePath, surroundings));
}

function titlesIn(id: TestId, file: TestFile): string[] {
  return id === file.id
    ? []
    : id
        .slice(file.id.length + 3)
        .replace(/ #\d+$/, '')
        .split(' > ');
}
