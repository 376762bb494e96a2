// Lets node processes that a test starts record too, and knows which others were started: what those use is not known.
'use strict';
const childProcess = require('child_process');
const { placesOfNothing, startsNode } = require('./evidence-programs.cjs');

/** `recorderOf` answers with this process's recorder, if it has one. */
function followChildren(request, recorderOf) {
  let count = 0;
  /** The variables for a child: of a test's child, that it is one. */
  const variables = (program, environment) => {
    const recorder = recorderOf();
    const isOfTest = recorder !== undefined && recorder.session !== null;
    const child = { ...request };
    if (isOfTest) {
      child.child = `${recorder.process}:${count++}`;
      child.test = recorder.testNow();
      noteProgram(recorder, { ...program, environment }, child.child);
    }
    const own = environment.NODE_OPTIONS || '';
    return {
      NODE_OPTIONS: own.includes(request.option) ? own : `${own} ${request.option}`.trim(),
      NOODLE_EVIDENCE: JSON.stringify(child),
    };
  };
  followAsynchronous(variables);
  for (const name of ['spawnSync', 'execFileSync', 'execSync']) followSynchronous(name, variables);
  process.on('worker', () => {
    const recorder = recorderOf();
    if (recorder !== undefined && recorder.session !== null) recorder.isIncomplete = true;
  });
}

function noteProgram(recorder, program, child) {
  if (startsNode(program)) {
    recorder.children.push(child);
    return;
  }
  const places = process.platform === 'win32' ? null : placesOfNothing(program);
  if (places === null) recorder.isIncomplete = true;
  else for (const each of places) if (recorder.isOfRepository(each)) recorder.reads.add(each);
}

/** spawn, exec, execFile and fork all end here. */
function followAsynchronous(variables) {
  const { prototype } = childProcess.ChildProcess;
  const original = prototype.spawn;
  prototype.spawn = function spawn(options) {
    try {
      if (options && Array.isArray(options.envPairs)) {
        const environment = Object.fromEntries(options.envPairs.map((pair) => splitPair(pair)));
        const program = { file: options.file, words: options.args, folder: options.cwd };
        const added = variables(program, environment);
        options.envPairs = options.envPairs
          .filter((pair) => !(splitPair(pair)[0] in added))
          .concat(Object.entries(added).map(([name, value]) => `${name}=${value}`));
      }
    } catch {
      // The child starts as it would.
    }
    return Reflect.apply(original, this, arguments);
  };
}

function splitPair(pair) {
  const at = pair.indexOf('=', 1);
  return at === -1 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
}

function followSynchronous(name, variables) {
  const original = childProcess[name];
  const followed = {
    [name]: function (...given) {
      let passed = given;
      try {
        const at = name !== 'execSync' && Array.isArray(given[1]) ? 2 : 1;
        const options = given[at] !== null && typeof given[at] === 'object' ? given[at] : {};
        const environment = options.env || process.env;
        const shell = name === 'execSync' || Boolean(options.shell);
        // Words of their own are joined to the command of a shell.
        const file = shell && at === 2 && given[1].length > 0 ? null : given[0];
        const program = { file, shell, folder: options.cwd };
        passed = given.slice();
        while (passed.length < at) passed.push(undefined);
        passed[at] = { ...options, env: { ...environment, ...variables(program, environment) } };
      } catch {
        passed = given;
      }
      return Reflect.apply(original, this, passed);
    },
  }[name];
  Object.defineProperties(followed, Object.getOwnPropertyDescriptors(original));
  childProcess[name] = followed;
}

module.exports = { followChildren };
