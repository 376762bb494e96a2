// At start: ends the processes that a killed agent left, and says of its executions that they were interrupted.
import type { EventBus } from '../events/events.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { endOrphans, processRecordsFolder } from '../platform/orphans.ts';
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

/** Nothing recorded as queued or running is left so when this resolves. */
export async function recover({ store, events, clock, log, stateDirectory }: RecoveryOptions): Promise<void> {
  await endOrphans(processRecordsFolder(stateDirectory), log);
  const at = clock.now();
  const executions = unfinishedExecutions(store).map((execution) => interrupted(execution, at));
  if (executions.length === 0) return;
  log.info('executions were interrupted', { executions: executions.map(({ id }) => id) });
  await store.transact((tx) => {
    for (const execution of executions) saveExecution(tx, execution);
  });
  for (const execution of executions) events.emit({ type: 'execution.changed', execution });
}
