// Without zod, so that the editor's side loads nothing for it.
import type { Plan } from './plan.ts';

/** How many test files a plan has decided about. */
export function plannedFiles({
  tests,
  reused = [],
  skipped,
  budget,
}: Pick<Plan, 'tests' | 'reused' | 'skipped' | 'budget'>): number {
  const ids = new Set(tests.map(({ id }) => id));
  const leftOut = budget?.leftOut.filter(({ id }) => !ids.has(id)).length ?? 0;
  return tests.length + reused.length + leftOut + skipped.files.length;
}
