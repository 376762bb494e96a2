// One wrapper for every command: it is logged, and what goes wrong is told in one sentence with what to do about it.
import * as vscode from 'vscode';
import { failureOf } from '../../agent/protocol/client.ts';
import { failureCatalogue, FailureError, type Failure, type Result } from '../../agent/protocol/failure.ts';
import { commandIds, type CommandId } from '../ids.ts';
import type { Repositories } from '../repositories.ts';

export interface CommandSurroundings {
  readonly repositories: Repositories;
  readonly log: vscode.LogOutputChannel;
  readonly extension: vscode.ExtensionContext;
}

export function registerCommand({ extension, log }: CommandSurroundings, id: CommandId, run: (...args: unknown[]) => unknown): void {
  const wrapped = async (...args: unknown[]) => {
    log.debug(`command ${id}`);
    try {
      return await run(...args);
    } catch (error) {
      log.error(`command ${id}`, error instanceof Error ? error : String(error));
      await showFailure(failureOf(error));
      return undefined;
    }
  };
  extension.subscriptions.push(vscode.commands.registerCommand(id, wrapped));
}

/** The value, or the failure thrown to the command's wrapper. */
export function unwrap<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new FailureError(result.failure);
}

/** Cancelled is a reason, not an error to show. */
async function showFailure(failure: Failure): Promise<void> {
  if (failure.reason === 'cancelled') return;
  const { hint } = failureCatalogue[failure.reason];
  const showLog = 'Show Log';
  const chosen = await vscode.window.showErrorMessage(`Noodle: ${failure.message}. ${failure.hint ?? hint}`, showLog);
  if (chosen === showLog) await vscode.commands.executeCommand(commandIds.showLog);
}
