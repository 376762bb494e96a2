// What is to be said of a run besides its results.
import type { Execution } from '../protocol/execution.ts';

/** Why steps ended badly besides their tests: a runner that is missing or broke. Builds say it in their own results. */
export function runNotes({ steps }: Pick<Execution, 'steps'>): string[] {
  return steps.flatMap(({ kind, name, state, reason }) => {
    const isBroken =
      kind !== 'build' && reason !== null && (state === 'failed' || state === 'timed_out' || state === 'skipped');
    return isBroken ? [`${name}: ${reason}`] : [];
  });
}
