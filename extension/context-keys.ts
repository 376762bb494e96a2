// The context keys that `when` clauses of the manifest look at.
import * as vscode from 'vscode';
import { contextKeys } from './ids.ts';
import type { Repositories } from './repositories.ts';
import { isUnfinished, unknownState } from './repository.ts';

export function registerContextKeys(extension: vscode.ExtensionContext, repositories: Repositories): void {
  const known = new Map<string, unknown>();
  const set = (key: string, value: unknown) => {
    if (known.get(key) === value) return;
    known.set(key, value);
    void vscode.commands.executeCommand('setContext', key, value);
  };
  const update = () => {
    const repository = repositories.find();
    const { connection, executions, snapshot } = repository?.state ?? unknownState;
    set(contextKeys.agentState, repository === null ? 'none' : connection);
    set(contextKeys.isRunning, executions.some(isUnfinished));
    set(contextKeys.hasTests, snapshot !== null && snapshot.repository.found.length > 0);
    set(contextKeys.hasRun, executions.length > 0);
    set(contextKeys.hasFailed, snapshot !== null && snapshot.failing.length > 0);
  };
  extension.subscriptions.push(repositories.onAdded(update), repositories.onRemoved(update), repositories.onChanged(update));
  update();
}
