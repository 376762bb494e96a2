// What answers the operations between tests and code.
import type { Related } from '../answers/related.ts';
import type { Handlers } from '../server/server.ts';

export function relatedHandlers({ related }: { readonly related: Related }) {
  return {
    getRelatedTests: ({ file, line }) => related.tests(file, line),
    getRelatedCode: (asked) => related.code(asked),
  } satisfies Partial<Handlers>;
}
