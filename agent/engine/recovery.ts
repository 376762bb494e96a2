// At start: ends the processes that a killed agent left, and says of its executions that they were interrupted, but for
// those that will be gone on with.
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

/** What becomes of an unfinished execution: it is gone on with, or interrupted, with more to say than that. */
export type Fate = { readonly resumes: true } | { readonly resumes: false; readonly advice?: string };

/** Nothing recorded as queued or running is left so when this resolves, but for what it answers with: whoever said so resumes it. */
export async function recover(
  { store, events, clock, log, stateDirectory }: RecoveryOptions,
  fateOf: (execution: Execution) => Fate,
): Promise<Execution[]> {
  await endOrphans(processRecordsFolder(stateDirectory), log);
  const at = clock.now();
  const resumed: Execution[] = [];
  const ended: Execution[] = [];
  for (const execution of unfinishedExecutions(store)) {
    const fate = fateOf(execution);
    if (fate.resumes) resumed.push(execution);
    else ended.push(interrupted(execution, at, fate.advice));
  }
  if (ended.length > 0) {
    log.info('executions were interrupted', { executions: ended.map(({ id }) => id) });
    await store.transact((tx) => {
      for (const execution of ended) saveExecution(tx, execution);
    });
    for (const execution of ended) events.emit({ type: 'execution.changed', execution });
  }
  return resumed;
}
