// The dashboard in the sidebar, and whole in an editor tab, which is there again after the window was loaded anew.
import * as vscode from 'vscode';
import { commandIds, viewIds } from '../ids.ts';
import { registerCommand, type CommandSurroundings } from '../commands/register-command.ts';
import type { PageOptions } from './dashboard-page.ts';

export function registerDashboard(surroundings: CommandSurroundings): void {
  const { extension, repositories } = surroundings;
  const media = (file: string) => vscode.Uri.joinPath(extension.extensionUri, 'extension/media', file);
  const page = { extensionFolder: extension.extensionPath, repositories };
  extension.subscriptions.push(
    vscode.window.registerWebviewViewProvider(viewIds.dashboard, {
      resolveWebviewView: (view) => fill(view, { ...page, webview: view.webview, place: 'sidebar' }),
    }),
  );
  let panel: vscode.WebviewPanel | null = null;
  const adopt = async (opened: vscode.WebviewPanel) => {
    panel = opened;
    opened.iconPath = { light: media('noodle-light.svg'), dark: media('noodle.svg') };
    opened.onDidDispose(() => {
      if (panel === opened) panel = null;
    });
    await fill(opened, { ...page, webview: opened.webview, place: 'editor' });
  };
  extension.subscriptions.push(
    vscode.window.registerWebviewPanelSerializer(viewIds.dashboardPanel, { deserializeWebviewPanel: adopt }),
  );
  registerCommand(surroundings, commandIds.openDashboard, async () => {
    if (panel === null)
      await adopt(vscode.window.createWebviewPanel(viewIds.dashboardPanel, 'Noodle', vscode.ViewColumn.Active));
    else panel.reveal();
  });
}

/** The page, and with it the whole contract, is loaded when somebody looks. */
async function fill(view: vscode.WebviewView | vscode.WebviewPanel, options: PageOptions): Promise<void> {
  let isGone = false;
  view.onDidDispose(() => {
    isGone = true;
  });
  const { showPage } = await import('./dashboard-page.ts');
  if (isGone) return;
  const relay = showPage(options);
  view.onDidDispose(() => relay.dispose());
}
