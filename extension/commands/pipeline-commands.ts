// Commands on pipelines: run one, show what it would do, answer what it asks, and run it again.
import * as vscode from 'vscode';
import type { ConnectedClient } from '../../agent/client/client.ts';
import type { Approval, Pipeline } from '../../agent/protocol/pipeline.ts';
import { counted } from '../../agent/protocol/quantities.ts';
import { approvalNotice } from '../approval-notice.ts';
import { commandIds, viewIds } from '../ids.ts';
import { withLateProgress } from './progress.ts';
import { CommandFailure, registerCommand, unwrap, type CommandSurroundings } from './register-command.ts';

export function registerPipelineCommands(surroundings: CommandSurroundings): void {
  const { repositories, documents } = surroundings;
  registerCommand(surroundings, commandIds.runPipeline, async (argument) => {
    const { client } = unwrap(await withLateProgress('the agent starts', repositories.client()));
    await vscode.workspace.saveAll(false);
    const id = typeof argument === 'string' ? argument : await pickPipeline(client, 'Run pipeline');
    if (id === undefined) return;
    await withLateProgress('the pipeline starts', client.executePipeline({ id, trigger: 'editor' }));
    await vscode.commands.executeCommand(`${viewIds.runs}.focus`);
  });
  registerCommand(surroundings, commandIds.showPipelinePlan, async (argument) => {
    const { client } = unwrap(await withLateProgress('the agent starts', repositories.client()));
    const id = typeof argument === 'string' ? argument : await pickPipeline(client, 'Show plan of pipeline');
    if (id === undefined) return;
    const plan = await withLateProgress('planning', client.planPipeline({ id }));
    const { planMarkdown } = await import('./pipeline-markdown.ts');
    await documents.show(`Plan of ${id}.md`, planMarkdown(plan));
  });
  registerCommand(surroundings, commandIds.answerApproval, async (item) => {
    const { client } = unwrap(await repositories.client());
    const { approvals } = await client.listApprovals({ waiting: true });
    const named = executionOf(item);
    await answerOne(
      approvals.filter(({ executionId }) => named === null || executionId === named),
      client,
    );
  });
  registerRepetition(surroundings);
}

/** Commands on the executions of the tree. */
function registerRepetition(surroundings: CommandSurroundings): void {
  const { repositories } = surroundings;
  const again = async (item: unknown, failed: boolean) => {
    const { ExecutionId, StepId } = await import('../../agent/protocol/ids.ts');
    const execution = executionOf(item);
    if (execution === null) return;
    const step = typeof item === 'object' && item !== null && 'stepId' in item ? item.stepId : null;
    const from = typeof step === 'string' ? { from: StepId.parse(step) } : {};
    const { client } = unwrap(await repositories.client());
    const request = { id: ExecutionId.parse(execution), failed, ...from, trigger: 'editor' } as const;
    await withLateProgress('the pipeline starts', client.rerunExecution(request));
  };
  registerCommand(surroundings, commandIds.rerunItem, (item) => again(item, false));
  registerCommand(surroundings, commandIds.rerunStepItem, (item) => again(item, false));
  registerCommand(surroundings, commandIds.rerunFailedItem, (item) => again(item, true));
  registerCommand(surroundings, commandIds.cancelItem, async (item) => {
    const { ExecutionId } = await import('../../agent/protocol/ids.ts');
    const execution = executionOf(item);
    if (execution === null) return;
    const { client } = unwrap(await repositories.client());
    await client.cancelExecution({ id: ExecutionId.parse(execution) });
  });
}

/** Of an item of the tree of runs; null for everything else. */
function executionOf(item: unknown): string | null {
  return typeof item === 'object' && item !== null && 'executionId' in item ? String(item.executionId) : null;
}

/** A single question is asked at once. */
async function answerOne(approvals: readonly Approval[], client: ConnectedClient): Promise<void> {
  const [only, another] = approvals;
  if (only === undefined) {
    await vscode.window.showInformationMessage('Noodle: no approval waits for an answer.');
    return;
  }
  const items = approvals.map((approval) => ({
    label: approval.question,
    description: `${approval.pipeline} · ${approval.stepId}`,
    approval,
  }));
  const chosen =
    another === undefined ? items[0] : await vscode.window.showQuickPick(items, { title: 'Answer approval' });
  if (chosen === undefined) return;
  const { message, actions } = approvalNotice(chosen.approval, () => client);
  const answer = await vscode.window.showQuickPick(Object.keys(actions), {
    title: 'Answer approval',
    placeHolder: message,
  });
  if (answer !== undefined) await actions[answer]?.();
}

/** A single one needs no question. */
async function pickPipeline(client: ConnectedClient, title: string): Promise<string | undefined> {
  const { pipelines } = await withLateProgress('looking for pipelines', client.listPipelines({}));
  const [only, another] = pipelines;
  if (only === undefined) {
    const message = 'no pipeline is declared, and nothing was found here that could be run';
    throw new CommandFailure({ reason: 'not_found', message, hint: 'Declare one under `pipelines:` in noodle.yaml.' });
  }
  if (another === undefined) return only.id;
  const chosen = await vscode.window.showQuickPick(pipelines.map(itemFor), {
    title,
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
