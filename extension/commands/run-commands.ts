// Commands that start and end runs.
import * as vscode from 'vscode';
import type { InputOf } from '../../agent/protocol/operations.ts';
import { TargetId, TestId } from '../../agent/protocol/ids.ts';
import { commandIds } from '../ids.ts';
import { isUnfinished } from '../repository.ts';
import { registerCommand, unwrap, type CommandSurroundings } from './register-command.ts';

export function registerRunCommands(surroundings: CommandSurroundings): void {
  const { repositories } = surroundings;
  const start = async (request: Omit<InputOf<'startRun'>, 'trigger'>) => {
    const { client } = unwrap(await repositories.client());
    await vscode.workspace.saveAll(false);
    return await client.startRun({ ...request, trigger: 'editor' });
  };
  registerCommand(surroundings, commandIds.runImpacted, () => start({}));
  registerCommand(surroundings, commandIds.runAll, () => start({ all: true }));
  registerCommand(surroundings, commandIds.runFailed, () => start({ failed: true }));
  registerCommand(surroundings, commandIds.buildImpacted, () => start({ buildsOnly: true }));
  registerCommand(surroundings, commandIds.runItem, (item) => start(requestOf(item)));
  registerCommand(surroundings, commandIds.cancelRun, async () => {
    const { repository, client } = unwrap(await repositories.client());
    const running = repository.state.executions.filter(isUnfinished);
    await Promise.all(running.map(({ id }) => client.cancelExecution({ id })));
  });
}

/** Items of our trees carry what they stand for. */
function requestOf(item: unknown): Omit<InputOf<'startRun'>, 'trigger'> {
  const subject = typeof item === 'object' && item !== null && 'subject' in item ? item.subject : null;
  if (typeof subject !== 'object' || subject === null) return {};
  if ('test' in subject) return { tests: [TestId.parse(subject.test)] };
  if ('target' in subject) return { targets: [TargetId.parse(subject.target)], buildsOnly: true };
  return {};
}
