// Reuses the result of a test file while nothing has changed of what it depends on: says where, and why not elsewhere.
import type { Clock } from '../../platform/clock.ts';
import type { ExecutionId, RepoPath, TestId } from '../../protocol/ids.ts';
import { reusesResults, type PlanRequest } from '../../protocol/plan.ts';
import type { TestFile } from '../../protocol/test.ts';
import { listFlakyTests } from '../../store/flakiness.ts';
import { loadRegrets } from '../../store/regrets.ts';
import { fileHistory, type FileHistory } from '../../store/tests.ts';
import { forgetValidResults, saveValidResults, validResults, type ValidResult } from '../../store/valid-results.ts';
import type { TestProject } from '../adapter.ts';
import { hashOf } from '../catalog-keys.ts';
import type { ContentCache, Contents } from '../content-cache.ts';
import { isFailing } from '../estimator.ts';
import type { EvidenceSource } from '../evidence-source.ts';
import type { TestsOptions } from '../options.ts';
import { changesBesides, type ReuseImpact } from './changed-files.ts';
import { dependenciesOf, type Dependencies } from './dependencies.ts';
import { surroundingsOf, type Surroundings } from './surroundings.ts';

/** Whether the last result of a test file holds, or why it does not. */
export type ReuseVerdict =
  | ({ readonly isReused: true } & Omit<ValidResult, 'test' | 'fingerprint'>)
  | { readonly isReused: false; readonly because: string };

/** What is known of a step when its tests have ended. */
export interface EndedStep {
  readonly executionId: ExecutionId;
  readonly project: TestProject;
  /** What the plan knew of the change; null: nothing is kept. */
  readonly impact: ReuseImpact | null;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Files that ran whole and passed at the first try, with the count of their tests. */
  readonly passed: ReadonlyMap<TestId, { readonly file: TestFile; readonly tests: number }>;
  /** Files of which something failed. */
  readonly failed: readonly TestId[];
}

export interface Reuse {
  /** For one plan; null where everything that is asked for runs. */
  judge(request: PlanRequest, impact: ReuseImpact): ((test: TestFile) => ReuseVerdict) | null;
  /** Keeps the results of a run that hold from now on. */
  keep(step: EndedStep): Promise<void>;
}

export interface ReuseParts {
  readonly options: TestsOptions;
  readonly contents: ContentCache;
  readonly recorded: EvidenceSource;
  readonly projects: () => ReadonlyMap<TestId, TestProject>;
  /** Every file that git does not ignore. */
  readonly sources: () => ReadonlySet<RepoPath>;
}

/** For one decision. */
type Look = Omit<ReuseParts, 'contents'> & { readonly contents: Contents };

function lookAt(parts: ReuseParts): Look {
  return { ...parts, contents: parts.contents.snapshot() };
}

/** Nothing is looked at before the first question. */
export function createReuse(parts: ReuseParts): Reuse {
  const { options } = parts;
  return {
    judge: (request, impact) =>
      !reusesResults(request) || options.graph === undefined || options.settings()['test.cacheTtl'] === 0
        ? null
        : judgeOf(lookAt(parts), impact),
    async keep(step) {
      const results = options.graph === undefined ? [] : resultsThatHold(lookAt(parts), step);
      const held = new Set(results.map((each) => each.test));
      const over = [...step.failed, ...step.passed.keys()].filter((test) => !held.has(test));
      if (results.length + over.length === 0) return;
      await options.store.transact((tx) => {
        forgetValidResults(tx, over);
        saveValidResults(tx, results);
      });
    },
  };
}

function judgeOf(parts: Look, impact: ReuseImpact): (test: TestFile) => ReuseVerdict {
  const { store, clock, settings } = parts.options;
  const known = validResults(store);
  const history = fileHistory(store);
  const doubtful = doubtfulTests(parts.options);
  const print = printerOf(parts, impact);
  const ttlMs = settings()['test.cacheTtl'] * 1000;
  return (test) => {
    const result = known.get(test.id);
    const because =
      refusalOf(history.get(test.id), doubtful(test)) ??
      (result === undefined ? unkept(parts, test) : tooOld(result, clock, ttlMs));
    if (because !== null || result === undefined) return { isReused: false, because: because ?? '' };
    const printed = print(test);
    if (!printed.isKnown) return { isReused: false, because: printed.because };
    if (printed.fingerprint !== result.fingerprint)
      return { isReused: false, because: 'something that it depends on is not as it was when it last passed' };
    // Output that is committed is as it was until the build of this very change has written it.
    const made = [...printed.files].find((file) => (impact.madeOf?.(file) ?? null) !== null);
    if (made !== undefined) return { isReused: false, because: `${made} is made of what changed` };
    const { executionId, finishedAt, tests } = result;
    return { isReused: true, executionId, finishedAt, tests };
  };
}

