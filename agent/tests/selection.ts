// Which test files run, and why: a table of rules, the first that applies gives the reason.
import picomatch from 'picomatch';
import type { RepoPath, TestId } from '../protocol/ids.ts';
import { auditReason } from '../protocol/plan.ts';
import type { TestFile } from '../protocol/test.ts';
import { isFailing } from './estimator.ts';
import type { Verdict } from './evidence-judge.ts';
import type { TestPlanInput } from './plan-input.ts';

export interface Selected {
  readonly file: TestFile;
  /** Graph nodes from the change to the test; where no edge led there, a sentence stands first. */
  readonly why: readonly string[];
  /** Edges from the nearest change; null where the graph does not reach. */
  readonly distance: number | null;
  /** A recording shows that it ran, loaded or read what changed. */
  readonly ranChange?: true;
}

/** One row of the table that decides which tests run. */
export interface SelectionRule {
  readonly name: string;
  /** What the rule says, for readers of this table. */
  readonly says: string;
  /** Why that is safe, or needed. */
  readonly because: string;
  /** What stands in a plan, or null where the rule does not apply. */
  select(file: TestFile, facts: Facts): Omit<Selected, 'file'> | null;
}

/** For a change, in the order of their evidence: the first that applies gives the reason. What none selects is skipped. */
export const selectionRules: readonly SelectionRule[] = [
  {
    name: 'changed',
    says: 'the test file itself changed, is new, or was renamed',
    because: 'nothing is known of what it does now',
    select(file, { input }) {
      const reached = input.impact.reached.get(file.file);
      return reached?.distance === 0 ? { why: reached.path, distance: 0 } : null;
    },
  },
  {
    name: 'failing',
    says: 'it failed the last time that it ran',
    because: 'only a run tells whether the change mends it',
    select(file, { input }) {
      const history = input.history.get(file.id);
      if (history === undefined || !isFailing(history)) return null;
      const reached = input.impact.reached.get(file.file);
      return reached === undefined
        ? { why: ['failed last time', file.file], distance: null }
        : { why: reached.path, distance: reached.distance };
    },
  },
  {
    name: 'configured',
    says: 'the configuration of its project changed, or something that the configuration needs',
    because: 'it decides how the test is found, compiled and run, before anything is recorded',
    select(file, { input, reachedConfiguration }) {
      const through = reachedConfiguration(file.id);
      const reached = through === null ? undefined : input.impact.reached.get(through);
      return reached === undefined ? null : { why: [...reached.path, file.file], distance: reached.distance + 1 };
    },
  },
  {
    name: 'built',
    says: 'it is built from sources that the graph cannot relate to it, and something below its project changed',
    because: 'a built file names no sources, and neither does a list that only declares tests',
    select(file, { input, changedBelow }) {
      if (input.sources.has(file.file) && !isDeclaration(file)) return null;
      const changed = changedBelow(file.project);
      return changed === null ? null : { why: [changed, file.file], distance: 1 };
    },
  },
  {
    name: 'recorded',
    says: 'a recording that holds shows that it ran, loaded or read what changed',
    because: 'the change is in lines that it ran, in what a file does when it is loaded, or in a file that it opened',
    select(file, { input, verdictOn }) {
      const verdict = verdictOn(file);
      return verdict?.kind === 'affected' ? { ...reachedOr(file, input.impact, verdict), ranChange: true } : null;
    },
  },
  {
    name: 'regretted',
    says: 'it once failed although a selection had left it out, and a file changed that had changed then',
    because: 'something led there that neither imports nor recordings show',
    select(file, { input }) {
      const changed = input.changes.files.find(({ path }) => input.regrets.get(path)?.has(file.id) === true);
      if (changed === undefined || !runsDifferently(changed.path, input)) return null;
      return { why: [changed.path, 'failed once when it had been left out', file.file], distance: 2 };
    },
  },
  {
    name: 'unrecorded',
    says: 'imports or paths lead from the change to it, and no recording that holds can tell whether it ran what changed',
    because:
      'it was never recorded, the recording is older than a file on the way or not complete, the test works with random values, or the changed file is new, is no code, decides how tests run, or shows in no recording',
    select(file, { input, verdictOn }) {
      const verdict = verdictOn(file);
      if (verdict?.kind === 'unaffected' || verdict?.kind === 'affected') return null;
      const reached = (verdict === null ? input.impact.reached : input.impact.reachedFrom(verdict.files)).get(
        file.file,
      );
      return reached === undefined ? null : { why: reached.path, distance: reached.distance };
    },
  },
];

