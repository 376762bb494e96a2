// Commands about the agent and its configuration.
import * as vscode from 'vscode';
import { ratedBy, riskWords } from '../../agent/protocol/prediction-words.ts';
import { formatBytes, formatDuration } from '../../agent/protocol/quantities.ts';
import { commandIds } from '../ids.ts';
import { withLateProgress } from './progress.ts';
import { CommandFailure, registerCommand, unwrap, type CommandSurroundings } from './register-command.ts';

const configurationName = 'noodle.yaml';

const configurationText = `# Noodle works without this file. What stands here wins over what it finds by itself.
# Settings, each also an environment variable and a VS Code setting; \`noodle config\` lists them.
# settings:
#   test:
#     parallelExecutions: 2
# Build targets beside those that are found:
# targets:
#   schema:
#     command: npm run generate
#     inputs: [schema/**]
#     outputs: [src/generated/**]
# tests:
#   exclude: [test/slow/**]
`;

export function registerAgentCommands(surroundings: CommandSurroundings): void {
  const { repositories } = surroundings;
  registerCommand(surroundings, commandIds.restartAgent, async () => {
    const repository = repositories.current;
    if (repository === null) return;
    const { connection } = repository;
    await withLateProgress('the agent starts', connection.restart());
    if (connection.state.name === 'failed') throw new CommandFailure(connection.state.failure);
  });
  registerCommand(surroundings, commandIds.showCost, async () => {
    const { client } = unwrap(await repositories.client());
    const { cost, clients, pid } = await client.getAgentStatus({});
    const windows = clients === 1 ? '1 client' : `${clients} clients`;
    await vscode.window.showInformationMessage(
      `Noodle's agent (process ${pid}, ${windows}, up ${formatDuration(cost.uptimeMs)}) uses ${(cost.cpu * 100).toFixed(1)} % of one processor, ${formatBytes(cost.memoryBytes)} of memory and ${formatBytes(cost.stateBytes)} of disk.`,
    );
  });
  registerCommand(surroundings, commandIds.showRisk, async () => {
    const { client } = unwrap(await repositories.client());
    const risk = await client.getChangeRisk({});
    const reasons = risk.reasons.map(({ words }) => words).join(', ');
    const because = reasons === '' ? '' : ` Because of: ${reasons}.`;
    await vscode.window.showInformationMessage(`Noodle, ${riskWords(risk)}.${because} By ${ratedBy(risk)}.`);
  });
  registerCommand(surroundings, commandIds.createConfiguration, async () => {
    const repository = repositories.current;
    if (repository === null) return;
    const uri = vscode.Uri.joinPath(vscode.Uri.file(repository.root), configurationName);
    const exists = await vscode.workspace.fs.stat(uri).then(
      () => true,
      () => false,
    );
    if (!exists) await vscode.workspace.fs.writeFile(uri, Buffer.from(configurationText));
    await vscode.window.showTextDocument(uri);
  });
}
