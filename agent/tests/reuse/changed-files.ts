// Changed files that reach a test other than by its imports: a configuration, a fixture, a file that came or went.
import type { Impact } from '../../graph/graph.ts';
import type { RepoPath } from '../../protocol/ids.ts';

export type ReuseImpact = Pick<Impact, 'changed' | 'beyondRecordings' | 'reachedFrom'> &
  Partial<Pick<Impact, 'madeOf'>>;

/** More of them are not told apart: they count for every test. */
const mostTold = 40;
const code = /\.(?:[cm]?[jt]sx?|py)$/;

/** Tells for a test file which of the changed files belong to what it depends on, beside what it uses. */
export function changesBesides(impact: ReuseImpact): (test: RepoPath) => readonly RepoPath[] {
  const special = [...impact.changed]
    .filter(([file, { kind }]) => kind !== 'modified' || !code.test(file) || impact.beyondRecordings.has(file))
    .map(([file]) => file);
  if (special.length > mostTold) return () => special;
  return (test) => special.filter((file) => impact.reachedFrom(new Set([file])).has(test));
}