/** Why no result of a test may be reused whatever its files say; null when one may. */
function refusalOf(history: FileHistory | undefined, doubt: string | null): string | null {
  if (history === undefined) return 'it never ran here';
  return isFailing(history) ? 'its last result is a failure' : doubt;
}

/** Why there is no result: it depends on something that cannot be known, or did not pass whole since that is known. */
function unkept(parts: Look, test: TestFile): string {
  const dependencies = dependenciesNow(parts, test);
  return dependencies.isKnown ? 'it did not pass as a whole since what it uses is recorded' : dependencies.because;
}

function tooOld({ finishedAt }: ValidResult, clock: Clock, ttlMs: number): string | null {
  return clock.now() - finishedAt > ttlMs
    ? `its last result is older than ${ttlMs / 1000} s (NOODLE_TEST_CACHE_TTL)`
    : null;
}

/** Tests whose results say little of the next one. */
function doubtfulTests({ store, clock }: TestsOptions): (test: TestFile) => string | null {
  const flaky = listFlakyTests(store, clock.now());
  const regretted = new Set(loadRegrets(store).map((each) => each.test));
  return (test) => {
    const own = flaky.find((each) => each.test === test.id || each.test.startsWith(`${test.id} > `));
    if (own !== undefined) return own.quarantine === null ? 'it is flaky' : 'a test of it is quarantined';
    return regretted.has(test.id) ? 'it once failed although nothing that it was known to use had changed' : null;
  };
}

type Printed =
  | { readonly isKnown: true; readonly fingerprint: string; readonly files: Iterable<RepoPath> }
  | { readonly isKnown: false; readonly because: string };

/** Fingerprints of test files as everything is now; what they share is worked out once. */
function printerOf(parts: Look, impact: ReuseImpact): (test: TestFile) => Printed {
  const { contents } = parts;
  const around = new Map<TestProject, string>();
  const lines = new Map<RepoPath, string>();
  const besides = changesBesides(impact);
  const lineOf = (file: RepoPath) => {
    const line = lines.get(file) ?? `${file} ${contents.hashOf(file)}`;
    lines.set(file, line);
    return line;
  };
  return (test) => {
    const project = parts.projects().get(test.id);
    if (project === undefined) return { isKnown: false, because: 'no project runs it' };
    const dependencies = dependenciesNow(parts, test);
    if (!dependencies.isKnown) return dependencies;
    const shared = around.get(project) ?? surroundingsNow(parts, project).hash;
    around.set(project, shared);
    const files = new Set([...dependencies.files, ...besides(test.file)]);
    const folders = [...dependencies.folders].map((folder) => `${folder}/ ${contents.listingOf(folder)}`);
    return {
      isKnown: true,
      files,
      fingerprint: hashOf([shared, ...[...files].map(lineOf).toSorted(), ...folders.toSorted()]),
    };
  };
}

function dependenciesNow({ options, contents, recorded, sources }: Look, test: TestFile): Dependencies {
  return dependenciesOf(test, {
    recorded: recorded.of(test.id),
    sources: sources(),
    importsOf: (file) => options.graph?.importsOf(file) ?? [],
    notesOn: (file) => options.graph?.notesOn(file) ?? [],
    contentOnDisk: (file) => contents.hashOf(file),
    says: (file, pattern) => contents.says(file, pattern),
  });
}

function surroundingsNow({ options, contents, sources }: Look, project: TestProject): Surroundings {
  return surroundingsOf(project, {
    root: options.root,
    sources: sources(),
    environment: options.environment(),
    importsOf: (file) => options.graph?.importsOf(file) ?? [],
    contents,
  });
}

/** Of a file that was written while the tests ran nobody knows which content they saw. */
function resultsThatHold(parts: Look, step: EndedStep): ValidResult[] {
  const { contents, options } = parts;
  const isKept = step.passed.size > 0 && options.settings()['test.cacheTtl'] > 0;
  if (step.impact === null || !isKept) return [];
  if (surroundingsNow(parts, step.project).writtenAt > step.startedAt) return [];
  const print = printerOf(parts, step.impact);
  const isOlder = (file: RepoPath) => (contents.writtenAt(file) ?? 0) <= step.startedAt;
  const old = new Map<RepoPath, boolean>();
  return [...step.passed].flatMap(([test, { file, tests }]) => {
    const printed = print(file);
    if (!printed.isKnown) return [];
    for (const used of printed.files) {
      const isOld = old.get(used) ?? isOlder(used);
      old.set(used, isOld);
      if (!isOld) return [];
    }
    const { executionId } = step;
    return [{ test, fingerprint: printed.fingerprint, executionId, finishedAt: options.clock.now(), tests }];
  });
}
