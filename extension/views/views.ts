// The trees of the sidebar: the present plan, and the runs.
import * as vscode from 'vscode';
import type { CommandSurroundings } from '../commands/register-command.ts';
import { commandIds, contextKeys, viewIds } from '../ids.ts';
import { contextValues } from '../context-values.ts';
import type { RepositoryState } from '../repository.ts';
import { planNodes, type PlanNode } from './plan-nodes.ts';
import { runNodes, type RunNode } from './run-nodes.ts';
import { NodeTree } from './tree.ts';

export function registerViews({ extension, repositories }: CommandSurroundings): void {
  const plan = new NodeTree<PlanNode>(presentPlanNode);
  const runs = new NodeTree<RunNode>(presentRunNode);
  const planView = vscode.window.createTreeView(viewIds.plan, { treeDataProvider: plan, showCollapseAll: true });
  const runsView = vscode.window.createTreeView(viewIds.runs, { treeDataProvider: runs });
  const progress = new ViewProgress(viewIds.plan);
  const update = () => {
    const state = repositories.current?.state ?? null;
    // A tree that nobody sees is filled when it is shown.
    if (planView.visible) plan.show(state === null ? [] : shownPlan(state));
    if (runsView.visible) runs.show(runNodes(state?.executions ?? []));
    planView.description = repositories.all.length > 1 ? (repositories.current?.name ?? '') : '';
    progress.show(contextValues(state)[contextKeys.agentState] === 'starting');
  };
  extension.subscriptions.push(
    plan,
    runs,
    planView,
    runsView,
    progress,
    planView.onDidChangeVisibility(update),
    runsView.onDidChangeVisibility(update),
    vscode.workspace.onDidGrantWorkspaceTrust(update),
    repositories.onAdded(update),
    repositories.onRemoved(update),
    repositories.onChanged(update),
    repositories.onCurrentChanged(update),
  );
}

/** Nothing while a welcome text has more to say. */
function shownPlan({ connection, plan }: RepositoryState): PlanNode[] {
  const isAlive = connection === 'connected' || connection === 'starting';
  return plan === null || !isAlive || !vscode.workspace.isTrusted ? [] : planNodes(plan);
}

/** The moving line at the top of a view, for as long as something is under way. */
class ViewProgress implements vscode.Disposable {
  readonly #viewId: string;
  #end: (() => void) | null = null;

  constructor(viewId: string) {
    this.#viewId = viewId;
  }

  show(isBusy: boolean): void {
    if (isBusy === (this.#end !== null)) return;
    this.#end?.();
    this.#end = null;
    if (!isBusy) return;
    const ended = Promise.withResolvers<void>();
    this.#end = ended.resolve;
    void vscode.window.withProgress({ location: { viewId: this.#viewId } }, () => ended.promise);
  }

  dispose(): void {
    this.show(false);
  }
}

function presentPlanNode(node: PlanNode): vscode.TreeItem {
  const isGroup = node.children.length > 0;
  const collapsed =
    node.id === 'skipped' ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.Expanded;
  const item = new vscode.TreeItem(node.label, isGroup ? collapsed : vscode.TreeItemCollapsibleState.None);
  item.description = node.description;
  item.tooltip = node.tooltip;
  item.iconPath = new vscode.ThemeIcon(node.icon);
  item.contextValue =
    node.subject === null ? (node.location === null ? 'group' : 'file') : 'test' in node.subject ? 'test' : 'target';
  if (node.location !== null)
    item.command = { command: commandIds.openItem, title: 'Open', arguments: [node.location] };
  return item;
}

function presentRunNode(node: RunNode): vscode.TreeItem {
  const item = new vscode.TreeItem(
    node.label,
    node.children.length > 0 ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.None,
  );
  item.description = node.description;
  item.tooltip = node.tooltip;
  item.iconPath =
    node.colour === null
      ? new vscode.ThemeIcon(node.icon)
      : new vscode.ThemeIcon(node.icon, new vscode.ThemeColor(node.colour));
  item.contextValue = node.kind;
  item.command = { command: commandIds.showRunLog, title: 'Show Log', arguments: [node] };
  return item;
}
