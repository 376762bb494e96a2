// What to test next: code that no test runs, weighed by how often its file changes.
import type { RepoPath } from '../../protocol/ids.ts';
import type { TestSuggestion } from '../../protocol/coverage.ts';
import { counted } from '../../protocol/quantities.ts';
import type { CoveredFunction } from '../../store/evidence.ts';
import type { MergedFile } from './merged-coverage.ts';

/** How many commits are looked at. */
export const suggestedCommits = 500;

/** The riskiest first: lines that no test runs × changes of the file. `changes`: commits by file, of the last 500. */
export function suggestTests(
  files: Iterable<MergedFile>,
  changes: ReadonlyMap<RepoPath, number>,
  limit: number,
): TestSuggestion[] {
  const found = [...files]
    .filter(({ isOutdated }) => !isOutdated)
    .flatMap((file) => suggestionsIn(file, changes.get(file.path) ?? 0));
  const risk = (each: TestSuggestion) => each.uncoveredLines * (1 + each.changes);
  return found
    .toSorted(
      (one, other) => risk(other) - risk(one) || (one.path < other.path ? -1 : 1) || one.startLine - other.startLine,
    )
    .slice(0, limit);
}

/** By file, in how many commits of a log (`--format= --name-only`) it is. */
export function changesByFile(log: string): Map<RepoPath, number> {
  const counts = new Map<RepoPath, number>();
  for (const line of log.split('\n')) {
    // Paths as git prints them; what is none is looked up by nobody.
    const path = line.trim() as RepoPath;
    if (path !== '') counts.set(path, (counts.get(path) ?? 0) + 1);
  }
  return counts;
}

/** Functions that never ran, and what did not run of others; the outermost function speaks for what lies in it. */
function suggestionsIn(file: MergedFile, changes: number): TestSuggestion[] {
  const missed = [...file.lines].filter(([, ran]) => !ran).map(([line]) => line);
  const claimed = new Set<number>();
  const suggestions: TestSuggestion[] = [];
  const claim = (each: CoveredFunction) => {
    const lines = missed.filter((line) => line >= each.startLine && line <= each.endLine && !claimed.has(line));
    if (lines.length === 0) return;
    lines.forEach((line) => claimed.add(line));
    suggestions.push(suggestionOf(file.path, each, { uncoveredLines: lines.length, changes }));
  };
  file.functions.filter(({ executed, name }) => !executed && name !== '').forEach(claim);
  // The innermost of those that ran in part.
  file.functions
    .filter(({ executed, name }) => executed && name !== '')
    .toSorted((one, other) => one.endLine - one.startLine - (other.endLine - other.startLine))
    .forEach(claim);
  return suggestions;
}

function suggestionOf(
  path: RepoPath,
  { name, startLine, endLine, executed }: CoveredFunction,
  { uncoveredLines, changes }: Pick<TestSuggestion, 'uncoveredLines' | 'changes'>,
): TestSuggestion {
  const what = executed
    ? `${counted(uncoveredLines, 'line')} of ${name} run in no test`
    : `no test runs ${name} (${counted(uncoveredLines, 'line')})`;
  const often =
    changes === 0
      ? 'its file did not change lately'
      : `its file changed in ${counted(changes, 'commit')} of the last ${suggestedCommits}`;
  return { path, name, startLine, endLine, uncoveredLines, changes, why: `${what}; ${often}` };
}
