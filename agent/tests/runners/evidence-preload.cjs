// Preloaded into every node process of a run that records what test files use (NODE_OPTIONS): finds out what the process is
// for, and takes itself out of the environment that tests see. Whatever goes wrong here must not change a result.
'use strict';
const path = require('path');
const workers = require('worker_threads');

const variable = 'NOODLE_EVIDENCE';
const key = Symbol.for('noodle.evidence');

try {
  const request = requestOf();
  if (request !== null) install(request);
} catch {
  // Then nothing is recorded.
}

/** What the agent, or the process that started this one, asks for. Threads take it from their parent. */
function requestOf() {
  const text = workers.isMainThread ? process.env[variable] : workers.getEnvironmentData(variable);
  if (typeof text !== 'string') return null;
  const request = JSON.parse(text);
  if (workers.isMainThread) {
    workers.setEnvironmentData(variable, text);
    delete process.env[variable];
  }
  restoreOptions(request);
  return request;
}

/** Tests see the user's own NODE_OPTIONS. vitest hands its environment to threads, which take their options from there. */
function restoreOptions(request) {
  if (workers.isMainThread && path.basename(process.argv[1] || '') === 'vitest.mjs') return;
  const own = (process.env.NODE_OPTIONS || '').replace(request.option, '').trim();
  if (own === '') delete process.env.NODE_OPTIONS;
  else process.env.NODE_OPTIONS = own;
}

function install(request) {
  const role = roleOf(request);
  require('./evidence-children.cjs').followChildren(request, () => process[key]);
  if (role.isBystander || process.env.NODE_V8_COVERAGE) return;
  const { Recorder } = require('./evidence-recorder.cjs');
  const recorder = new Recorder(request, role);
  Object.defineProperty(process, key, { value: recorder, configurable: true });
  require('./evidence-reads.cjs').followReads(recorder);
  require('./evidence-imports.cjs').followImports(recorder, request);
  if (role.startsAtOnce) recorder.start();
  process.on('exit', () => recorder.end());
  if (request.child !== undefined) followOwnDeath(recorder);
}

/** A program that ends itself by a signal sees no `exit`. */
function followOwnDeath(recorder) {
  const deadly = new Set(['SIGABRT', 'SIGHUP', 'SIGINT', 'SIGKILL', 'SIGQUIT', 'SIGTERM']);
  const { kill } = process;
  process.kill = function (id, signal = 'SIGTERM') {
    if (id === process.pid && deadly.has(signal) && process.listenerCount(signal) === 0)
      recorder.close({ isLast: true });
    return Reflect.apply(kill, this, arguments);
  };
}

/** `test`: the one test file that the process is for. The others tell the recorder themselves which file they are at. */
function roleOf({ framework, child, test, runners }) {
  if (child !== undefined) return { startsAtOnce: true, test };
  const entry = process.argv[1] === undefined ? '' : path.resolve(process.argv[1]);
  if (framework === 'node:test') return nodeTestRole(entry);
  if (framework === 'mocha') {
    const isMocha = /^_?mocha(?:\.[cm]?js)?$/.test(path.basename(entry)) && workers.isMainThread;
    return { isBystander: !isMocha, startsAtOnce: true, sharesModules: true };
  }
  // jest and vitest say when their first test file comes; jest's own main process may be one that runs tests.
  return { isBystander: entry.startsWith(runners) };
}

/** Files run in processes of their own, which node marks, or one runs by itself. */
function nodeTestRole(entry) {
  const single = process.env.NOODLE_NODE_TEST_ENTRY;
  if (!workers.isMainThread) return { isBystander: true };
  if (single !== undefined && path.resolve(single) === entry) return { startsAtOnce: true, test: entry };
  if (entry !== '' && (process.env.NODE_TEST_CONTEXT || '').startsWith('child'))
    return { startsAtOnce: true, test: entry };
  return { isBystander: true };
}
