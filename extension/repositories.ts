// The repositories of the window: one for each that its folders lie in; folders of the same repository share it.
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Result } from '../agent/protocol/failure.ts';
import type { ConnectedClient } from '../agent/client/client.ts';
import { AgentConnection } from './agent-connection.ts';
import type { AgentContact } from './agent-contact.ts';
import { startAgent } from './agent-process.ts';
import { editorSettings } from './ids.ts';
import { Repository } from './repository.ts';

const idleExitSeconds = 600;
const startTimeoutMs = 30_000;

export interface RepositoriesOptions {
  readonly extensionFolder: string;
  readonly version: string;
  readonly log: (line: string) => void;
}

export class Repositories {
  readonly #options: RepositoriesOptions;
  readonly #byRoot = new Map<string, Repository>();
  readonly #added = new vscode.EventEmitter<Repository>();
  readonly #removed = new vscode.EventEmitter<Repository>();
  readonly #changed = new vscode.EventEmitter<Repository>();
  readonly #currentChanged = new vscode.EventEmitter<Repository | null>();
  readonly #subscriptions: vscode.Disposable[];
  readonly onAdded = this.#added.event;
  readonly onRemoved = this.#removed.event;
  /** Something shown of a repository is different now. */
  readonly onChanged = this.#changed.event;
  /** The views are about another repository now. */
  readonly onCurrentChanged = this.#currentChanged.event;
  #current: Repository | null = null;

  constructor(options: RepositoriesOptions) {
    this.#options = options;
    this.#subscriptions = [
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.#followFolders()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => void this.#introduceAll()),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('noodle')) void this.#introduceAll();
      }),
      vscode.window.onDidChangeActiveTextEditor(() => this.#followEditor()),
    ];
  }

  get all(): readonly Repository[] {
    return [...this.#byRoot.values()];
  }

  /** The one that views and commands are about: of the last editor that lay in one, else the first. */
  get current(): Repository | null {
    return this.#current;
  }

  /** Takes up the folders of the window; the agents are started without waiting for them. */
  open(): void {
    this.#followFolders();
  }

  /** The repository that a file lies in. */
  of(uri: vscode.Uri): Repository | null {
    return this.all.find((each) => isInside(uri.fsPath, each.root)) ?? null;
  }

  /** The client of the current repository, whose agent is started if need be. */
  async client(): Promise<Result<{ repository: Repository; client: ConnectedClient }>> {
    const repository = this.#current;
    if (repository === null)
      return {
        ok: false,
        failure: { reason: 'not_found', message: 'no folder is open', hint: 'Open a folder first.' },
      };
    const client = await repository.connection.ready();
    return client.ok ? { ok: true, value: { repository, client: client.value } } : client;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    for (const repository of this.all) repository.dispose();
    this.#byRoot.clear();
    for (const emitter of [this.#added, this.#removed, this.#changed, this.#currentChanged]) emitter.dispose();
  }

  #followFolders(): void {
    const folders = (vscode.workspace.workspaceFolders ?? []).filter((folder) => folder.uri.scheme === 'file');
    const roots = new Set(folders.map((folder) => rootOf(folder.uri.fsPath)));
    for (const [root, repository] of this.#byRoot) {
      if (roots.has(root)) continue;
      this.#byRoot.delete(root);
      repository.dispose();
      this.#removed.fire(repository);
    }
    for (const root of roots) if (!this.#byRoot.has(root)) this.#add(root);
    this.#followEditor();
  }

  /** Stays where it was while the active editor lies in no repository: an output channel, the dashboard. */
  #followEditor(): void {
    const uri = vscode.window.activeTextEditor?.document.uri;
    const active = uri?.scheme === 'file' ? this.of(uri) : null;
    const kept = this.#current !== null && this.all.includes(this.#current) ? this.#current : null;
    const next = active ?? kept ?? this.all[0] ?? null;
    if (next === this.#current) return;
    this.#current = next;
    this.#currentChanged.fire(next);
  }

  #add(root: string): void {
    const { extensionFolder, version, log } = this.#options;
    const program = path.join(extensionFolder, 'dist/agent.mjs');
    const connection = new AgentConnection({
      contactAgent: () =>
        startAgent({
          program,
          folder: root,
          log,
          environment: process.env,
          idleExitSeconds,
          timeoutMs: startTimeoutMs,
        }),
      connect: (contact) => connect(contact, version),
      introduce: (client) => introduce(client, log),
      version,
      log,
      now: () => Date.now(),
    });
    const repository = new Repository(root, connection);
    this.#byRoot.set(root, repository);
    repository.onChange(() => this.#changed.fire(repository));
    this.#added.fire(repository);
    if (vscode.workspace.getConfiguration().get<boolean>(editorSettings.startAutomatically, true))
      void connection.start();
  }

  async #introduceAll(): Promise<void> {
    for (const repository of this.all) {
      const { client } = repository.connection;
      if (client === null) continue;
      await introduce(client, this.#options.log);
      await repository.read();
    }
  }
}

async function introduce(client: ConnectedClient, log: (line: string) => void): Promise<void> {
  const introduction = await import('./introduction.ts');
  await introduction.introduce(client, log);
}

/** The client and the contract are loaded when there is an agent to talk to, so that activation stays quick. */
async function connect({ port, token }: AgentContact, version: string): Promise<Result<ConnectedClient>> {
  const { connectClient } = await import('../agent/client/client.ts');
  return connectClient({ port, token, client: 'VS Code', clientVersion: version, logs: true });
}

/** The nearest folder above that holds `.git`, as the agent looks for it; else the folder itself. */
function rootOf(folder: string): string {
  for (let current = folder; ; current = path.dirname(current)) {
    if (existsSync(path.join(current, '.git'))) return current;
    if (current === path.dirname(current)) return folder;
  }
}

function isInside(file: string, folder: string): boolean {
  const relative = path.relative(folder, file);
  return !relative.startsWith('..') && !path.isAbsolute(relative);
}
