// The context keys that `when` clauses of the manifest look at.
import * as vscode from 'vscode';
import { contextValues } from './context-values.ts';
import type { Repositories } from './repositories.ts';

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
