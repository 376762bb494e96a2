// The context keys that `when` clauses of the manifest look at.
import * as vscode from 'vscode';
import { contextKeys } from './ids.ts';
import type { Repositories } from './repositories.ts';
import { hasTests, isUnfinished, unknownState, type RepositoryState } from './repository.ts';

export function registerContextKeys(extension: vscode.ExtensionContext, repositories: Repositories): void {
  const known = new Map<string, unknown>();
  const update = () => {
    for (const [key, value] of Object.entries(contextValues(repositories.current?.state ?? null))) {
      if (known.get(key) === value) continue;
      known.set(key, value);
      void vscode.commands.executeCommand('setContext', key, value);
    }
  };
  extension.subscriptions.push(
    repositories.onAdded(update),
    repositories.onRemoved(update),
    repositories.onChanged(update),
    repositories.onCurrentChanged(update),
  );
  update();
}

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
