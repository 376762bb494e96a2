// Opens what an item of ours stands for: a file at a line, or a test where it fails.
import * as vscode from 'vscode';
import { z } from 'zod';
import { Location } from '../../agent/protocol/test.ts';
import { commandIds } from '../ids.ts';
import type { Repository } from '../repository.ts';
import { registerCommand, type CommandSurroundings } from './register-command.ts';

/** A failing test of the status bar, an item of a tree, or a location as it is. */
const Openable = z.union([
  Location,
  z.object({ location: Location }).transform((item) => item.location),
  z.object({ failureAt: Location }).transform((item) => item.failureAt),
]);

export function registerOpenItem(surroundings: CommandSurroundings): void {
  registerCommand(surroundings, commandIds.openItem, async (item) => {
    const location = Openable.safeParse(item);
    const repository = surroundings.repositories.find();
    if (location.success && repository !== null) await openLocation(repository, location.data);
  });
}

export async function openLocation(repository: Repository, { file, line, column }: Location): Promise<void> {
  const uri = vscode.Uri.joinPath(vscode.Uri.file(repository.root), file);
  const position = new vscode.Position(line - 1, (column ?? 1) - 1);
  await vscode.window.showTextDocument(uri, { selection: new vscode.Range(position, position) });
}
