// An editor's language client on the second channel of a connection, and features that the test changes.
import { pathToFileURL } from 'node:url';
import { createMessageConnection, type MessageConnection } from 'vscode-jsonrpc/node';
import type { WebSocket } from 'ws';
import type { RepoPath } from '../../agent/protocol/ids.ts';
import { splitChannels, type ChannelSplitter } from '../../agent/protocol/message-streams.ts';
import type { Diagnostic, LanguageFeatures } from '../../agent/server/language-features.ts';
import { noLanguage } from './server-rig.ts';

/** Features whose values the test changes. */
export class ScriptedFeatures implements LanguageFeatures {
  readonly diagnosticsListeners = new Set<() => void>();
  readonly lensListeners = new Set<() => void>();
  found = new Map<RepoPath, readonly Diagnostic[]>();
  codeLenses: LanguageFeatures['codeLenses'] = noLanguage.codeLenses;
  configuration: LanguageFeatures['configuration'] = noLanguage.configuration;

  diagnostics(): ReadonlyMap<RepoPath, readonly Diagnostic[]> {
    return this.found;
  }

  onDiagnosticsChanged(listener: () => void): () => void {
    this.diagnosticsListeners.add(listener);
    return () => this.diagnosticsListeners.delete(listener);
  }

  onCodeLensesChanged(listener: () => void): () => void {
    this.lensListeners.add(listener);
    return () => this.lensListeners.delete(listener);
  }

  change(found: Map<RepoPath, readonly Diagnostic[]>): void {
    this.found = found;
    for (const listener of this.diagnosticsListeners) listener();
  }
}

export interface Published {
  readonly uri: string;
  readonly diagnostics: readonly object[];
}

/** An editor: a language client on the second channel of a socket. */
export class LanguageClientRig {
  readonly connection: MessageConnection;
  readonly splitter: ChannelSplitter;
  readonly published: Published[] = [];
  readonly registered: string[] = [];
  readonly #root: string;
  #heard = () => {};

  constructor(socket: WebSocket, root: string) {
    this.#root = root;
    this.splitter = splitChannels((text) => socket.send(text));
    socket.on('message', (data: Buffer) => this.splitter.receive(data.toString()));
    const { reader, writer } = this.splitter.open('language');
    this.connection = createMessageConnection(reader, writer);
    this.connection.onNotification('textDocument/publishDiagnostics', (params: Published) => {
      this.published.push(params);
      this.#heard();
    });
    this.connection.onRequest('client/registerCapability', (params: { registrations: { method: string }[] }) => {
      this.registered.push(...params.registrations.map(({ method }) => method));
      this.#heard();
      return null;
    });
    this.connection.listen();
  }

  async initialize(capabilities: object = {}): Promise<{ capabilities: Record<string, unknown> }> {
    const answer = await this.connection.sendRequest<{ capabilities: Record<string, unknown> }>('initialize', {
      // Nobody's: a server that watched its client's process would end this one.
      processId: 2 ** 30,
      rootUri: pathToFileURL(this.#root).href,
      capabilities,
    });
    await this.connection.sendNotification('initialized', {});
    return answer;
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => (this.#heard = resolve));
  }
}
