// Why a test was selected, skipped or ordered where it was: from the last plan that decided it, and from records.
import type { Builds } from '../builds/builds.ts';
import type { Graph, History } from '../graph/graph.ts';
import type { Explanation } from '../protocol/explanation.ts';
import { failure, success, type Result } from '../protocol/failure.ts';
import { findTests, type FoundTest } from '../protocol/find-tests.ts';
import type { RepoPath } from '../protocol/ids.ts';
import { nearest } from '../protocol/nearest.ts';
import type { EstimateMove, Plan, ReusedTest } from '../protocol/plan.ts';
import { counted, formatDuration } from '../protocol/quantities.ts';
import type { Planner } from '../pipelines/planner.ts';
import { explainBenchmarks } from './explain-benchmarks.ts';
import { explainFile } from './explain-file.ts';
import { fileFacts, lineFacts, ownerFacts } from './file-facts.ts';
import { latestPlanWith, type RecordedPlan } from '../store/plans.ts';
import type { Reader } from '../store/store.ts';
import { fileHistory, testHistory } from '../store/tests.ts';
import type { TestFile } from '../protocol/test.ts';
import type { Tests } from '../tests/tests.ts';
import type { Workspace } from '../workspace/workspace.ts';


export interface ExplainOptions {
  readonly builds: Builds;
  readonly tests: Tests;
  readonly graph: Graph;
  readonly history: Pick<History, 'about' | 'coChange' | 'follow' | 'settled'>;
  readonly workspace: Pick<Workspace, 'read' | 'readGit'>;
  readonly planner: Planner;
  readonly store: Reader;
  /** Every file that git does not ignore. */
  readonly files: () => Promise<readonly RepoPath[]>;
}

type Decided = Pick<RecordedPlan, 'plan'> & { readonly recorded: RecordedPlan | null };

/** Every test file, case and target of that name, each explained; `not_found` when there is none. */
export async function explainSubject(options: ExplainOptions, subject: string): Promise<Result<Explanation[]>> {
  await options.planner.refresh();
  const targets = await options.builds.explain(subject);
  const { files } = await options.tests.discover([]);
  const found = await findKnown(options.tests, files, subject, targets.length > 0);
  const compared = explainBenchmarks(options.store, subject);
  if (found.length === 0 && targets.length === 0) {
    if (compared.length > 0) return success(compared);
    const file = await explainPath(options, files, subject);
    if (file !== null) return success([file]);
    const known = (await options.builds.targets()).targets;
    const near = nearest(subject, [...files.map((file) => file.file), ...known.map((target) => target.id)]);
    return failure('not_found', `there is no test, target or file '${subject}'`, near === null ? {} : { hint: `Did you mean '${near}'?` });
  }
  const tests = await Promise.all(found.map((test) => explainTest(options, test)));
  return success([...targets, ...tests, ...compared]);
}

/** A file, a line of it or a folder, with what is on record of it. */
async function explainPath(options: ExplainOptions, tests: readonly TestFile[], subject: string): Promise<Explanation | null> {
  const { graph, store, history, builds, workspace } = options;
  history.follow((await workspace.readGit(['rev-parse', 'HEAD']))?.trim() ?? null);
  await history.settled();
  const read = (file: RepoPath) => workspace.read(file);
  const factsOn = (files: readonly RepoPath[]) => fileFacts({ graph, history, builds, store, read }, files);
  const found = explainFile({ graph, store, known: await options.files(), tests, factsOn }, subject);
  const [, file = '', line] = /^(.*):(\d+)$/.exec(found?.subject ?? '') ?? [];
  if (found === null || line === undefined) return found;
  const wrote = await lineFacts((words) => workspace.readGit(words), file, Number(line));
  return { ...found, facts: [...wrote, ...found.facts] };
}

/** By what is on record; a title that is not may stand in a source. */
export async function findKnown(tests: Tests, files: readonly TestFile[], subject: string, isTarget: boolean): Promise<FoundTest[]> {
  const known = findTests(files, subject);
  if (known.length > 0 || isTarget) return known;
  const read = files.map(async (file) => ({ ...file, cases: [...(await tests.casesIn(file.id))] }));
  return findTests(await Promise.all(read), subject);
}

