// vitest that stands by: its configuration is read and its server is ready; it runs what it is told, one run after the
// other, each file in a worker of its own as ever. What changed since is transformed anew.
import { fork } from 'node:child_process';
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const require = createRequire(import.meta.url);
const { send, describe } = require('./channel.cjs');
const { receiveLater } = require('./standby-channel.cjs');

/** Serves until the agent goes away. `begin` prepares the reporter for a run of these files. */
export async function standBy(vitest, begin) {
  await receiveLater();
  await keepWorkerReady(vitest);
  const unfit = unfitBecause(vitest);
  const known = new Map();
  if (unfit === undefined) await vitest.globTestSpecifications();
  send({ event: 'ready', files: configurationFiles(vitest), ...(unfit === undefined ? {} : { unfit }) });
  for (;;) {
    const { files, pattern } = await receiveLater();
    begin(files);
    invalidateChanged(vitest, known);
    const startedAt = Date.now();
    try {
      await run(vitest, files, pattern);
    } catch (error) {
      send({ event: 'problem', message: describe(error).message });
      send({ event: 'done' });
    }
    notice(vitest, known, startedAt);
    send({ event: 'served' });
  }
}

async function run(vitest, files, pattern) {
  if (pattern === null) vitest.resetGlobalTestNamePattern();
  else vitest.setGlobalTestNamePattern(new RegExp(pattern));
  const wanted = new Set(files.map(normal));
  const specifications = (await vitest.globTestSpecifications(files)).filter((each) =>
    wanted.has(normal(each.moduleId)),
  );
  if (specifications.length === 0) send({ event: 'done' });
  else await vitest.runTestSpecifications(specifications, false);
}

/**
 * A worker is started ahead: it has loaded what it needs before it is told its file, and serves one file, as ever. Where
 * vitest starts its workers in another way than the one known here, it goes on doing that.
 */
async function keepWorkerReady(vitest) {
  const { ForksPoolWorker } = await import(pathToFileURL(path.join(vitest.distPath ?? '', 'node.js')).href).catch(
    () => ({}),
  );
  const start = ForksPoolWorker?.prototype.start;
  if (start === undefined || !/this\._fork \|\|= fork\(this\.entrypoint, \[\], \{/.test(String(start))) return;
  let ready;
  ForksPoolWorker.prototype.start = function startReady() {
    const key = JSON.stringify([this.entrypoint, this.execArgv, this.env]);
    if (ready?.key === key && ready.child.connected && ready.child.exitCode === null) this._fork = ready.child;
    else ready?.child.kill();
    const { entrypoint, execArgv, env } = this;
    const child = fork(entrypoint, [], { env, execArgv, stdio: 'pipe', serialization: 'advanced' });
    child.on('error', () => {});
    ready = { key, child };
    return start.call(this);
  };
}

/** Where a second run in this process could differ from one in a new process. */
function unfitBecause(vitest) {
  const major = Number.parseInt(vitest.version, 10);
  const projects = vitest.projects ?? [];
  if (typeof vitest.runTestSpecifications !== 'function' || typeof vitest.resetGlobalTestNamePattern !== 'function')
    return `vitest ${vitest.version} cannot run again`;
  for (const { config } of projects) {
    const reason = unfitConfiguration(config, major);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function unfitConfiguration(config, major) {
  const pool = config.pool ?? 'forks';
  if ([].concat(config.globalSetup ?? []).length > 0) return 'a global setup runs once a process';
  if (config.browser?.enabled) return 'its tests run in a browser';
  if (config.typecheck?.enabled) return 'it checks types';
  if (!['forks', 'threads'].includes(pool)) return `its pool is ${pool}`;
  return major < 4 && !isIsolated(config, pool) ? 'its files share workers' : undefined;
}

function isIsolated(config, pool) {
  return config.isolate !== false && config.poolOptions?.[pool]?.isolate !== false;
}

function configurationFiles(vitest) {
  const servers = [vitest.vite ?? vitest.server, ...vitest.projects.map((each) => each.vite ?? each.server)];
  const files = servers.flatMap((server) => [
    server?.config.configFile,
    ...(server?.config.configFileDependencies ?? []),
  ]);
  return [...new Set(files.filter((file) => typeof file === 'string'))];
}

/** What is not as it was is transformed anew, and what imports it. */
function invalidateChanged(vitest, known) {
  for (const file of transformedFiles(vitest)) if (known.get(file) !== stampOf(file)) vitest.invalidateFile(file);
}

/** Remembers what the transformed files were like. One that was saved during the run may have been read before that. */
function notice(vitest, known, startedAt) {
  for (const file of transformedFiles(vitest)) {
    const stamp = stampOf(file);
    if (known.get(file) === stamp) continue;
    known.set(
      file,
      (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) < startedAt ? stamp : 'not certain',
    );
  }
}

function transformedFiles(vitest) {
  const files = new Set();
  for (const project of vitest.projects) {
    const server = project.vite ?? project.server;
    const graphs = server.environments
      ? Object.values(server.environments).map((each) => each.moduleGraph)
      : [server.moduleGraph];
    for (const graph of graphs)
      for (const file of graph.fileToModulesMap.keys()) if (!file.includes('/node_modules/')) files.add(file);
  }
  return files;
}

function stampOf(file) {
  const found = statSync(file, { throwIfNoEntry: false });
  return found === undefined ? 'missing' : `${found.ino}:${found.size}:${found.mtimeMs}`;
}

function normal(file) {
  return process.platform === 'win32' ? file.replace(/\\/g, '/').toLowerCase() : file;
}
