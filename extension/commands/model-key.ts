// The key for the endpoint of a language model: kept by VS Code alone, and passed on with each request.
import * as vscode from 'vscode';
import { commandIds } from '../ids.ts';
import { registerCommand, type CommandSurroundings } from './register-command.ts';

const name = 'noodle.modelKey';

export function registerModelKey(surroundings: CommandSurroundings): void {
  const { secrets } = surroundings.extension;
  registerCommand(surroundings, commandIds.setModelKey, async () => {
    const key = await vscode.window.showInputBox({
      title: 'Key of the language model endpoint',
      prompt: 'Kept in the secret storage of VS Code. Empty: the kept one is forgotten.',
      password: true,
      ignoreFocusOut: true,
    });
    if (key === undefined) return;
    if (key.trim() === '') await secrets.delete(name);
    else await secrets.store(name, key.trim());
  });
}

/** The part of a request that holds the key; empty where none is kept. */
export async function modelKey({ extension }: CommandSurroundings): Promise<{ modelKey?: string }> {
  const key = await extension.secrets.get(name);
  return key === undefined ? {} : { modelKey: key };
}
