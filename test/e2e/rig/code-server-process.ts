// One running code-server with its own user data, on a free port.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { cacheFolder } from '../environment/cache.ts';
import { codeServerEntry } from '../environment/code-server.ts';

/** Where logs and screenshots go; not under version control. */
export const outputFolder = path.resolve(import.meta.dirname, '../../output');

export interface CodeServerOptions {
  /** VSIX files to install. */
  readonly extensions: readonly string[];
  /** Whether every folder is trusted without asking. */
  readonly isTrusted: boolean;
  /** User settings, on top of quiet ones. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Variables for the extension host, besides the user's own. */
  readonly environment: Readonly<Record<string, string>>;
}

export class CodeServerProcess {
  /** `http://127.0.0.1:<port>` */
  readonly address: string;
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(address: string, child: ChildProcess, folder: string) {
    this.address = address;
    this.#child = child;
    this.#folder = folder;
  }

  static async start(options: CodeServerOptions): Promise<CodeServerProcess> {
    await mkdir(outputFolder, { recursive: true });
    const folder = await mkdtemp(path.join(tmpdir(), 'noodle-code-server-'));
    await writeSettings(folder, options.settings);
    for (const vsix of options.extensions) await installExtension(folder, vsix);
    const trust = options.isTrusted ? ['--disable-workspace-trust'] : [];
    const log = await open(path.join(outputFolder, 'code-server.log'), 'a');
    const child = spawn(process.execPath, [...command(folder), ...serverArguments, ...trust], {
      env: { ...environment(), ...options.environment },
      stdio: ['ignore', 'pipe', log.fd],
    });
    await log.close();
    return new CodeServerProcess(await addressOf(child), child, folder);
  }

  /** Ends the server with its extension host, and removes its data. */
  async dispose(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = once(this.#child, 'exit');
      this.#child.kill();
      await ended;
    }
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

const serverArguments = [
  '--bind-addr=127.0.0.1:0',
  '--auth=none',
  '--disable-telemetry',
  '--disable-update-check',
  '--disable-getting-started-override',
];

/** Keeps the window from asking for extensions on the network. */
const noGallery = JSON.stringify({ serviceUrl: '', itemUrl: '', resourceUrlTemplate: '', controlUrl: '' });

const quietSettings = {
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'workbench.startupEditor': 'none',
  'workbench.enableExperiments': false,
  'workbench.tips.enabled': false,
  'security.workspace.trust.startupPrompt': 'never',
  'git.openRepositoryInParentFolders': 'never',
  'chat.disableAIFeatures': true,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
};

async function writeSettings(folder: string, settings: Readonly<Record<string, unknown>>): Promise<void> {
  await mkdir(path.join(folder, 'User'), { recursive: true });
  await writeFile(path.join(folder, 'User/settings.json'), JSON.stringify({ ...quietSettings, ...settings }, null, 2));
}

async function installExtension(folder: string, vsix: string): Promise<void> {
  await promisify(execFile)(process.execPath, [...command(folder), '--install-extension', vsix], {
    env: environment(),
  });
}

function command(folder: string): string[] {
  const extensions = path.join(folder, 'extensions');
  return [codeServerEntry(cacheFolder()), '--user-data-dir', folder, '--extensions-dir', extensions];
}

/** What the user of the editor has: nothing of npm, nothing of ours, the programs that were on PATH before npm. */
function environment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|NOODLE_|VSCODE_|NODE_OPTIONS$|INIT_CWD$)/.test(name),
  );
  return {
    ...Object.fromEntries(own),
    PATH: process.env['NOODLE_ORIGINAL_PATH'] ?? process.env['PATH'],
    EXTENSIONS_GALLERY: noGallery,
  };
}

/** Resolves when the server says that it listens; rejects when it ends before. */
async function addressOf(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('code-server was started without a pipe');
  let printed = '';
  for await (const line of createInterface({ input: child.stdout })) {
    printed += `${line}\n`;
    const address = /HTTP server listening on (http:\/\/\S+?)\/?$/.exec(line)?.[1];
    if (address !== undefined) {
      child.stdout.resume();
      return address;
    }
  }
  throw new Error(`code-server ended before it listened:\n${printed}`);
}
