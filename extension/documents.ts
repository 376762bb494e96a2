// Texts of ours in an editor: read-only, of no file, gone when they are closed.
import * as vscode from 'vscode';

const scheme = 'noodle';

export interface Documents {
  /** Shows a text under a name; one of the same name takes its place. Markdown is shown as it reads. */
  show(name: string, content: string): Promise<void>;
  /** The address of a text, for a diff. */
  keep(name: string, content: string): vscode.Uri;
}

export function registerDocuments(extension: vscode.ExtensionContext): Documents {
  const contents = new Map<string, string>();
  const changed = new vscode.EventEmitter<vscode.Uri>();
  extension.subscriptions.push(
    changed,
    vscode.workspace.registerTextDocumentContentProvider(scheme, {
      onDidChange: changed.event,
      provideTextDocumentContent: (uri) => contents.get(uri.path) ?? 'This text is no longer kept. Ask for it again.',
    }),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => {
      if (uri.scheme === scheme) contents.delete(uri.path);
    }),
  );
  const keep = (name: string, content: string) => {
    const uri = vscode.Uri.from({ scheme, path: `/${name.replace(/[\\/:*?"<>|]+/g, ' ')}` });
    contents.set(uri.path, content);
    changed.fire(uri);
    return uri;
  };
  return {
    keep,
    async show(name, content) {
      const uri = keep(name, content);
      if (name.endsWith('.md') && (await showsMarkdown(uri))) return;
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
    },
  };
}

/** False in an editor without its Markdown extension. */
async function showsMarkdown(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.commands.executeCommand('markdown.showPreview', uri);
    return true;
  } catch {
    return false;
  }
}
