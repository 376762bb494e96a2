// From a test to the code that it is about, and back.
import path from 'node:path';
import * as vscode from 'vscode';
import type { ConnectedClient } from '../../agent/client/client.ts';
import type { RepoPath, TestId } from '../../agent/protocol/ids.ts';
import { openLocation } from '../commands/open-item.ts';
import { withLateProgress } from '../commands/progress.ts';
import { CommandFailure, registerCommand, unwrap, type CommandSurroundings } from '../commands/register-command.ts';
import { commandIds } from '../ids.ts';
import type { Repository } from '../repository.ts';

interface Place {
  readonly repository: Repository;
  readonly client: ConnectedClient;
  readonly file: RepoPath;
  /** 1-based. */
  readonly line: number;
}

export function registerRelatedCommands(surroundings: CommandSurroundings): void {
  registerCommand(surroundings, commandIds.goToTest, async (argument) => {
    const place = await placeOf(surroundings, argument);
    const { name, tests } = await relatedTests(place);
    if (tests.length === 0) return sayNone(place, name);
    const chosen = await choose(
      tests.map((test) => ({ label: nameOf(test.file), description: test.why, detail: test.file, test })),
      name === null ? `Tests that run ${nameOf(place.file)}` : `Tests that run ${name}`,
    );
    if (chosen !== null) await openLocation(place.repository, { file: chosen.test.file, line: chosen.test.line ?? 1 });
  });
  registerCommand(surroundings, commandIds.runRelatedTests, async (argument) => {
    const place = await placeOf(surroundings, argument);
    const { name, tests } = await relatedTests(place);
    if (tests.length === 0) return sayNone(place, name);
    await vscode.workspace.saveAll(false);
    await place.client.startRun({ tests: tests.map(({ id }) => id), trigger: 'editor' });
  });
  registerCommand(surroundings, commandIds.goToCode, async (argument) => {
    const { repository, client, ...asked } = await testOf(surroundings, argument);
    const { places } = await withLateProgress('looking for the code', client.getRelatedCode(asked));
    const chosen = await choose(
      places.map((place) => ({
        label: place.name ?? nameOf(place.path),
        description: place.why,
        detail: `${place.path}:${place.line}`,
        place,
      })),
      'Code under test',
    );
    if (chosen !== null) await openLocation(repository, { file: chosen.place.path, line: chosen.place.line });
    else if (places.length === 0)
      await vscode.window.showInformationMessage(
        'Noodle: the test imports nothing of this repository, and nothing is recorded of what it runs.',
      );
  });
}

/** A single one needs no question. */
async function choose<T extends vscode.QuickPickItem>(items: readonly T[], title: string): Promise<T | null> {
  if (items.length <= 1) return items[0] ?? null;
  return (await vscode.window.showQuickPick(items, { title, matchOnDetail: true })) ?? null;
}

async function relatedTests({ client, file, line }: Place) {
  return await withLateProgress('looking for tests', client.getRelatedTests({ file, line }));
}

async function sayNone({ file }: Place, name: string | null): Promise<void> {
  await vscode.window.showInformationMessage(`Noodle: no test is known to run ${name ?? nameOf(file)}.`);
}

/** Of a code lens, else of the cursor. */
async function placeOf(surroundings: CommandSurroundings, argument: unknown): Promise<Place> {
  const editor = vscode.window.activeTextEditor;
  const repository =
    editor === undefined ? surroundings.repositories.current : surroundings.repositories.of(editor.document.uri);
  if (repository === null) throw nowhere('no file of a repository is open');
  const client = unwrap(await repository.connection.ready());
  if (typeof argument === 'object' && argument !== null && 'file' in argument && 'line' in argument)
    return { repository, client, file: await repoPath(String(argument.file)), line: Number(argument.line) };
  if (editor === undefined) throw nowhere('no file of a repository is open');
  return {
    repository,
    client,
    file: await repoPathOf(repository, editor.document.uri),
    line: editor.selection.active.line + 1,
  };
}

type AskedTest = { readonly repository: Repository; readonly client: ConnectedClient } & (
  | { readonly test: TestId }
  | { readonly file: RepoPath; readonly line: number }
);

/** Of an item of the Test Explorer, else of the cursor. */
async function testOf(surroundings: CommandSurroundings, argument: unknown): Promise<AskedTest> {
  if (typeof argument !== 'object' || argument === null || !('id' in argument) || !('uri' in argument))
    return await placeOf(surroundings, argument);
  const uri = argument.uri instanceof vscode.Uri ? argument.uri : null;
  const repository = uri === null ? null : surroundings.repositories.of(uri);
  if (uri === null || repository === null) throw nowhere('this test has no file');
  const client = unwrap(await repository.connection.ready());
  const isSuite = String(argument.id).startsWith('suite:');
  // Items are made by us, with ids of the contract.
  if (!isSuite) return { repository, client, test: String(argument.id) as TestId };
  const line = 'range' in argument && argument.range instanceof vscode.Range ? argument.range.start.line + 1 : 1;
  return { repository, client, file: await repoPathOf(repository, uri), line };
}

function repoPathOf({ root }: Repository, uri: vscode.Uri): Promise<RepoPath> {
  return repoPath(path.relative(root, uri.fsPath).split(path.sep).join('/'));
}

/** The contract is loaded when it is needed, so that activation stays quick. */
async function repoPath(text: string): Promise<RepoPath> {
  const { RepoPath: schema } = await import('../../agent/protocol/ids.ts');
  return schema.parse(text);
}

function nameOf(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}

function nowhere(message: string): CommandFailure {
  return new CommandFailure({ reason: 'not_found', message, hint: 'Open a file of the repository first.' });
}
