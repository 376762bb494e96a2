// Opens what an item of ours stands for: a file at a line, or a test where it fails.
import * as vscode from 'vscode';
import type { Location } from '../../agent/protocol/test.ts';
import { commandIds } from '../ids.ts';
import type { Repository } from '../repository.ts';
import { registerCommand, type CommandSurroundings } from './register-command.ts';

export function registerOpenItem(surroundings: CommandSurroundings): void {
  registerCommand(surroundings, commandIds.openItem, async (item) => {
    const { locationOf } = await import('./openable.ts');
    const location = locationOf(item);
    const repository = surroundings.repositories.current;
    if (location !== null && repository !== null) await openLocation(repository, location);
  });
}

export async function openLocation(repository: Repository, { file, line, column }: Location): Promise<void> {
  const uri = vscode.Uri.joinPath(vscode.Uri.file(repository.root), file);
  const position = new vscode.Position(line - 1, (column ?? 1) - 1);
  await vscode.window.showTextDocument(uri, { selection: new vscode.Range(position, position) });
}