/** A CMakeLists.txt stands for tests whose sources it does not tell. */
function isDeclaration({ file }: TestFile): boolean {
  return /(?:^|\/)CMakeLists\.txt$/.test(file);
}

function runsDifferently(path: RepoPath, { impact }: TestPlanInput): boolean {
  const kind = impact.changed.get(path)?.difference?.kind;
  return kind !== 'nothing' && kind !== 'types';
}

/** By the graph's way where there is one. */
function reachedOr(
  file: TestFile,
  { reached }: TestPlanInput['impact'],
  { by, through = [] }: Extract<Verdict, { kind: 'affected' }>,
): Omit<Selected, 'file'> {
  const way = reached.get(file.file);
  return way === undefined
    ? { why: [by, ...through, file.file], distance: through.length + 1 }
    : { why: way.path, distance: way.distance };
}

/** The files that a request and a change select, in the order of `input.files`. */
export function selectTests(input: TestPlanInput): Selected[] {
  const { request, settings } = input;
  if (request.buildsOnly === true) return [];
  const facts = factsOf(input);
  if (request.tests !== undefined) {
    const isChosen = chooser(request.tests);
    const isFailedOnly = request.failed === true;
    return input.files
      .filter((file) => isChosen(file) && (!isFailedOnly || hasFailed(file, input)))
      .map((file) => everything(file, input, isFailedOnly ? 'failed last time' : 'chosen'));
  }
  if (request.failed === true) {
    return input.files
      .filter((file) => hasFailed(file, input))
      .map((file) => everything(file, input, 'failed last time'));
  }
  if (request.all === true) return input.files.map((file) => everything(file, input, 'all tests'));
  if (!settings['test.aiSelection']) return input.files.map((file) => everything(file, input, 'selection is off'));
  return input.files.flatMap((file) => {
    for (const rule of selectionRules) {
      const found = rule.select(file, facts);
      if (found !== null) return [{ file, ...found }];
    }
    return request.audit === true ? [{ file, why: [auditReason, file.file], distance: null }] : [];
  });
}

/** Whether the id of a file or of a case names this file or something in it. */
export function belongsTo(id: TestId, file: TestFile): boolean {
  return id === file.id || id.startsWith(`${file.id} > `);
}

/** Files that noodle.yaml takes out of all runs. */
export function excludedBy(patterns: readonly string[]): (file: RepoPath) => boolean {
  if (patterns.length === 0) return () => false;
  const matches = picomatch([...patterns], { dot: true });
  return (file) => matches(file);
}

interface Facts {
  readonly input: TestPlanInput;
  /** By the recordings; null where nothing is recorded. Worked out once a file. */
  verdictOn(file: TestFile): Verdict | null;
  reachedConfiguration(id: TestId): RepoPath | null;
  changedBelow(folder: string): RepoPath | null;
}

function factsOf(input: TestPlanInput): Facts {
  const nearest = new Map<object, RepoPath | null>();
  const verdicts = new Map<TestId, Verdict | null>();
  return {
    input,
    verdictOn(file) {
      const known = verdicts.get(file.id);
      const verdict = known === undefined ? (input.evidence?.verdictOn(file) ?? null) : known;
      verdicts.set(file.id, verdict);
      return verdict;
    },
    reachedConfiguration(id) {
      const project = input.projects.get(id);
      if (project === undefined) return null;
      const known = nearest.get(project);
      if (known !== undefined) return known;
      const { reached: all, bounded } = input.impact;
      const reached = project.configFiles.find((file) => all.has(file) && !bounded.has(file)) ?? null;
      nearest.set(project, reached);
      return reached;
    },
    changedBelow(folder) {
      return input.changes.files.find((change) => folder === '' || change.path.startsWith(`${folder}/`))?.path ?? null;
    },
  };
}

function everything(file: TestFile, input: TestPlanInput, reason: string): Selected {
  const reached = input.impact.reached.get(file.file);
  return { file, why: reached?.path ?? [reason, file.file], distance: reached?.distance ?? null };
}

/** Whether a file is named itself or by one of its cases. A request may name as many cases as there are. */
function chooser(ids: readonly TestId[]): (file: TestFile) => boolean {
  const named = new Set<string>();
  for (const id of ids) {
    // A title may hold ` > ` too: each beginning could be the file.
    for (let end = id.indexOf(' > '); end !== -1; end = id.indexOf(' > ', end + 3)) named.add(id.slice(0, end));
    named.add(id);
  }
  return (file) => named.has(file.id);
}

function hasFailed(file: TestFile, input: TestPlanInput): boolean {
  const history = input.history.get(file.id);
  return history !== undefined && isFailing(history);
}