async function explainTest(options: ExplainOptions, found: FoundTest): Promise<Explanation> {
  const decided = await decidingPlan(options, found.file.file);
  const { plan, recorded } = decided;
  const position = plan.tests.findIndex((test) => test.id === found.file.id);
  const selected = plan.tests[position];
  return {
    subject: found.testCase?.id ?? found.file.id,
    subjectKind: 'test',
    ...verdictOn(found, plan, position),
    path: [...(selected ?? reusedIn(plan, found))?.why ?? []],
    facts: [
      ...(selected === undefined ? reuseFacts(plan, found) : orderFacts(selected, plan)),
      ...historyFacts(options.store, found),
      ...coChangeFacts(options.history, found.file.file, plan),
      ...dependencyFacts(options.graph, found.file.file, plan),
      ...ownerFacts({ read: (file) => options.workspace.read(file), history: options.history }, [found.file.file]),
    ],
    executionId: recorded?.executionId ?? null,
    at: recorded?.at ?? null,
  };
}

/** `position`: the file's place in the plan's order, -1 when it has none. */
function verdictOn({ file }: FoundTest, plan: Plan, position: number): Pick<Explanation, 'decision' | 'summary'> {
  if (position >= 0) {
    return { decision: 'selected', summary: `it was selected, ${position + 1} of ${counted(plan.tests.length, 'test file')} in order` };
  }
  const reused = plan.reused?.find((test) => test.id === file.id);
  if (reused !== undefined) {
    return { decision: 'reused', summary: `its result of ${new Date(reused.since).toLocaleString()} was reused: nothing that it depends on had changed since` };
  }
  const budget = leftOutBy(plan, file.file);
  if (budget !== null) return { decision: 'skipped', summary: `skipped by budget: ${budget}` };
  if (!plan.skipped.files.includes(file.file)) return { decision: 'unknown', summary: 'no plan that is recorded decided about it' };
  const changed = counted(plan.changes.length, 'file');
  return { decision: 'skipped', summary: `it was skipped: nothing that it depends on is among what changed (${changed})` };
}

/** Why a budget left a file out; null where none did. */
function leftOutBy({ budget, tests }: Plan, file: RepoPath): string | null {
  const left = budget?.leftOut.find((test) => test.file === file);
  if (budget === undefined || left === undefined) return null;
  const { kind, target, basis, expectedShare } = budget;
  const asked = kind === 'time' ? formatDuration(target) : `${kind} ${target}`;
  const others = expectedShare === null ? '' : `, which are expected to find ${(expectedShare * 100).toFixed(0)} % of the failures`;
  return `the change can affect it (${left.why.join(' → ')}), and ${asked} went to ${counted(tests.length, 'test file')}${others}; its probability is ${left.probability.toFixed(3)} for ${formatDuration(left.expectedMs)}. ${basis}`;
}

/** The recorded plan that decided about the file last; without one, the plan that would be made now. */
async function decidingPlan({ store, planner }: ExplainOptions, file: RepoPath): Promise<Decided> {
  const recorded = latestPlanWith(store, file);
  if (recorded !== null) return { plan: recorded.plan, recorded };
  const planned = await planner.plan({});
  const empty: Plan = { changes: [], builds: [], tests: [], skipped: { count: 0, files: [] }, notes: [], planMs: 0 };
  return { plan: planned.ok ? planned.value.plan : empty, recorded: null };
}

function orderFacts(selected: Plan['tests'][number], plan: Plan): string[] {
  const order = `order: probability ${selected.probability.toFixed(2)} that it fails, expected to take ${formatDuration(selected.expectedMs)}`;
  const reuse = selected.notReused === undefined ? [] : [`not reused: ${selected.notReused}`];
  return [order, ...estimateFacts(selected), ...whichOrder(plan), ...reuse];
}

