// What answers the operations between tests and code.
import type { Related } from '../answers/related.ts';
import type { Handlers } from '../server/server.ts';

/** One handler for each operation on related tests and code. */
export function relatedHandlers({ related }: { readonly related: Related }) {
  return {
    getRelatedTests: ({ file, line }) => related.tests(file, line),
    getRelatedCode: (asked) => related.code(asked),
  } satisfies Partial<Handlers>;
}
