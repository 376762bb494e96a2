// Tests of the function at the cursor: made, shown as a new file in a diff, and written when the user accepts them.
import path from 'node:path';
import * as vscode from 'vscode';
import type { ConnectedClient } from '../../agent/client/client.ts';
import type { Execution } from '../../agent/protocol/execution.ts';
import type { GeneratedTests } from '../../agent/protocol/generated-tests.ts';
import type { ExecutionId } from '../../agent/protocol/ids.ts';
import { askChatModel } from './chat-model.ts';
import { commandIds } from '../ids.ts';
import { isUnfinished, type Repository } from '../repository.ts';
import { modelKey } from './model-key.ts';
import { CommandFailure, registerCommand, unwrap, type CommandSurroundings } from './register-command.ts';

export function registerGenerateTests(surroundings: CommandSurroundings): void {
  registerCommand(surroundings, commandIds.generateTests, async () => {
    const editor = vscode.window.activeTextEditor;
    const repository = editor === undefined ? null : surroundings.repositories.of(editor.document.uri);
    if (editor === undefined || repository === null)
      throw new CommandFailure({
        reason: 'not_found',
        message: 'no file of a repository is open',
        hint: 'Put the cursor into a function that other files can import.',
      });
    const client = unwrap(await repository.connection.ready());
    await editor.document.save();
    const { RepoPath } = await import('../../agent/protocol/ids.ts');
    const file = RepoPath.parse(path.relative(repository.root, editor.document.uri.fsPath).split(path.sep).join('/'));
    const place = { file, line: editor.selection.active.line + 1 };
    const asked = await askChatModel(client, place);
    const { executionId } = await client.generateTests({
      ...place,
      ...asked.request,
      ...(await modelKey(surroundings)),
    });
    const made = await offered(repository, client, executionId);
    for (const note of asked.notes) void vscode.window.showWarningMessage(`Noodle: ${note}`);
    if (made.tests.length === 0) await vscode.window.showInformationMessage(`Noodle: ${made.notes.join(' ')}`);
    else await offer(surroundings, repository, made);
  });
}

/** Waits for the end, with what goes on in a notification that can call it off. */
async function offered(repository: Repository, client: ConnectedClient, id: ExecutionId): Promise<GeneratedTests> {
  const ended = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: 'Noodle: making tests', cancellable: true },
    async (progress, cancellation) => {
      cancellation.onCancellationRequested(() => void client.cancelExecution({ id }).catch(() => {}));
      return await endOf(repository, id, (message) => progress.report({ message }));
    },
  );
  if (ended === null)
    throw new CommandFailure({ reason: 'disconnected', message: 'the agent went away before the tests were made' });
  if (ended.state === 'cancelled') throw new CommandFailure({ reason: 'cancelled', message: 'it was called off' });
  if (ended.state === 'succeeded') return await client.getGeneratedTests({ id });
  const message = ended.steps[0]?.reason ?? ended.reason ?? `the making of tests was ${ended.state}`;
  throw new CommandFailure({ reason: 'conflict', message, hint: 'The log of the run says more.' });
}

/** Null when the connection was lost. */
async function endOf(
  repository: Repository,
  id: ExecutionId,
  say: (message: string) => void,
): Promise<Execution | null> {
  const ended = Promise.withResolvers<Execution | null>();
  const look = ({ connection, executions }: Repository['state']) => {
    const execution = executions.find((each) => each.id === id);
    if (connection !== 'connected') ended.resolve(null);
    else if (execution !== undefined && !isUnfinished(execution)) ended.resolve(execution);
    else if (execution?.steps[0] !== undefined) say(execution.steps[0].reason ?? '');
  };
  const stop = repository.onChange(look);
  try {
    look(repository.state);
    return await ended.promise;
  } finally {
    stop();
  }
}

async function offer({ documents }: CommandSurroundings, { root }: Repository, made: GeneratedTests): Promise<void> {
  const name = path.posix.basename(made.path);
  const before = documents.keep(`before ${name}`, '');
  const after = documents.keep(name, made.text);
  await vscode.commands.executeCommand('vscode.diff', before, after, `${made.path} (offered)`, { preview: true });
  const accept = `Create ${name}`;
  const count = made.tests.length === 1 ? '1 test' : `${made.tests.length} tests`;
  const gain = `${made.lines.coveredNow} more lines run, ${made.mutants.foundNow} more small faults found`;
  const text = `Noodle: ${count} of ${made.function} passed every time: ${gain}. Nothing is written yet. ${made.notes.join(' ')}`;
  if ((await vscode.window.showInformationMessage(text, accept, 'Discard')) !== accept) return;
  const target = vscode.Uri.joinPath(vscode.Uri.file(root), made.path);
  const edit = new vscode.WorkspaceEdit();
  edit.createFile(target, { overwrite: false, contents: new TextEncoder().encode(made.text) });
  if (!(await vscode.workspace.applyEdit(edit)))
    throw new CommandFailure({ reason: 'conflict', message: `${made.path} is there already`, hint: 'Generate again.' });
  await vscode.window.showTextDocument(target);
}
