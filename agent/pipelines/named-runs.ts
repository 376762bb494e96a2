// What was named to be run again, and its executions: the part that build configurations and test suites have in common.
import { isDeepStrictEqual } from 'node:util';
import type { Engine, ExecutionHandle } from '../engine/engine.ts';
import type { Clock } from '../platform/clock.ts';
import { pageOf, type Page, type PageRequest } from '../platform/paging.ts';
import type { Execution } from '../protocol/execution.ts';
import { failure, success, type Result } from '../protocol/failure.ts';
import type { ExecutionId } from '../protocol/ids.ts';
import type { ExecutionTotals } from '../protocol/named-run.ts';
import { nearest } from '../protocol/nearest.ts';
import {
  definitionExecutions,
  getDefinition,
  listDefinitions,
  removeDefinition,
  saveDefinition,
  saveDefinitionExecution,
  type DefinitionKind,
  type Definitions,
} from '../store/definitions.ts';
import type { Store } from '../store/store.ts';
import { median } from './estimates.ts';

export interface NamedRunsOptions {
  readonly store: Store;
  readonly engine: Engine;
  readonly clock: Clock;
}

const words: { readonly [K in DefinitionKind]: string } = { build: 'build configuration', suite: 'test suite' };

/** The named things of one kind. */
export class NamedRuns<K extends DefinitionKind> {
  readonly #kind: K;
  readonly #options: NamedRunsOptions;

  constructor(kind: K, options: NamedRunsOptions) {
    this.#kind = kind;
    this.#options = options;
  }

  all(): Definitions[K][] {
    return listDefinitions(this.#options.store, this.#kind);
  }

  list(request: PageRequest): Result<Page<Definitions[K]>> {
    return pageOf(this.all(), ({ id }) => id, request);
  }

  get(id: string): Result<Definitions[K]> {
    const found = getDefinition(this.#options.store, this.#kind, id);
    if (found !== null) return success(found);
    const near = nearest(
      id,
      this.all().map((each) => each.id),
    );
    const hint = near === null ? {} : { hint: `Perhaps '${near}' is meant.` };
    return failure('not_found', `there is no ${words[this.#kind]} '${id}'`, { place: 'id', ...hint });
  }

  /** Making the same one again answers with the one that is there; another one of that id is a conflict. */
  async create(definition: Definitions[K]): Promise<Result<Definitions[K]>> {
    const known = getDefinition(this.#options.store, this.#kind, definition.id);
    if (known === null) {
      await this.#options.store.transact((tx) => saveDefinition(tx, this.#kind, definition));
      return success(definition);
    }
    if (isDeepStrictEqual({ ...definition, createdAt: known.createdAt }, known)) return success(known);
    return failure('conflict', `'${definition.id}' is another ${words[this.#kind]} already`, {
      place: 'id',
      hint: 'Choose another id, or delete that one first.',
    });
  }

  async remove(id: string): Promise<Result<Definitions[K]>> {
    const found = this.get(id);
    if (found.ok) await this.#options.store.transact((tx) => removeDefinition(tx, this.#kind, id));
    return found;
  }

  /** Records what was started as an execution of `id`. */
  async started(id: string, started: Result<ExecutionHandle>): Promise<Result<{ executionId: ExecutionId }>> {
    if (!started.ok) return started;
    const { store, clock } = this.#options;
    await started.value.recorded;
    const execution = { id: started.value.id, at: clock.now() };
    await store.transact((tx) => saveDefinitionExecution(tx, this.#kind, id, execution));
    return success({ executionId: started.value.id });
  }

  /** The latest execution of `id`, or the one of its executions that is named. */
  execution(id: string, named: ExecutionId | undefined): Result<Execution> {
    const definition = this.get(id);
    if (!definition.ok) return definition;
    const known = definitionExecutions(this.#options.store, this.#kind, id);
    const chosen = named ?? known[0];
    if (chosen === undefined)
      return failure('not_found', `the ${words[this.#kind]} '${id}' was never executed`, { place: 'id' });
    const execution = known.includes(chosen) ? this.#options.engine.get(chosen) : null;
    if (execution !== null) return success(execution);
    return failure('not_found', `the ${words[this.#kind]} '${id}' has no execution '${chosen}'`, {
      place: 'execution',
    });
  }

  cancel(id: string, named: ExecutionId | undefined, reason: string): Result<Execution> {
    const execution = this.execution(id, named);
    return execution.ok ? this.#options.engine.cancel(execution.value.id, reason) : execution;
  }

  totals(id: string): ExecutionTotals {
    const { store, engine } = this.#options;
    return totalsOf(definitionExecutions(store, this.#kind, id).flatMap((execution) => engine.get(execution) ?? []));
  }
}

/** `executions`: the latest first. */
export function totalsOf(executions: readonly Execution[]): ExecutionTotals {
  const succeeded = executions.filter(({ state }) => state === 'succeeded');
  const failed = executions.filter(({ state }) => state === 'failed');
  const durations = [...succeeded, ...failed].map(durationOf);
  return {
    executions: executions.length,
    succeeded: succeeded.length,
    failed: failed.length,
    other: executions.length - succeeded.length - failed.length,
    medianMs: durations.length === 0 ? null : median(durations),
    latest: executions[0] ?? null,
  };
}

/** Milliseconds; 0 before it has ended. */
function durationOf({ startedAt, finishedAt }: Execution): number {
  return startedAt === null || finishedAt === null ? 0 : Math.max(0, finishedAt - startedAt);
}
