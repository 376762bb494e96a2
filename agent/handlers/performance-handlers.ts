// What answers the operations on performance.
import type { Performance } from '../performance/performance.ts';
import { success } from '../protocol/failure.ts';
import type { Handlers } from '../server/server.ts';

/** One handler for each of their operations. */
export function performanceHandlers({ performance }: { readonly performance: Performance }) {
  return {
    listBenchmarks: async () => success({ sets: await performance.sets() }),
    comparePerformance: (request) => performance.compare(request),
    getPerformanceComparison: async ({ id }) => performance.comparison(id),
  } satisfies Partial<Handlers>;
}
