// The logs: of the agent, and of one run or step.
import { stripVTControlCharacters } from 'node:util';
import type { ConnectedClient } from '../../agent/client/client.ts';
import { commandIds } from '../ids.ts';
import { withLateProgress } from './progress.ts';
import { registerCommand, unwrap, type CommandSurroundings } from './register-command.ts';

/** More than this is no text to read in an editor; the agent keeps it all. */
const mostCharacters = 5_000_000;

export function registerLogCommands(surroundings: CommandSurroundings): void {
  const { repositories, documents, log } = surroundings;
  registerCommand(surroundings, commandIds.showLog, () => log.show());
  registerCommand(surroundings, commandIds.showRunLog, async (node) => {
    if (typeof node !== 'object' || node === null || !('executionId' in node)) return;
    const { ExecutionId, StepId } = await import('../../agent/protocol/ids.ts');
    const id = ExecutionId.parse(node.executionId);
    const stepId = 'stepId' in node && node.stepId !== null ? StepId.parse(node.stepId) : undefined;
    const { client } = unwrap(await repositories.client());
    const text = await withLateProgress(
      'reading the log',
      readLog(client, { id, ...(stepId === undefined ? {} : { stepId }) }),
    );
    await documents.show(
      `${id}${stepId === undefined ? '' : ` ${stepId}`}.log`,
      text === '' ? 'Nothing was printed.' : text,
    );
  });
}

type LogRequest = Parameters<ConnectedClient['getExecutionLog']>[0];

/** From its beginning; colours of terminals mean nothing in an editor. */
async function readLog(client: ConnectedClient, request: LogRequest): Promise<string> {
  let text = '';
  let offset: number | null = 0;
  while (offset !== null) {
    const piece: Awaited<ReturnType<ConnectedClient['getExecutionLog']>> = await client.getExecutionLog({
      ...request,
      offset,
    });
    text += stripVTControlCharacters(piece.text);
    offset = piece.nextOffset;
    if (text.length > mostCharacters)
      return `${text}\n… the log goes on: noodle keeps it in the repository's git directory.`;
  }
  return text;
}
