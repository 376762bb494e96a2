// The dashboard's page inside a webview: its HTML with a strict policy, and the relay between it and the agent.
import { readFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import * as vscode from 'vscode';
import { failureOf } from '../../agent/protocol/client.ts';
import { FailureError } from '../../agent/protocol/failure.ts';
import { operations, type OperationName } from '../../agent/protocol/operations.ts';
import {
  PageMessage,
  type HostMessage,
  type WebviewCommand,
  type WebviewConnection,
  type WebviewPlace,
} from '../../agent/protocol/webview.ts';
import { openLocation } from '../commands/open-item.ts';
import { commandIds } from '../ids.ts';
import type { Repositories } from '../repositories.ts';
import type { Repository } from '../repository.ts';

export interface PageOptions {
  readonly webview: vscode.Webview;
  readonly place: WebviewPlace;
  readonly extensionFolder: string;
  readonly repositories: Repositories;
}

/** Shows the page in a webview; the answer ends the relay. */
export function showPage(options: PageOptions): vscode.Disposable {
  const { webview, place, extensionFolder, repositories } = options;
  const folder = path.join(extensionFolder, 'dist/webview');
  webview.options = { enableScripts: true, localResourceRoots: [vscode.Uri.file(folder)] };
  const relay = new Relay(webview, repositories);
  webview.html = pageHtml(webview, folder, place);
  return relay;
}

function pageHtml(webview: vscode.Webview, folder: string, place: WebviewPlace): string {
  const nonce = randomBytes(16).toString('base64');
  const address = (file: string) => webview.asWebviewUri(vscode.Uri.file(path.join(folder, file))).toString();
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${webview.cspSource} 'unsafe-inline'; font-src ${webview.cspSource}; img-src ${webview.cspSource} data:`;
  return readFileSync(path.join(folder, 'index.html'), 'utf8')
    .replace('<head>', `<head><meta http-equiv="Content-Security-Policy" content="${policy}">`)
    .replace(/data-place="[^"]*"/, `data-place="${place}"`)
    .replace(
      /(src|href)="\.?\/?([\w.-]+\.(?:js|css))"/g,
      (_match, name: string, file: string) => `${name}="${address(file)}"`,
    )
    .replaceAll('<script', `<script nonce="${nonce}"`);
}

class Relay implements vscode.Disposable {
  readonly #webview: vscode.Webview;
  readonly #repositories: Repositories;
  readonly #subscriptions: vscode.Disposable[] = [];
  readonly #pending = new Map<number, AbortController>();
  #unsubscribe: (() => void)[] = [];
  #repository: Repository | null = null;

  constructor(webview: vscode.Webview, repositories: Repositories) {
    this.#webview = webview;
    this.#repositories = repositories;
    this.#subscriptions.push(
      webview.onDidReceiveMessage((message: unknown) => this.#receive(message)),
      repositories.onCurrentChanged(() => this.#attach()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#sendConnection()),
    );
  }

  dispose(): void {
    this.#detach();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #receive(value: unknown): void {
    const parsed = PageMessage.safeParse(value);
    if (!parsed.success) return;
    const message = parsed.data;
    switch (message.kind) {
      case 'ready':
        this.#attach();
        return;
      case 'request':
        void this.#request(message.id, message.method, message.params);
        return;
      case 'cancel':
        this.#pending.get(message.id)?.abort();
        return;
      case 'command':
        void this.#command(message);
        return;
    }
  }

  #attach(): void {
    this.#detach();
    const repository = this.#repositories.current;
    this.#repository = repository;
    if (repository !== null) {
      this.#unsubscribe = [
        repository.connection.onEvent((event) => {
          // The page reads a log when somebody opens it.
          if (event.type !== 'log.appended') this.#send({ kind: 'event', event });
        }),
        repository.connection.onState(() => this.#sendConnection()),
      ];
    }
    this.#sendConnection();
  }

  #detach(): void {
    for (const unsubscribe of this.#unsubscribe.splice(0)) unsubscribe();
    for (const controller of this.#pending.values()) controller.abort();
    this.#pending.clear();
  }

  #sendConnection(): void {
    this.#send({ kind: 'connection', connection: connectionOf(this.#repository) });
  }

  async #request(id: number, method: string, params: unknown): Promise<void> {
    const controller = new AbortController();
    this.#pending.set(id, controller);
    try {
      const client = this.#repository?.connection.client ?? null;
      if (client === null) throw new FailureError({ reason: 'disconnected', message: 'the agent is not connected' });
      if (!isOperation(method))
        throw new FailureError({ reason: 'unknown_method', message: `there is no operation ${method}` });
      // The agent validates the input; the page and this host come from one package.
      const call = client[method] as (input: unknown, signal: AbortSignal) => Promise<unknown>;
      this.#send({ kind: 'response', id, result: await call(params, controller.signal) });
    } catch (error) {
      this.#send({ kind: 'response', id, result: null, failure: failureOf(error) });
    } finally {
      this.#pending.delete(id);
    }
  }

  async #command(command: WebviewCommand): Promise<void> {
    switch (command.command) {
      case 'openLocation':
        if (this.#repository !== null) await openLocation(this.#repository, command.arguments);
        return;
      case 'openDashboard':
        await vscode.commands.executeCommand(commandIds.openDashboard);
        return;
      case 'showLog':
        await vscode.commands.executeCommand(commandIds.showLog);
        return;
      case 'restartAgent':
        await vscode.commands.executeCommand(commandIds.restartAgent);
        return;
      case 'manageTrust':
        await vscode.commands.executeCommand('workbench.trust.manage');
        return;
    }
  }

  #send(message: HostMessage): void {
    void this.#webview.postMessage(message);
  }
}

function isOperation(method: string): method is OperationName {
  return Object.hasOwn(operations, method);
}

function connectionOf(repository: Repository | null): WebviewConnection {
  if (repository === null) return { state: 'stopped', message: 'No folder is open.' };
  const { state } = repository.connection;
  switch (state.name) {
    case 'stopped':
      return { state: 'stopped', message: state.reason ?? 'The agent is stopped.' };
    case 'starting':
      return { state: 'connecting', message: null };
    case 'failed':
      return { state: 'stopped', message: state.failure.message };
    case 'connected':
      return vscode.workspace.isTrusted ? { state: 'connected', message: null } : { state: 'untrusted', message: null };
  }
}