/** What gave the probability, and the three things that moved it most. */
function estimateFacts({ estimate, why }: Plan['tests'][number]): string[] {
  if (estimate === undefined) return [];
  const { by, moves } = estimate;
  const origin = by.startsWith('rule') ? `${by} (no model decides: see noodle models)` : `the model ${by}`;
  const reasons = moves.map(({ by: what, logOdds }) => `${reasonWords(what, why)} ${logOdds > 0 ? 'raises' : 'lowers'} it by ${Math.abs(logOdds).toFixed(2)} in log odds`);
  return [`the probability is from ${origin}`, ...reasons.map((reason) => `  ${reason}`)];
}

function reasonWords(what: EstimateMove['by'], why: readonly string[]): string {
  if (what === 'reach') return why.length > 1 ? `how it is reached (${counted(why.length - 1, 'edge')} from the change, or recorded to have run it)` : `how it is reached (${why[0] ?? 'not known'})`;
  return { 'co-change': 'how often it changed together with what changed', record: 'how often it failed before', 'failed last time': 'that it failed last time' }[what];
}

function reusedIn(plan: Plan, { file }: FoundTest): ReusedTest | undefined {
  return plan.reused?.find((test) => test.id === file.id);
}

function reuseFacts(plan: Plan, found: FoundTest): string[] {
  const reused = reusedIn(plan, found);
  if (reused === undefined) return [];
  return [
    `reuse: ${counted(reused.tests, 'test')} passed in ${reused.executionId}; the files that it was seen to use, its imports, the configuration, the installed packages, the runner and the environment are as they were (noodle run --no-cache runs it all the same)`,
  ];
}

/** Which order ran, and why that one. */
function whichOrder({ order }: Plan): string[] {
  if (order === undefined) return [];
  const name = order.by === 'estimate' ? 'probability of failure a second' : order.by;
  return [`ordered by ${name}: ${order.because}`];
}

function historyFacts(store: Reader, { file, testCase }: FoundTest): string[] {
  const history = fileHistory(store).get(file.id);
  if (history === undefined) return ['history: it has never been run here'];
  const last = testHistory(store, testCase?.id ?? file.id, 10);
  const dots = last.map((entry) => entry.status).join(', ');
  return [
    `history: the file failed in ${history.failures} of ${counted(history.runs, 'run')}; it takes ${formatDuration(history.medianMs)} (median)`,
    ...(last.length === 0 ? [] : [`last results, newest first: ${dots}`]),
  ];
}

/** A pair that changed together once may have done so by chance. */
const leastTogether = 2;

/** With which of the changed files the test used to change. */
function coChangeFacts(history: ExplainOptions['history'], file: RepoPath, plan: Plan): string[] {
  return plan.changes.slice(0, 20).flatMap(({ path }) => {
    const found = path === file ? null : history.coChange(path, file);
    if (found === null || found.together < leastTogether) return [];
    return [`co-change: ${found.together} of ${counted(found.of, 'commit')} that changed ${path} changed the test too (${Math.round(found.confidence * 100)} %)`];
  });
}

const shownDependencies = 10;

function dependencyFacts(graph: Graph, file: RepoPath, plan: Plan): string[] {
  const dependencies = closureOf(graph, file);
  const changed = new Set<string>(plan.changes.flatMap((change) => (change.from === undefined ? [change.path] : [change.path, change.from])));
  const touched = dependencies.filter((path) => changed.has(path));
  const shown = dependencies.slice(0, shownDependencies).join(', ');
  const more = dependencies.length > shownDependencies ? `, and ${dependencies.length - shownDependencies} more` : '';
  return [
    `evidence: by its imports as they are now it depends on ${counted(dependencies.length, 'file')}${dependencies.length === 0 ? '' : `: ${shown}${more}`}`,
    touched.length === 0 ? 'of these none is changed' : `of these are changed: ${touched.join(', ')}`,
  ];
}

/** Everything that a file reaches by its edges, without itself, nearest first. */
export function closureOf(graph: Graph, file: RepoPath): RepoPath[] {
  const seen = new Set<RepoPath>([file]);
  for (const current of seen) for (const next of graph.importsOf(current)) seen.add(next);
  seen.delete(file);
  return [...seen];
}
