// What is to be said of a run besides its results.
import type { Execution } from '../protocol/execution.ts';
import type { Plan } from '../protocol/plan.ts';
import type { Settings } from '../protocol/settings.ts';
import { unfollowedFrameworks } from '../protocol/test.ts';
import { evidenceAges } from '../store/evidence.ts';
import type { Reader } from '../store/store.ts';

/** Why steps ended badly besides their tests: a runner that is missing or broke. Builds say it in their own results. */
export function runNotes({ steps }: Pick<Execution, 'steps'>): string[] {
  return steps.flatMap(({ kind, name, state, reason }) => {
    const isBroken =
      kind !== 'build' && reason !== null && (state === 'failed' || state === 'timed_out' || state === 'skipped');
    return isBroken ? [`${name}: ${reason}`] : [];
  });
}

interface Recording {
  readonly store: Reader;
  readonly settings: () => Settings;
}

/** One line while no run has recorded what tests use, where one could. */
export function unrecordedNotes(plan: Plan | null, { store, settings }: Recording): string[] {
  const isRecordable = plan?.tests.some(({ framework }) => !unfollowedFrameworks.has(framework)) === true;
  if (!isRecordable || !settings()['test.recordEvidence'] || evidenceAges(store).size > 0) return [];
  return ['no run has recorded yet what the tests use: `noodle run --all` does once, and selections get narrower'];
}
