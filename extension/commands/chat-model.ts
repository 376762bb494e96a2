// Asks a language model of VS Code for tests, where the user has chosen one. Where it needs an account, VS Code asks for consent.
import * as vscode from 'vscode';
import type { ConnectedClient } from '../../agent/client/client.ts';
import type { InputOf } from '../../agent/protocol/operations.ts';
import { editorSettings } from '../ids.ts';

export interface AskedChatModel {
  readonly request: Pick<InputOf<'generateTests'>, 'answer'>;
  /** Sentences: why there is no answer. */
  readonly notes: readonly string[];
}

/** More than this no answer needs, in characters. */
const mostAnswer = 500_000;
const nothing: AskedChatModel = { request: {}, notes: [] };

/** Never rejects for what the model does: without an answer there are other tests. */
export async function askChatModel(client: ConnectedClient, place: InputOf<'promptForTests'>): Promise<AskedChatModel> {
  const wanted = vscode.workspace.getConfiguration().inspect<string>(editorSettings.chatModel)?.globalValue ?? '';
  if (wanted === '') return nothing;
  const prompt = await client.promptForTests(place);
  const model = await chosenModel(wanted);
  if (model === undefined) return without(`VS Code has no language model '${wanted}'`);
  return await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: `Noodle: asking ${model.name} for tests`,
      cancellable: true,
    },
    async (_progress, cancellation) => {
      try {
        const text = await answerOf(model, `${prompt.system}\n\n${prompt.user}`, cancellation);
        return text.trim() === ''
          ? without(`the answer of ${model.name} is empty`)
          : { request: { answer: { text, by: model.name } }, notes: [] };
      } catch (error) {
        if (cancellation.isCancellationRequested) return without(`${model.name} was called off`);
        return without(`${model.name}: ${reasonOf(error)}`);
      }
    },
  );
}

function without(why: string): AskedChatModel {
  return { request: {}, notes: [`No tests of a language model: ${why.replace(/\.$/, '')}.`] };
}

async function chosenModel(wanted: string): Promise<vscode.LanguageModelChat | undefined> {
  const models = await vscode.lm.selectChatModels();
  if (wanted === 'any') return models[0];
  return models.find(({ id, family }) => id === wanted || family === wanted);
}

async function answerOf(
  model: vscode.LanguageModelChat,
  prompt: string,
  cancellation: vscode.CancellationToken,
): Promise<string> {
  const options = { justification: 'Noodle asks for tests of the function at the cursor.' };
  const response = await model.sendRequest([vscode.LanguageModelChatMessage.User(prompt)], options, cancellation);
  let text = '';
  for await (const part of response.text) {
    text += part;
    if (text.length > mostAnswer) break;
  }
  return text.slice(0, mostAnswer);
}

function reasonOf(error: unknown): string {
  if (error instanceof vscode.LanguageModelError) {
    if (error.code === vscode.LanguageModelError.NoPermissions.name) return 'there is no consent to ask it';
    if (error.code === vscode.LanguageModelError.Blocked.name) return 'it takes no more requests for now, or refused';
  }
  return error instanceof Error ? error.message : String(error);
}
