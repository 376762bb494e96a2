// One wrapper for every command: it is logged, and what goes wrong is told in one sentence with what to do about it.
import * as vscode from 'vscode';
import type { Failure, Result } from '../../agent/protocol/failure.ts';
import type { Documents } from '../documents.ts';
import { commandIds, type CommandId } from '../ids.ts';
import type { Repositories } from '../repositories.ts';

export interface CommandSurroundings {
  readonly repositories: Repositories;
  readonly log: vscode.LogOutputChannel;
  readonly extension: vscode.ExtensionContext;
  readonly documents: Documents;
}

export function registerCommand(
  { extension, log }: CommandSurroundings,
  id: CommandId,
  run: (...args: unknown[]) => unknown,
): void {
  const wrapped = async (...args: unknown[]) => {
    log.debug(`command ${id}`);
    try {
      return await run(...args);
    } catch (error) {
      log.error(`command ${id}`, error instanceof Error ? error : String(error));
      await showFailure(error);
      return undefined;
    }
  };
  extension.subscriptions.push(vscode.commands.registerCommand(id, wrapped));
}

/** A failure on its way to the command's wrapper. */
export class CommandFailure extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** The value, or the failure thrown to the command's wrapper. */
export function unwrap<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new CommandFailure(result.failure);
}

/** Cancelled is a reason, not an error to show. The catalogue is loaded with the first failure. */
async function showFailure(error: unknown): Promise<void> {
  const { failureOf } = await import('../../agent/protocol/client.ts');
  const { failureCatalogue } = await import('../../agent/protocol/failure.ts');
  const { reason, message, hint } = error instanceof CommandFailure ? error.failure : failureOf(error);
  if (reason === 'cancelled') return;
  const showLog = 'Show Log';
  const text = `Noodle: ${message.replace(/\.$/, '')}. ${hint ?? failureCatalogue[reason].hint}`;
  const chosen = await vscode.window.showErrorMessage(text, showLog);
  if (chosen === showLog) await vscode.commands.executeCommand(commandIds.showLog);
}
