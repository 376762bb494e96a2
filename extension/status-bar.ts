// The one status-bar item.
import * as vscode from 'vscode';
import { commandIds, statusBarId } from './ids.ts';
import type { Repositories } from './repositories.ts';
import { statusText } from './status-text.ts';
import { unknownState } from './repository.ts';

export function registerStatusBar(extension: vscode.ExtensionContext, repositories: Repositories): void {
  const item = vscode.window.createStatusBarItem(statusBarId, vscode.StatusBarAlignment.Left, 50);
  item.name = 'Noodle';
  item.command = commandIds.openDashboard;
  const show = () => {
    const repository = repositories.find();
    if (repository === null) {
      item.hide();
      return;
    }
    const { text, tooltip, isError } = statusText(repository.state ?? unknownState, vscode.workspace.isTrusted);
    if (item.text !== text) item.text = text;
    const markdown = new vscode.MarkdownString(tooltip, true);
    markdown.isTrusted = true;
    item.tooltip = markdown;
    item.accessibilityInformation = { label: `Noodle: ${text.replace(/\$\([^)]*\)/g, '').trim()}` };
    item.backgroundColor = isError ? new vscode.ThemeColor('statusBarItem.errorBackground') : undefined;
    item.show();
  };
  extension.subscriptions.push(
    item,
    repositories.onAdded(show),
    repositories.onRemoved(show),
    repositories.onChanged(show),
    vscode.window.onDidChangeActiveTextEditor(show),
    vscode.workspace.onDidGrantWorkspaceTrust(show),
  );
  show();
}
