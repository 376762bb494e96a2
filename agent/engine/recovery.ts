// At start: ends the processes that a killed agent left, and says of its executions that they were interrupted, but for
// those that are gone on with, now or by a later agent.
import type { EventBus } from '../events/events.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { endOrphans, processRecordsFolder } from '../platform/orphans.ts';
import type { Execution } from '../protocol/execution.ts';
import { saveExecution, unfinishedExecutions } from '../store/executions.ts';
import type { Store } from '../store/store.ts';
import { interrupted } from './execution-record.ts';

export interface RecoveryOptions {
  readonly store: Store;
  readonly events: EventBus;
  readonly clock: Clock;
  readonly log: Log;
  readonly stateDirectory: string;
}

/**
 * What becomes of an unfinished execution: it is gone on with, left to an agent that goes on with it later, or
 * interrupted. Advice is what else is said of it.
 */
export type Fate =
  | { readonly kind: 'resumed' }
  | { readonly kind: 'left'; readonly advice: string }
  | { readonly kind: 'interrupted'; readonly advice?: string };

export interface Recovered {
  /** Still recorded as queued or running: whoever said so resumes them. */
  readonly resumed: readonly Execution[];
  /** Recorded likewise, for a later agent; here as they are shown until then, as interrupted. */
  readonly left: readonly Execution[];
}

/** Nothing else recorded as queued or running is left so when this resolves. */
export async function recover(
  { store, events, clock, log, stateDirectory }: RecoveryOptions,
  fateOf: (execution: Execution) => Fate,
): Promise<Recovered> {
  await endOrphans(processRecordsFolder(stateDirectory), log);
  const at = clock.now();
  const resumed: Execution[] = [];
  const left: Execution[] = [];
  const ended: Execution[] = [];
  for (const execution of unfinishedExecutions(store)) {
    const fate = fateOf(execution);
    if (fate.kind === 'resumed') resumed.push(execution);
    else if (fate.kind === 'left') left.push(interrupted(execution, at, fate.advice));
    else ended.push(interrupted(execution, at, fate.advice));
  }
  if (ended.length > 0) {
    log.info('executions were interrupted', { executions: ended.map(({ id }) => id) });
    await store.transact((tx) => {
      for (const execution of ended) saveExecution(tx, execution);
    });
    for (const execution of ended) events.emit({ type: 'execution.changed', execution });
  }
  return { resumed, left };
}
