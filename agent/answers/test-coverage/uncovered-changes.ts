// Changed lines that no test runs.
import type { ChangeSet } from '../../protocol/change-set.ts';
import type { RepoPath } from '../../protocol/ids.ts';
import type { LineRange } from '../../store/evidence.ts';
import { rangesOf, type MergedFile } from './merged-coverage.ts';

/** By file, the changed lines that were recorded as they are now and that no test ran. */
export function uncoveredChanges(
  changes: Pick<ChangeSet, 'files'>,
  coverage: ReadonlyMap<RepoPath, MergedFile>,
): Map<RepoPath, LineRange[]> {
  const found = new Map<RepoPath, LineRange[]>();
  for (const { path, kind, lines } of changes.files) {
    const file = coverage.get(path);
    if (file === undefined || file.isOutdated || kind === 'deleted') continue;
    const isChanged = (line: number) =>
      kind === 'added' || lines.some(([first, last]) => line >= first && line <= last);
    // What is unchanged parts two changes as what ran does.
    const ranges = rangesOf(new Map([...file.lines].map(([line, ran]) => [line, ran || !isChanged(line)])), false);
    if (ranges.length > 0) found.set(path, ranges);
  }
  return found;
}
