// What the editor underlines: where tests fail now, and what compilers said in the last build.
import type { StepProblem } from '../protocol/step-problem.ts';
import type { RepoPath } from '../protocol/ids.ts';
import type { Location, TestResult } from '../protocol/test.ts';
import { tellingBuildResults } from '../store/builds.ts';
import { latestStepProblems } from '../store/step-problems.ts';
import type { LineRange } from '../store/evidence.ts';
import type { Reader } from '../store/store.ts';
import { failingResults } from '../store/tests.ts';

/** A position as editors count: both from 0. */
interface Position {
  readonly line: number;
  readonly character: number;
}

export interface Diagnostic {
  readonly range: { readonly start: Position; readonly end: Position };
  readonly severity: 'error' | 'warning' | 'information';
  readonly message: string;
  readonly code: string | null;
}

const mostShown = 1000;
const wholeLine = 10_000;

/** When a file was last written, in milliseconds since 1970; null where it is not there. */
export type WrittenAt = (file: RepoPath) => number | null;

/**
 * By file: failing tests at the line where they fail, problems of the last build of each target, what the last run of each
 * step of a pipeline said of files that are as they were, and changed lines that no test runs.
 */
export function currentDiagnostics(
  store: Reader,
  uncovered: ReadonlyMap<RepoPath, readonly LineRange[]>,
  writtenAt: WrittenAt,
): ReadonlyMap<RepoPath, readonly Diagnostic[]> {
  const byFile = new Map<RepoPath, Diagnostic[]>();
  const add = (file: RepoPath, diagnostic: Diagnostic) => {
    const known = byFile.get(file);
    if (known === undefined) byFile.set(file, [diagnostic]);
    else known.push(diagnostic);
  };
  for (const { result } of failingResults(store, mostShown)) {
    const at = result.failureAt ?? result.declaredAt ?? { file: result.file, line: 1 };
    add(at.file, ofTest(result, at));
  }
  for (const { problems } of tellingBuildResults(store)) for (const problem of problems) add(problem.location.file, ofProblem(problem));
  for (const problem of stepProblems(store, writtenAt)) {
    const { file } = problem.location;
    const diagnostic = ofProblem(problem);
    // A build of the same files may have said the same.
    if (byFile.get(file)?.some((other) => isSame(other, diagnostic)) !== true) add(file, diagnostic);
  }
  for (const [file, ranges] of uncovered) for (const range of ranges) add(file, ofUncovered(range));
  return byFile;
}

function stepProblems(store: Reader, writtenAt: WrittenAt): StepProblem[] {
  return latestStepProblems(store)
    .flatMap(({ at, problems }) => {
      const holds = (file: RepoPath) => (writtenAt(file) ?? Number.POSITIVE_INFINITY) <= at;
      const holding = new Set([...new Set(problems.map(({ location }) => location.file))].filter(holds));
      return problems.filter(({ location }) => holding.has(location.file));
    })
    .slice(0, mostShown);
}

function isSame(one: Diagnostic, other: Diagnostic): boolean {
  const { start } = one.range;
  return one.message === other.message && start.line === other.range.start.line && start.character === other.range.start.character;
}

/** The code that tells these from others. */
const uncoveredCode = 'uncovered';

function ofUncovered([first, last]: LineRange): Diagnostic {
  const message = first === last ? 'No test runs this changed line.' : `No test runs these ${last - first + 1} changed lines.`;
  const range = { start: { line: first - 1, character: 0 }, end: { line: last - 1, character: wholeLine } };
  return { range, severity: 'information', message, code: uncoveredCode };
}

function ofTest(result: TestResult, at: Location): Diagnostic {
  const title = result.titlePath.length === 0 ? result.file : result.titlePath.join(' › ');
  const compared = result.expected === undefined || result.actual === undefined ? '' : `\nexpected ${result.expected}, received ${result.actual}`;
  return { range: rangeAt(at), severity: 'error', message: `${title}: ${result.message ?? result.status}${compared}`, code: result.id };
}

function ofProblem({ location, severity, message, code }: StepProblem): Diagnostic {
  return { range: rangeAt(location), severity, message, code: code ?? null };
}

/** From the column, or the line's first letter, to the end of the line: editors shorten it to what is there. */
function rangeAt({ line, column }: Location): Diagnostic['range'] {
  return { start: { line: line - 1, character: (column ?? 1) - 1 }, end: { line: line - 1, character: wholeLine } };
}
