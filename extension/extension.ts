// The extension's table of contents.
import * as vscode from 'vscode';
import { registerAgentCommands } from './commands/agent-commands.ts';
import { registerBisectCommand } from './commands/bisect-command.ts';
import { registerExplainCommands } from './commands/explain-commands.ts';
import { registerImportRemoteRun } from './commands/import-remote-run.ts';
import { registerLogCommands } from './commands/log-commands.ts';
import { registerGenerateTests } from './commands/generate-tests.ts';
import { registerModelKey } from './commands/model-key.ts';
import { registerOpenItem } from './commands/open-item.ts';
import { registerPipelineCommands } from './commands/pipeline-commands.ts';
import { registerRunCommands } from './commands/run-commands.ts';
import { registerContextKeys } from './context-keys.ts';
import { registerDashboard } from './dashboard/dashboard.ts';
import { registerDocuments } from './documents.ts';
import { registerLanguageClients } from './language/language-client.ts';
import { registerNotifications } from './notifications.ts';
import { Repositories } from './repositories.ts';
import { registerStatusBar } from './status-bar.ts';
import { registerTestExplorer } from './test-explorer/test-explorer.ts';
import { registerTyping } from './typing.ts';
import { registerViews } from './views/views.ts';

export function activate(extension: vscode.ExtensionContext): void {
  const startedAt = performance.now();
  const log = vscode.window.createOutputChannel('Noodle', { log: true });
  // The manifest is ours and has a version.
  const { version } = extension.extension.packageJSON as { version: string };
  const repositories = new Repositories({
    extensionFolder: extension.extensionPath,
    version,
    log: (line) => log.info(line),
  });
  extension.subscriptions.push(log, repositories);
  const surroundings = { repositories, log, extension, documents: registerDocuments(extension) };
  registerRunCommands(surroundings);
  registerPipelineCommands(surroundings);
  registerExplainCommands(surroundings);
  registerAgentCommands(surroundings);
  registerLogCommands(surroundings);
  registerOpenItem(surroundings);
  registerGenerateTests(surroundings);
  registerModelKey(surroundings);
  registerBisectCommand(surroundings);
  registerImportRemoteRun(surroundings);
  registerDashboard(surroundings);
  registerViews(surroundings);
  registerTestExplorer(surroundings);
  registerLanguageClients(extension, repositories, log);
  registerNotifications(extension, repositories);
  registerContextKeys(extension, repositories);
  registerTyping(extension, repositories);
  registerStatusBar(extension, repositories);
  repositories.open();
  log.info(`activated in ${Math.round(performance.now() - startedAt)} ms`);
}

export function deactivate(): void {}
