// VS Code itself, from the npm registry: code-server's package, installed once into a cache.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { MissingError } from './missing.ts';

/** VS Code 1.139. */
const version = '4.139.1';

/** What VS Code's server needs compiled for this machine; everything else of its native packages it can do without. */
const compiled = [
  '@vscode/spdlog',
  'node-pty',
  '@parcel/watcher',
  '@vscode/native-watchdog',
  '@vscode/fs-copyfile',
  '@vscode/deviceid',
];

const hourMs = 3_600_000;

/** Where code-server's entry script lies when it is installed. */
export function codeServerEntry(cache: string): string {
  return path.join(cache, `code-server-${version}`, 'node_modules/code-server/out/node/entry.js');
}

/**
 * Installs code-server unless it is there. It is built in a folder of its own and renamed at the end, so that an
 * interrupted install starts over and two at once do not meet. Throws a MissingError when the machine lacks something.
 */
export function prepareCodeServer(cache: string, report: (line: string) => void): string {
  const target = path.join(cache, `code-server-${version}`);
  if (existsSync(target)) return codeServerEntry(cache);
  for (const tool of ['python3', 'make', 'g++']) {
    if (!isOnPath(tool)) throw new MissingError(`VS Code cannot be installed for the tests: ${tool} is missing`);
  }
  mkdirSync(cache, { recursive: true });
  removeAbandoned(cache);
  const folder = mkdtempSync(path.join(cache, 'installing-'));
  try {
    install(folder, report);
    renameSync(folder, target);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    // Another install was faster.
    if (!existsSync(target)) throw error;
  }
  return codeServerEntry(cache);
}

function install(folder: string, report: (line: string) => void): void {
  report(`installing code-server ${version} into the cache; this takes about a minute, once`);
  const quick = ['--ignore-scripts', '--no-audit', '--no-fund'];
  writeFileSync(path.join(folder, 'package.json'), '{ "private": true }');
  npm(folder, ['install', `code-server@${version}`, ...quick]);
  const server = path.join(folder, 'node_modules/code-server/lib/vscode');
  npm(server, ['install', '--omit=dev', ...quick]);
  report('compiling its native packages');
  npm(server, ['rebuild', ...compiled]);
}

function npm(cwd: string, args: readonly string[]): void {
  const headers = nodeHeaders();
  const environment = headers === null ? process.env : { ...process.env, npm_config_nodedir: headers };
  const command = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const { status, stderr, error } = spawnSync(command, [...args, '--loglevel=error'], {
    cwd,
    env: environment,
    encoding: 'utf8',
  });
  if (status === 0) return;
  const reason = error?.message ?? stderr.trim().split('\n').at(0) ?? 'no reason given';
  throw new MissingError(`VS Code cannot be installed for the tests: npm ${args[0]} failed: ${reason}`);
}

/** The C headers that came with the Node of node_modules, so that no download of them is needed. */
function nodeHeaders(): string | null {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = path.resolve(import.meta.dirname, '../../../node_modules/node/node_modules', name);
  return existsSync(path.join(folder, 'include/node/node.h')) ? folder : null;
}

/** What a killed install left behind. */
function removeAbandoned(cache: string): void {
  for (const name of readdirSync(cache).filter((each) => each.startsWith('installing-'))) {
    const folder = path.join(cache, name);
    if (Date.now() - statSync(folder).mtimeMs > hourMs) rmSync(folder, { recursive: true, force: true });
  }
}

function isOnPath(tool: string): boolean {
  return (process.env['PATH'] ?? '').split(path.delimiter).some((folder) => existsSync(path.join(folder, tool)));
}
