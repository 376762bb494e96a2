// Which test files run, and why: a table of rules, the first that applies gives the reason.
import picomatch from 'picomatch';
import type { RepoPath, TestId } from '../protocol/ids.ts';
import type { TestFile } from '../protocol/test.ts';
import { isFailing } from './estimator.ts';
import type { TestPlanInput } from './plan-input.ts';

export interface Selected {
  readonly file: TestFile;
  /** Graph nodes from the change to the test; where no edge led there, a sentence stands first. */
  readonly why: readonly string[];
  /** Edges from the nearest change; null where the graph does not reach. */
  readonly distance: number | null;
}

interface SelectionRule {
  /** What the rule says, for notes and for readers of this table. */
  readonly says: string;
  /** The reason, or null where the rule does not apply. */
  select(file: TestFile, facts: Facts): Omit<Selected, 'file'> | null;
}

/** For a change. Their order is that of their evidence. */
const rules: readonly SelectionRule[] = [
  {
    says: 'the test file itself changed or is new, or something that it needs changed',
    select(file, { input }) {
      const reached = input.impact.reached.get(file.file);
      return reached === undefined ? null : { why: reached.path, distance: reached.distance };
    },
  },
  {
    says: 'the configuration of its project changed, or something that the configuration needs',
    select(file, { input, reachedConfiguration }) {
      const through = reachedConfiguration(file.id);
      const reached = through === null ? undefined : input.impact.reached.get(through);
      return reached === undefined ? null : { why: [...reached.path, file.file], distance: reached.distance + 1 };
    },
  },
  {
    says: 'the test is built from sources that the graph cannot relate to it, and something below its project changed',
    select(file, { input, changedBelow }) {
      if (input.sources.has(file.file)) return null;
      const changed = changedBelow(file.project);
      return changed === null ? null : { why: [changed, file.file], distance: 1 };
    },
  },
  {
    says: 'it failed the last time that it ran',
    select(file, { input }) {
      const history = input.history.get(file.id);
      return history !== undefined && isFailing(history)
        ? { why: ['failed last time', file.file], distance: null }
        : null;
    },
  },
];

/** The files that a request and a change select, in the order of `input.files`. */
export function selectTests(input: TestPlanInput): Selected[] {
  const { request, settings } = input;
  if (request.buildsOnly === true) return [];
  const facts = factsOf(input);
  if (request.tests !== undefined) {
    const chosen = request.tests;
    return input.files
      .filter((file) => chosen.some((id) => belongsTo(id, file)))
      .map((file) => everything(file, input, 'chosen'));
  }
  if (request.failed === true) {
    return input.files
      .filter((file) => hasFailed(file, input))
      .map((file) => everything(file, input, 'failed last time'));
  }
  if (request.all === true) return input.files.map((file) => everything(file, input, 'all tests'));
  if (!settings['test.aiSelection']) return input.files.map((file) => everything(file, input, 'selection is off'));
  return input.files.flatMap((file) => {
    for (const rule of rules) {
      const found = rule.select(file, facts);
      if (found !== null) return [{ file, ...found }];
    }
    return [];
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
  reachedConfiguration(id: TestId): RepoPath | null;
  changedBelow(folder: string): RepoPath | null;
}

function factsOf(input: TestPlanInput): Facts {
  const nearest = new Map<object, RepoPath | null>();
  return {
    input,
    reachedConfiguration(id) {
      const project = input.projects.get(id);
      if (project === undefined) return null;
      const known = nearest.get(project);
      if (known !== undefined) return known;
      const reached = project.configFiles.find((file) => input.impact.reached.has(file)) ?? null;
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

function hasFailed(file: TestFile, input: TestPlanInput): boolean {
  const history = input.history.get(file.id);
  return history !== undefined && isFailing(history);
}
