// How long what a plan leaves out would have taken, by the records.
import type { NoodleEvent } from '../protocol/events.ts';
import type { Plan } from '../protocol/plan.ts';
import { buildDurations } from '../store/builds.ts';
import { skippedTestsMs } from '../store/plans.ts';
import type { Reader } from '../store/store.ts';

type Saved = Extract<NoodleEvent, { type: 'run.finished' }>['saved'];

/** Milliseconds by the medians of earlier runs; what never ran counts nothing. */
export function savedBy(store: Reader, plan: Plan): Saved {
  const durations = buildDurations(store);
  let buildsMs = 0;
  for (const build of plan.builds) if (build.cached) buildsMs += durations.get(build.target) ?? 0;
  return { testsMs: skippedTestsMs(store, plan), buildsMs };
}
