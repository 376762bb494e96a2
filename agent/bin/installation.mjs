// Brings node_modules to what the lock file says, before anything that was installed can be used.
// Plain JavaScript for Node 20. Everything printed goes to stderr, since stdout may be read by a program.
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdir, open, readFile, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';

/** How often the holder of the lock shows that it lives, and after how long without a sign it counts as dead. */
const heartbeatMs = 1_000;
const deadAfterMs = 15_000;

const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Like `ensureInstalled`; when that fails, says so in a line and ends the process. */
export async function prepare(root) {
  try {
    await ensureInstalled(root);
  } catch (error) {
    process.stderr.write(`noodle: ${error.message}\n`);
    process.exit(2);
  }
}

/** Installs what is missing; quick when nothing is. Two at once wait for each other; an interrupted install starts over. */
async function ensureInstalled(root) {
  if (await isInstalled(root)) return;
  const release = await acquire(path.join(root, '.cache', 'install.lock'));
  try {
    if (!(await isInstalled(root))) await install(root);
  } finally {
    release();
  }
}

/**
 * Whether npm finished an install of this very lock file. npm writes `node_modules/.package-lock.json` last.
 * Packages are compared, not file times: git and npm touch both files for other reasons.
 */
async function isInstalled(root) {
  try {
    if (await exists(mark(root))) return false;
    const wanted = await readPackages(path.join(root, 'package-lock.json'));
    const found = await readPackages(path.join(root, 'node_modules', '.package-lock.json'));
    return Object.entries(wanted).every(([name, { version, optional }]) => {
      if (name === '') return true;
      return found[name] === undefined ? optional === true : found[name].version === version;
    });
  } catch {
    return false;
  }
}

async function readPackages(file) {
  return JSON.parse(await readFile(file, 'utf8')).packages;
}

/** Present while an install is under way; one that was interrupted leaves it behind. */
function mark(root) {
  return path.join(root, '.cache', 'installing');
}

async function install(root) {
  await (await open(mark(root), 'w')).close();
  const packages = Object.values(await readPackages(path.join(root, 'package-lock.json')));
  const count = packages.filter(isForThisMachine).length;
  process.stderr.write(`Installing ${count} packages; this happens once.\n`);
  const stopProgress = showProgress(path.join(root, 'node_modules'), count);
  const exitCode = await runNpm(root, ['ci', '--no-audit', '--no-fund', '--loglevel=error', '--progress=false']);
  stopProgress();
  if (exitCode !== 0) throw new Error(`npm ci failed (exit code ${exitCode}); its messages are above`);
  await rm(mark(root));
}

function isForThisMachine({ os, cpu }) {
  return (os?.includes(process.platform) ?? true) && (cpu?.includes(process.arch) ?? true);
}

function runNpm(root, args) {
  const npm = process.env.npm_execpath;
  const isWindows = process.platform === 'win32';
  const [command, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : [isWindows ? 'npm.cmd' : 'npm', []];
  const shell = isWindows && first.length === 0;
  const child = spawn(command, [...first, ...args], { cwd: root, stdio: ['ignore', 2, 2], shell });
  const stopWithUs = () => child.kill();
  process.on('exit', stopWithUs);
  return new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new Error(`npm could not be started: ${error.message}`)));
    child.on('exit', (exitCode) => {
      process.off('exit', stopWithUs);
      resolve(exitCode);
    });
  });
}

/** Counts the packages that have arrived: on a terminal in one line that changes, else a line every ten seconds. */
function showProgress(folder, count) {
  const isTerminal = process.stderr.isTTY === true;
  const startedAt = performance.now();
  const seconds = () => `${Math.round((performance.now() - startedAt) / 1_000)} s`;
  const show = async () => {
    const text = `  ${Math.min(await countPackages(folder), count)} of ${count} packages, ${seconds()}`;
    process.stderr.write(isTerminal ? `\r${text}` : `${text}\n`);
  };
  const timer = setInterval(() => void show(), isTerminal ? 500 : 10_000);
  return () => {
    clearInterval(timer);
    process.stderr.write(`${isTerminal ? '\r' : ''}  npm ended after ${seconds()}${' '.repeat(20)}\n`);
  };
}

async function countPackages(folder) {
  const names = await readdir(folder).catch(() => []);
  const scopes = names.filter((name) => name.startsWith('@'));
  const scoped = await Promise.all(scopes.map((scope) => readdir(path.join(folder, scope)).catch(() => [])));
  return names.length - scopes.length + scoped.flat().length;
}

/** Waits until nobody else installs. The lock is a file whose holder touches it; one that is not touched is taken over. */
async function acquire(lock) {
  await mkdir(path.dirname(lock), { recursive: true });
  for (let isFirst = true; !(await create(lock)); isFirst = false) {
    if (isFirst) process.stderr.write('Waiting for another install to finish …\n');
    await removeDead(lock);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  const timer = setInterval(() => void utimes(lock, new Date(), new Date()).catch(() => {}), heartbeatMs);
  const remove = () => rmSync(lock, { force: true });
  const interrupted = () => process.exit(130);
  process.on('exit', remove);
  for (const signal of endingSignals) process.on(signal, interrupted);
  return () => {
    clearInterval(timer);
    process.off('exit', remove);
    for (const signal of endingSignals) process.off(signal, interrupted);
    remove();
  };
}

async function create(lock) {
  try {
    await (await open(lock, 'wx')).close();
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Renamed before it is removed, so that of two who find it dead only one removes it. */
async function removeDead(lock) {
  try {
    if (Date.now() - (await stat(lock)).mtimeMs < deadAfterMs) return;
    const aside = `${lock}.${process.pid}`;
    await rename(lock, aside);
    await rm(aside);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
}

async function exists(file) {
  return stat(file).then(
    () => true,
    () => false,
  );
}
