// The repositories of the window: one for each that its folders lie in; folders of the same repository share it.
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { failure, success, type Result } from '../agent/protocol/failure.ts';
import { settingDeclarations } from '../agent/protocol/settings.ts';
import type { ConnectedClient } from '../agent/client/client.ts';
import { AgentConnection } from './agent-connection.ts';
import { startAgent } from './agent-process.ts';
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
  readonly #subscriptions: vscode.Disposable[];
  readonly onAdded = this.#added.event;
  readonly onRemoved = this.#removed.event;
  /** Something shown of a repository is different now. */
  readonly onChanged = this.#changed.event;

  constructor(options: RepositoriesOptions) {
    this.#options = options;
    this.#subscriptions = [
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.#followFolders()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => void this.#introduceAll()),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('noodle')) void this.#introduceAll();
      }),
    ];
  }

  get all(): readonly Repository[] {
    return [...this.#byRoot.values()];
  }

  /** Takes up the folders of the window; the agents are started without waiting for them. */
  open(): void {
    this.#followFolders();
  }

  /** The repository of a file, else that of the active editor, else the only one. */
  find(uri?: vscode.Uri): Repository | null {
    const wanted = uri ?? vscode.window.activeTextEditor?.document.uri;
    const inside = wanted === undefined ? undefined : this.all.find((each) => isInside(wanted.fsPath, each.root));
    return inside ?? (this.#byRoot.size === 1 || uri === undefined ? (this.all[0] ?? null) : null);
  }

  /** The client of the repository that a command is about. */
  async client(uri?: vscode.Uri): Promise<Result<{ repository: Repository; client: ConnectedClient }>> {
    const repository = this.find(uri);
    if (repository === null) return failure('not_found', 'no folder is open', { hint: 'Open a folder first.' });
    const client = await repository.connection.ready();
    return client.ok ? success({ repository, client: client.value }) : client;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    for (const repository of this.all) repository.dispose();
    this.#byRoot.clear();
  }

  #followFolders(): void {
    const folders = (vscode.workspace.workspaceFolders ?? []).filter((folder) => folder.uri.scheme === 'file');
    const roots = new Map(folders.map((folder) => [rootOf(folder.uri.fsPath), folder.uri.fsPath]));
    for (const [root, repository] of this.#byRoot) {
      if (roots.has(root)) continue;
      this.#byRoot.delete(root);
      repository.dispose();
      this.#removed.fire(repository);
    }
    for (const root of roots.keys()) if (!this.#byRoot.has(root)) this.#add(root);
  }

  #add(root: string): void {
    const { extensionFolder, version, log } = this.#options;
    const connection = new AgentConnection({
      contactAgent: () => startAgent({ program: path.join(extensionFolder, 'dist/agent.mjs'), folder: root, log, environment: process.env, idleExitSeconds, timeoutMs: startTimeoutMs }),
      clientVersion: version,
      introduce: (client) => introduce(client, log),
      log,
      now: () => Date.now(),
    });
    const repository = new Repository(root, connection);
    this.#byRoot.set(root, repository);
    repository.onChange(() => this.#changed.fire(repository));
    this.#added.fire(repository);
    void connection.start();
  }

  async #introduceAll(): Promise<void> {
    for (const { connection } of this.all) {
      if (connection.client !== null) await introduce(connection.client, this.#options.log);
    }
  }
}

/** Tells the agent whether the workspace is trusted, and what the user set in VS Code. */
async function introduce(client: ConnectedClient, log: (line: string) => void): Promise<void> {
  const { problems } = await client.configureClient({ trusted: vscode.workspace.isTrusted, settings: userSettings() });
  for (const problem of problems) log(problem);
}

/** Only what somebody set: a default of the manifest must not win over noodle.yaml. */
function userSettings(): Record<string, boolean | number> {
  const configuration = vscode.workspace.getConfiguration('noodle');
  const settings: Record<string, boolean | number> = {};
  for (const { key } of settingDeclarations) {
    const inspected = configuration.inspect<boolean | number>(key);
    const value = inspected?.workspaceFolderValue ?? inspected?.workspaceValue ?? inspected?.globalValue;
    if (typeof value === 'boolean' || typeof value === 'number') settings[key] = value;
  }
  return settings;
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
