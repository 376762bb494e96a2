// The dashboard in the sidebar, and whole in an editor tab.
import * as vscode from 'vscode';
import { commandIds, viewIds } from '../ids.ts';
import { registerCommand, type CommandSurroundings } from '../commands/register-command.ts';
import { showPage } from './dashboard-page.ts';

export function registerDashboard(surroundings: CommandSurroundings): void {
  const { extension, repositories } = surroundings;
  const extensionFolder = extension.extensionPath;
  extension.subscriptions.push(
    vscode.window.registerWebviewViewProvider(viewIds.dashboard, {
      resolveWebviewView(view) {
        const relay = showPage({ webview: view.webview, place: 'sidebar', extensionFolder, repositories });
        view.onDidDispose(() => relay.dispose());
      },
    }),
  );
  let panel: vscode.WebviewPanel | null = null;
  registerCommand(surroundings, commandIds.openDashboard, () => {
    if (panel !== null) {
      panel.reveal();
      return;
    }
    panel = vscode.window.createWebviewPanel(viewIds.dashboardPanel, 'Noodle', vscode.ViewColumn.Active, { retainContextWhenHidden: false });
    panel.iconPath = vscode.Uri.joinPath(extension.extensionUri, 'extension/media/noodle.svg');
    const relay = showPage({ webview: panel.webview, place: 'editor', extensionFolder, repositories });
    panel.onDidDispose(() => {
      relay.dispose();
      panel = null;
    });
  });
}
