// The command that runs a pipeline: which one is asked for where there are several, with what each would do.
import * as vscode from 'vscode';
import type { ConnectedClient } from '../../agent/client/client.ts';
import type { Pipeline } from '../../agent/protocol/pipeline.ts';
import { counted } from '../../agent/protocol/quantities.ts';
import { commandIds, viewIds } from '../ids.ts';
import { withLateProgress } from './progress.ts';
import { CommandFailure, registerCommand, unwrap, type CommandSurroundings } from './register-command.ts';

export function registerPipelineCommands(surroundings: CommandSurroundings): void {
  const { repositories } = surroundings;
  registerCommand(surroundings, commandIds.runPipeline, async (argument) => {
    const { client } = unwrap(await withLateProgress('the agent starts', repositories.client()));
    await vscode.workspace.saveAll(false);
    const id = typeof argument === 'string' ? argument : await pickPipeline(client);
    if (id === undefined) return;
    await withLateProgress('the pipeline starts', client.executePipeline({ id, trigger: 'editor' }));
    await vscode.commands.executeCommand(`${viewIds.runs}.focus`);
  });
}

/** A single one needs no question. */
async function pickPipeline(client: ConnectedClient): Promise<string | undefined> {
  const { pipelines } = await withLateProgress('looking for pipelines', client.listPipelines({}));
  const [only, another] = pipelines;
  if (only === undefined) {
    const message = 'no pipeline is declared, and nothing was found here that could be run';
    throw new CommandFailure({ reason: 'not_found', message, hint: 'Declare one under `pipelines:` in noodle.yaml.' });
  }
  if (another === undefined) return only.id;
  const chosen = await vscode.window.showQuickPick(pipelines.map(itemFor), {
    title: 'Run pipeline',
    placeHolder: 'Steps that the change cannot affect are left out',
    matchOnDescription: true,
  });
  return chosen?.id;
}

function itemFor({ id, name, type, steps, source }: Pipeline): vscode.QuickPickItem & { readonly id: string } {
  return {
    id,
    label: name ?? id,
    description: `${type}, ${counted(Object.keys(steps).length, 'step')}`,
    detail: source,
  };
}
