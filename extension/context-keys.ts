// The context keys that `when` clauses of the manifest look at.
import * as vscode from 'vscode';
import { contextKeys } from './ids.ts';
import type { Repositories } from './repositories.ts';

export function registerContextKeys(extension: vscode.ExtensionContext, repositories: Repositories): void {
  const known = new Map<string, unknown>();
  const set = (key: string, value: unknown) => {
    if (known.get(key) === value) return;
    known.set(key, value);
    void vscode.commands.executeCommand('setContext', key, value);
  };
  const update = () => {
    const state = repositories.find()?.state ?? null;
    set(contextKeys.agentState, state?.connection ?? 'none');
    set(contextKeys.isRunning, state?.executions.some((each) => each.state === 'running' || each.state === 'queued') ?? false);
    set(contextKeys.hasTests, (state?.snapshot?.repository.found.length ?? 0) > 0);
    set(contextKeys.hasRun, (state?.executions.length ?? 0) > 0);
    set(contextKeys.hasFailed, (state?.snapshot?.failing.length ?? 0) > 0);
  };
  extension.subscriptions.push(repositories.onAdded(update), repositories.onRemoved(update), repositories.onChanged(update));
  update();
}
