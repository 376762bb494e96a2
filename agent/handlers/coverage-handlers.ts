// What answers the operations on coverage.
import type { Coverage } from '../answers/coverage.ts';
import { success } from '../protocol/failure.ts';
import type { Handlers } from '../server/server.ts';

/** One handler for each operation on coverage. */
export function coverageHandlers({ coverage }: { readonly coverage: Coverage }) {
  return {
    getCoverage: async (scope) => success(await coverage.summary(scope)),
    getFileCoverage: async ({ path, ...scope }) => coverage.file(scope, path),
    exportCoverage: async ({ format, ...scope }) => success(await coverage.export(scope, format)),
    suggestTests: async ({ limit }) => success(await coverage.suggestions(limit)),
  } satisfies Partial<Handlers>;
}
