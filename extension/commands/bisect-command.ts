// Finds the commit that broke a test: a task in a terminal, which shows how far it is and can be ended there.
import path from 'node:path';
import * as vscode from 'vscode';
import { commandIds } from '../ids.ts';
import type { Repository } from '../repository.ts';
import { testItemId } from './explain-commands.ts';
import { CommandFailure, registerCommand, unwrap, type CommandSurroundings } from './register-command.ts';

export function registerBisectCommand(surroundings: CommandSurroundings): void {
  const { repositories, extension } = surroundings;
  registerCommand(surroundings, commandIds.bisect, async (argument) => {
    const { repository } = unwrap(await repositories.client());
    const test = typeof argument === 'string' ? argument : (testItemId(argument) ?? (await pickFailing(repository)));
    if (test === null) return;
    await vscode.tasks.executeTask(taskOf(extension.extensionPath, repository, test));
  });
}

async function pickFailing({ state }: Repository): Promise<string | null> {
  const items = (state.snapshot?.failing ?? []).map(({ id, name, message }) => ({
    label: name,
    description: message?.split('\n')[0] ?? '',
    id,
  }));
  if (items.length === 0)
    throw new CommandFailure({
      reason: 'not_found',
      message: 'no test fails',
      hint: 'Only a test that fails at the present commit can be searched for.',
    });
  const title = 'Which commit broke it?';
  return (await vscode.window.showQuickPick(items, { title, matchOnDescription: true }))?.id ?? null;
}

/** A task stays to be read when it has ended, and VS Code ends its processes with it. */
function taskOf(extensionFolder: string, repository: Repository, test: string): vscode.Task {
  const program = path.join(extensionFolder, 'dist/agent.mjs');
  const execution = new vscode.ProcessExecution(process.execPath, [program, 'bisect', test], {
    cwd: repository.root,
    env: { ELECTRON_RUN_AS_NODE: '1' },
  });
  const name = `bisect ${test.split(' > ').at(-1) ?? test}`;
  const definition = { type: 'process', label: name };
  const task = new vscode.Task(definition, vscode.TaskScope.Workspace, name, 'Noodle', execution, []);
  task.presentationOptions = {
    reveal: vscode.TaskRevealKind.Always,
    panel: vscode.TaskPanelKind.Dedicated,
  };
  return task;
}
