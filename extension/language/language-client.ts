// The language server of each agent, over the same connection: diagnostics, code lenses, help with noodle.yaml.
import * as vscode from 'vscode';
import type { LanguageClient as Client } from 'vscode-languageclient/node';
import type { Repositories } from '../repositories.ts';
import type { Repository } from '../repository.ts';

export function registerLanguageClients(
  extension: vscode.ExtensionContext,
  repositories: Repositories,
  log: vscode.LogOutputChannel,
): void {
  const running = new Map<Repository, LanguageConnection>();
  const add = (repository: Repository) => running.set(repository, new LanguageConnection(repository, log));
  repositories.all.forEach(add);
  extension.subscriptions.push(
    repositories.onAdded(add),
    repositories.onRemoved((repository) => {
      running.get(repository)?.dispose();
      running.delete(repository);
    }),
    { dispose: () => running.forEach((connection) => connection.dispose()) },
  );
}

/** One client for each time that the agent is connected: a connection's streams end with it. */
class LanguageConnection implements vscode.Disposable {
  readonly #repository: Repository;
  readonly #log: vscode.LogOutputChannel;
  readonly #unsubscribe: () => void;
  #client: Client | null = null;

  constructor(repository: Repository, log: vscode.LogOutputChannel) {
    this.#repository = repository;
    this.#log = log;
    this.#unsubscribe = repository.connection.onState((state) => {
      if (state.name === 'connected')
        this.#start().catch((error: unknown) => log.error('language client', String(error)));
      else void this.#stop();
    });
  }

  dispose(): void {
    this.#unsubscribe();
    void this.#stop();
  }

  async #start(): Promise<void> {
    await this.#stop();
    // Loaded when there is an agent to talk to, so that activation stays quick.
    const { LanguageClient, CloseAction, ErrorAction } = await import('vscode-languageclient/node');
    const { state } = this.#repository.connection;
    if (state.name !== 'connected') return;
    const { reader, writer } = state.client.openLanguage();
    const { root } = this.#repository;
    const pattern = { baseUri: vscode.Uri.file(root).toString(), pattern: '**/*' };
    const client = new LanguageClient(
      'noodle',
      'Noodle',
      // The shapes are those of the library's own reader and writer; see agent/protocol/message-streams.ts.
      async () => ({ reader: reader as never, writer: writer as never }),
      {
        documentSelector: [{ scheme: 'file', pattern }],
        workspaceFolder: { uri: vscode.Uri.file(root), name: this.#repository.folder, index: 0 },
        outputChannel: this.#log,
        errorHandler: {
          error: () => ({ action: ErrorAction.Continue, handled: true }),
          closed: () => ({ action: CloseAction.DoNotRestart, handled: true }),
        },
      },
    );
    this.#client = client;
    await client.start();
  }

  async #stop(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    // A server that is gone does not answer the farewell.
    if (client !== null) await client.stop(500).catch(() => {});
    await client?.dispose().catch(() => {});
  }
}
