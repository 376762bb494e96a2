// Goes through the steps of an execution: each starts as soon as what it waits for has ended, or, of a service, is ready.
import type { StepId } from '../protocol/ids.ts';
import type { StepDefinition } from './definitions.ts';
import { prerequisitesOf, StepOrder } from './step-order.ts';

/** How a service is tied to the steps that need it. */
export interface ServiceTie {
  /** Lets what needs the service start. */
  ready(): void;
  /** Aborted when everything that needs it has ended. */
  readonly released: AbortSignal;
}

/** Resolves when all steps have ended. `run` never rejects. */
export function walkSteps(
  definitions: readonly StepDefinition[],
  run: (definition: StepDefinition, tie: ServiceTie) => Promise<void>,
): Promise<void> {
  return new Promise((resolve) => {
    const order = new StepOrder(definitions);
    const byId = new Map(definitions.map((definition) => [definition.id, definition]));
    const leases = new Leases(definitions);
    const freed = new Set<StepId>();
    let left = definitions.length;
    const start = (id: StepId): void => {
      const definition = byId.get(id);
      if (definition === undefined) return;
      const tie = { ready: () => free(id), released: leases.released(id) };
      void run(definition, tie).then(() => {
        left--;
        leases.ended(definition);
        free(id);
        if (left === 0) resolve();
      });
    };
    const free = (id: StepId): void => {
      if (freed.has(id)) return;
      freed.add(id);
      for (const next of order.ended(id)) start(next);
    };
    for (const id of order.ready()) start(id);
    if (left === 0) resolve();
  });
}

/** Counts who still needs each service. */
class Leases {
  readonly #users = new Map<StepId, Set<StepId>>();
  readonly #released = new Map<StepId, AbortController>();

  constructor(definitions: readonly StepDefinition[]) {
    for (const { id, isService } of definitions) {
      if (isService !== true) continue;
      this.#users.set(id, new Set());
      this.#released.set(id, new AbortController());
    }
    for (const definition of definitions) {
      for (const id of prerequisitesOf(definition)) this.#users.get(id)?.add(definition.id);
    }
    for (const [id, users] of this.#users) if (users.size === 0) this.#released.get(id)?.abort();
  }

  released(id: StepId): AbortSignal {
    return this.#released.get(id)?.signal ?? never;
  }

  ended(definition: StepDefinition): void {
    for (const id of prerequisitesOf(definition)) {
      const users = this.#users.get(id);
      if (users === undefined) continue;
      users.delete(definition.id);
      if (users.size === 0) this.#released.get(id)?.abort();
    }
  }
}

const never = new AbortController().signal;
