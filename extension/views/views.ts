// The trees of the sidebar: the present plan, and the runs.
import { stripVTControlCharacters } from 'node:util';
import * as vscode from 'vscode';
import { ExecutionId, StepId } from '../../agent/protocol/ids.ts';
import { registerCommand, unwrap, type CommandSurroundings } from '../commands/register-command.ts';
import { commandIds, viewIds } from '../ids.ts';
import { planNodes, type PlanNode } from './plan-nodes.ts';
import { runNodes, type RunNode } from './run-nodes.ts';
import { NodeTree } from './tree.ts';

export function registerViews(surroundings: CommandSurroundings): void {
  const { extension, repositories } = surroundings;
  const plan = new NodeTree<PlanNode>(presentPlanNode);
  const runs = new NodeTree<RunNode>(presentRunNode);
  const planView = vscode.window.createTreeView(viewIds.plan, { treeDataProvider: plan, showCollapseAll: true });
  const runsView = vscode.window.createTreeView(viewIds.runs, { treeDataProvider: runs });
  const update = () => {
    const state = repositories.find()?.state;
    // A tree that nobody sees is filled when it is shown.
    if (planView.visible) plan.show(state === undefined || state.plan === null ? [] : planNodes(state.plan));
    if (runsView.visible) runs.show(runNodes(state?.executions ?? []));
  };
  extension.subscriptions.push(
    plan,
    runs,
    planView,
    runsView,
    planView.onDidChangeVisibility(update),
    runsView.onDidChangeVisibility(update),
    repositories.onAdded(update),
    repositories.onRemoved(update),
    repositories.onChanged(update),
  );
  registerCommand(surroundings, commandIds.showRunLog, (node) => showLog(surroundings, node));
}

function presentPlanNode(node: PlanNode): vscode.TreeItem {
  const isGroup = node.children.length > 0;
  const collapsed = node.id === 'skipped' ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.Expanded;
  const item = new vscode.TreeItem(node.label, isGroup ? collapsed : vscode.TreeItemCollapsibleState.None);
  item.description = node.description;
  item.tooltip = node.tooltip;
  item.iconPath = new vscode.ThemeIcon(node.icon);
  item.contextValue = node.subject === null ? (node.location === null ? 'group' : 'file') : 'test' in node.subject ? 'test' : 'target';
  if (node.location !== null) item.command = { command: commandIds.openItem, title: 'Open', arguments: [node.location] };
  return item;
}

function presentRunNode(node: RunNode): vscode.TreeItem {
  const item = new vscode.TreeItem(node.label, node.children.length > 0 ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.None);
  item.description = node.description;
  item.tooltip = node.tooltip;
  item.iconPath = node.colour === null ? new vscode.ThemeIcon(node.icon) : new vscode.ThemeIcon(node.icon, new vscode.ThemeColor(node.colour));
  item.contextValue = node.stepId === null ? 'run' : 'step';
  item.command = { command: commandIds.showRunLog, title: 'Show Log', arguments: [node] };
  return item;
}

/** The log of a run or step as a read-only-ish text, so that it can be searched like any other. */
async function showLog({ repositories }: CommandSurroundings, value: unknown): Promise<void> {
  if (typeof value !== 'object' || value === null || !('executionId' in value)) return;
  const id = ExecutionId.parse(value.executionId);
  const stepId = 'stepId' in value && value.stepId !== null ? StepId.parse(value.stepId) : undefined;
  const { client } = unwrap(await repositories.client());
  const { text, nextOffset } = await client.getExecutionLog({ id, ...(stepId === undefined ? {} : { stepId }) });
  const more = nextOffset === null ? '' : '\n… the log goes on';
  // Colours of terminals mean nothing in an editor.
  const content = `${stripVTControlCharacters(text)}${more}`;
  const document = await vscode.workspace.openTextDocument({ content: content === '' ? 'Nothing was printed.' : content, language: 'log' });
  await vscode.window.showTextDocument(document, { preview: true });
}
