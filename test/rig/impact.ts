// An impact, as the graph would tell it, of which a test names only what it is about.
import type { Impact, Reached } from '../../agent/graph/graph.ts';
import type { RepoPath } from '../../agent/protocol/ids.ts';

/** Nothing is reached and nothing changed, but for what is given. */
export function impactWith(given: Partial<Impact> = {}): Impact {
  const reached: ReadonlyMap<RepoPath, Reached> = given.reached ?? new Map();
  return {
    reached,
    reachedByTypes: new Map(),
    unbounded: [],
    notes: [],
    changed: new Map(),
    beyondRecordings: new Set(),
    typeChecked: new Set(),
    bounded: new Set(),
    madeOf: () => null,
    reachedFrom: () => reached,
    contentOf: () => null,
    ...given,
  };
}
