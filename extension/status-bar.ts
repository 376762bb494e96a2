// The one status-bar item.
import * as vscode from 'vscode';
import { commandIds, statusBarId } from './ids.ts';
import type { Repositories } from './repositories.ts';
import { statusText, type StatusText } from './status-text.ts';

const backgrounds: { readonly [T in StatusText['tone']]: string | null } = {
  plain: null,
  // Colour only for errors.
  warning: null,
  error: 'statusBarItem.errorBackground',
};

export function registerStatusBar(extension: vscode.ExtensionContext, repositories: Repositories): void {
  const item = vscode.window.createStatusBarItem(statusBarId, vscode.StatusBarAlignment.Left, 50);
  item.name = 'Noodle';
  item.command = { command: commandIds.openDashboard, title: 'Open Dashboard' };
  let shown = '';
  const show = () => {
    const repository = repositories.current;
    if (repository === null) {
      item.hide();
      return;
    }
    const repositoryName = repositories.all.length > 1 ? repository.name : null;
    const status = statusText(repository.state, { isTrusted: vscode.workspace.isTrusted, repositoryName });
    item.show();
    // What is set closes an open tooltip, so only what is new is set.
    if (shown === JSON.stringify(status)) return;
    shown = JSON.stringify(status);
    item.text = status.text;
    item.tooltip = trusted(status.tooltip);
    item.accessibilityInformation = { label: `Noodle: ${spoken(status)}`, role: 'button' };
    const background = backgrounds[status.tone];
    item.backgroundColor = background === null ? undefined : new vscode.ThemeColor(background);
  };
  extension.subscriptions.push(
    item,
    repositories.onAdded(show),
    repositories.onRemoved(show),
    repositories.onChanged(show),
    repositories.onCurrentChanged(show),
    vscode.workspace.onDidGrantWorkspaceTrust(show),
  );
  show();
}

function trusted(text: string): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString(text, true);
  markdown.isTrusted = { enabledCommands: [...Object.values(commandIds), 'workbench.trust.manage'] };
  return markdown;
}

/** The first paragraph of the tooltip, which says more than the icon. */
function spoken({ text, tooltip }: StatusText): string {
  const plain = text.replace(/\$\([^)]*\)/g, '').trim();
  const [answer = ''] = tooltip.replace(/\\(.)/g, '$1').split('\n');
  return plain === 'Noodle' ? answer : `${plain}. ${answer}`;
}
