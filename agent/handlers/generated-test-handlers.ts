// What answers the operations on generated tests.
import type { Generation } from '../tests/generation/generation.ts';
import type { Handlers } from '../server/server.ts';

/** One handler for each operation on generated tests. */
export function generatedTestHandlers({ generation }: { readonly generation: Generation }) {
  return {
    promptForTests: (request) => generation.prompt(request),
    generateTests: (request) => generation.generate(request),
    getGeneratedTests: async ({ id }) => generation.generated(id),
  } satisfies Partial<Handlers>;
}
