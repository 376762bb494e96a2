// Commands that start and end runs.
import * as vscode from 'vscode';
import { commandIds } from '../ids.ts';
import { isUnfinished } from '../repository.ts';
import { withLateProgress } from './progress.ts';
import { registerCommand, unwrap, type CommandSurroundings } from './register-command.ts';
import type { RunRequest } from './run-request.ts';

export function registerRunCommands(surroundings: CommandSurroundings): void {
  const { repositories } = surroundings;
  const start = async (request: RunRequest) => {
    const { client } = unwrap(await withLateProgress('the agent starts', repositories.client()));
    await vscode.workspace.saveAll(false);
    await withLateProgress('the run starts', client.startRun({ ...request, trigger: 'editor' }));
  };
  registerCommand(surroundings, commandIds.runImpacted, () => start({}));
  registerCommand(surroundings, commandIds.runAll, () => start({ all: true }));
  registerCommand(surroundings, commandIds.runFailed, () => start({ failed: true }));
  registerCommand(surroundings, commandIds.buildImpacted, () => start({ buildsOnly: true }));
  registerCommand(surroundings, commandIds.runItem, async (item) => {
    const { runRequestOf } = await import('./run-request.ts');
    const { client } = unwrap(await repositories.client());
    const request = await withLateProgress('looking for tests', runRequestOf(item, client));
    if (request !== null) await start(request);
  });
  registerCommand(surroundings, commandIds.cancelRun, async () => {
    const { repository, client } = unwrap(await repositories.client());
    const running = repository.state.executions.filter(isUnfinished);
    await Promise.all(running.map(({ id }) => client.cancelExecution({ id })));
  });
}
