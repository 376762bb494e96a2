// What the context keys say of a repository: a pure mapping of its state.
import { contextKeys } from './ids.ts';
import { hasTests, isUnfinished, unknownState, type RepositoryState } from './repository.ts';

/** Null: there is no repository. An agent counts as connected once it was asked for everything. */
export function contextValues(state: RepositoryState | null): Readonly<Record<string, string | boolean>> {
  const { connection, isRead, executions, snapshot } = state ?? unknownState;
  return {
    [contextKeys.agentState]: state === null ? 'none' : connection === 'connected' && !isRead ? 'starting' : connection,
    [contextKeys.isRunning]: executions.some(isUnfinished),
    [contextKeys.hasTests]: hasTests(state ?? unknownState),
    [contextKeys.hasRun]: executions.length > 0,
    [contextKeys.hasFailed]: snapshot !== null && snapshot.failing.length > 0,
  };
}
