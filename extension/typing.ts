// Tells the agent that the user types, while something runs that could give way to it.
import * as vscode from 'vscode';
import { isUnfinished, type Repository } from './repository.ts';
import type { Repositories } from './repositories.ts';

/** What the agent is told holds for longer than this. */
const reportEveryMs = 1000;

export function registerTyping(extension: vscode.ExtensionContext, repositories: Repositories): void {
  const reportedAt = new WeakMap<Repository, number>();
  extension.subscriptions.push(
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      // A formatter, or a file that was written by somebody else, is not typed.
      if (contentChanges.length === 0 || document !== vscode.window.activeTextEditor?.document) return;
      const repository = repositories.of(document.uri);
      if (repository === null || !isWorthTelling(repository, reportedAt.get(repository))) return;
      reportedAt.set(repository, performance.now());
      // Where the connection has just gone away, nothing has to give way.
      repository.connection.client?.reportTyping({}).catch(() => {});
    }),
  );
}

function isWorthTelling({ state }: Repository, reportedAtMs: number | undefined): boolean {
  if (!state.executions.some(isUnfinished)) return false;
  return reportedAtMs === undefined || performance.now() - reportedAtMs >= reportEveryMs;
}
