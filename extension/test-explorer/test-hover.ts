// Hovering a test's name: its last results, what is planned, and why.
import * as vscode from 'vscode';
import type { TestId } from '../../agent/protocol/ids.ts';
import { commandIds } from '../ids.ts';
import type { Repositories } from '../repositories.ts';
import type { Repository } from '../repository.ts';
import { historyMarkdown } from './history-markdown.ts';
import type { TestItems } from './test-items.ts';

const shownResults = 10;

export function registerTestHover(
  extension: vscode.ExtensionContext,
  repositories: Repositories,
  itemsOf: (repository: Repository) => TestItems | null,
): void {
  const provider: vscode.HoverProvider = {
    async provideHover(document, position) {
      const repository = repositories.of(document.uri);
      if (repository === null) return null;
      const [id] = itemsOf(repository)?.casesAt(document.uri, position.line) ?? [];
      return id === undefined ? null : hoverOf(repository, id);
    },
  };
  extension.subscriptions.push(vscode.languages.registerHoverProvider({ scheme: 'file' }, provider));
}

async function hoverOf(repository: Repository, id: TestId): Promise<vscode.Hover | null> {
  const { client } = repository.connection;
  if (client === null) return null;
  const { history } = await client.getTestHistory({ id, limit: shownResults });
  const planned = repository.state.plan?.tests.find((test) => id === test.id || id.startsWith(`${test.id} > `)) ?? null;
  const text = historyMarkdown(history, planned);
  if (text === null) return null;
  const why = encodeURIComponent(JSON.stringify([id]));
  const markdown = new vscode.MarkdownString(`${text} · [Why](command:${commandIds.explain}?${why})`);
  markdown.supportHtml = true;
  markdown.isTrusted = { enabledCommands: [commandIds.explain] };
  return new vscode.Hover(markdown);
}
