// A tree view over plain nodes: the nodes are made anew at every change, the tree keeps what is expanded by their ids.
import * as vscode from 'vscode';

export interface Node {
  readonly id: string;
  readonly children: readonly Node[];
}

export class NodeTree<N extends Node> implements vscode.TreeDataProvider<N>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #present: (node: N) => vscode.TreeItem;
  #nodes: readonly N[] = [];
  #shown = '';
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(present: (node: N) => vscode.TreeItem) {
    this.#present = present;
  }

  /** Shows these nodes; nothing moves when they are the same as before. */
  show(nodes: readonly N[]): void {
    const shown = JSON.stringify(nodes);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#nodes = nodes;
    this.#changed.fire(undefined);
  }

  getTreeItem(node: N): vscode.TreeItem {
    const item = this.#present(node);
    item.id = node.id;
    return item;
  }

  getChildren(node?: N): N[] {
    // Children of a node are of its kind: the mappings make them so.
    return [...((node?.children as readonly N[] | undefined) ?? this.#nodes)];
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
