// Sees which module loads which, also where it was loaded before: a module that an earlier test file loaded counts for a
// later one too. And finds jest's runner of test files when it is loaded.
'use strict';
const Module = require('module');
const path = require('path');
const { fileURLToPath } = require('url');

const known = new Set();

function followImports(recorder, { framework }) {
  const edge = (from, to) => {
    const name = `${from}\0${to}`;
    if (known.has(name)) return;
    known.add(name);
    recorder.edges.push([from, to]);
  };
  followRequire(recorder, edge, framework);
  if (recorder.sharesModules) followEcmaScript(recorder, edge);
}

function followRequire(recorder, edge, framework) {
  const original = Module._load;
  const wrapped = new WeakMap();
  Module._load = function (request, parent) {
    const from = parent && typeof parent.filename === 'string' ? parent.filename : null;
    if (from !== null) noteRequire(recorder, edge, request, parent);
    const loaded = Reflect.apply(original, this, arguments);
    return framework === 'jest' && isJestRunner(request) ? runnerOf(loaded, recorder, wrapped) : loaded;
  };
}

function noteRequire(recorder, edge, request, parent) {
  try {
    if (!recorder.isOfRepository(parent.filename) || typeof request !== 'string' || request.startsWith('node:')) return;
    const to = resolved(request, parent);
    if (to === null) {
      // It may be there the next time.
      if (/^\.{0,2}\//.test(request)) recorder.reads.add(path.resolve(path.dirname(parent.filename), request));
    } else if (path.isAbsolute(to) && recorder.isOfRepository(to)) {
      edge(parent.filename, to);
      recorder.native.push(to);
    }
  } catch {
    // What is loaded is not ours to judge.
  }
}

function resolved(request, parent) {
  try {
    return Module._resolveFilename(request, parent, false);
  } catch {
    return null;
  }
}

/** Since Node 22.15; without it every module that was loaded before counts for every later test file. */
function followEcmaScript(recorder, edge) {
  if (typeof Module.registerHooks !== 'function') return;
  Module.registerHooks({
    resolve(specifier, context, nextResolve) {
      const result = nextResolve(specifier, context);
      try {
        const { parentURL } = context;
        if (parentURL && parentURL.startsWith('file:') && result.url.startsWith('file:')) {
          const [from, to] = [fileURLToPath(parentURL), fileURLToPath(result.url)];
          if (recorder.isOfRepository(from) && recorder.isOfRepository(to)) edge(from, to);
        }
      } catch {
        // As above.
      }
      return result;
    },
  });
  recorder.seesImports = true;
}

function isJestRunner(request) {
  return (
    typeof request === 'string' &&
    /[\\/]jest-(?:circus|jasmine2)[\\/](?:build[\\/])?(?:legacy-code-todo-rewrite[\\/]jestAdapter|runner|index)(?:\.[cm]?js)?$/.test(
      request,
    )
  );
}

/** The function that runs one test file: what ran since the one before belongs to it. */
function runnerOf(loaded, recorder, wrapped) {
  const original = typeof loaded === 'function' ? loaded : loaded && loaded.default;
  if (typeof original !== 'function') return loaded;
  if (recorder.session === null) {
    // What jest itself looked at before its first test file.
    recorder.reset();
    recorder.start();
  }
  if (!wrapped.has(original)) {
    const run = async function (...given) {
      recorder.test = given[4];
      try {
        return await Reflect.apply(original, this, given);
      } finally {
        recorder.closeAs(given[4]);
      }
    };
    wrapped.set(original, run);
    wrapped.set(run, run);
  }
  const run = wrapped.get(original);
  return typeof loaded === 'function' ? run : { ...loaded, __esModule: true, default: run };
}

module.exports = { followImports };
