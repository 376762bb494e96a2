// Takes in the test results of a run of a remote CI: its reports are chosen, and shown in the Test Explorer.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { commandIds } from '../ids.ts';
import { registerCommand, unwrap, type CommandSurroundings } from './register-command.ts';

export function registerImportRemoteRun(surroundings: CommandSurroundings): void {
  registerCommand(surroundings, commandIds.importRemoteRun, async () => {
    const { client } = unwrap(await surroundings.repositories.client());
    const chosen = await vscode.window.showOpenDialog({
      title: 'JUnit XML reports of one CI run',
      openLabel: 'Import',
      canSelectMany: true,
      filters: { 'JUnit XML': ['xml'] },
    });
    const [first] = chosen ?? [];
    if (chosen === undefined || first === undefined) return;
    const name = await vscode.window.showInputBox({
      title: 'What is this run called?',
      prompt: 'A run of the same name is replaced.',
      value: path.basename(first.fsPath),
    });
    if (name === undefined || name.trim() === '') return;
    const reports = await Promise.all(
      chosen.map(async ({ fsPath }) => ({ name: path.basename(fsPath), content: await readFile(fsPath, 'utf8') })),
    );
    await client.importRemoteRun({ name, reports });
    await vscode.commands.executeCommand('workbench.view.testing.focus');
  });
}
