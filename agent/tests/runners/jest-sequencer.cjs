// Runs the files that NOODLE_JEST_FILES lists and no others, in that order. Else jest's own sequencer.
// Where NOODLE_STANDBY is set, jest waits here, with its configuration and its map of files read, until it is told the files.
'use strict';
const fs = require('fs');
const path = require('path');

const listFile = process.env.NOODLE_JEST_FILES;
const isStandby = process.env.NOODLE_STANDBY !== undefined;
// Workers are started later and must see the user's own environment.
delete process.env.NOODLE_JEST_FILES;
delete process.env.NOODLE_STANDBY;

let listed = null;

class NoodleSequencer extends baseSequencer() {
  sort(tests) {
    if (isStandby && listed === null) return standBy().then(() => this.sort(tests));
    listed = listed || JSON.parse(fs.readFileSync(listFile, 'utf8'));
    const order = new Map(listed.map((file, index) => [path.resolve(file), index]));
    const known = Array.from(tests).filter((test) => order.has(path.resolve(test.path)));
    return known.sort((one, other) => order.get(path.resolve(one.path)) - order.get(path.resolve(other.path)));
  }

  allFailedTests(tests) {
    return this.sort(tests);
  }

  shard(tests) {
    return tests;
  }
}

/** What jest loads next is loaded ahead: its own modules, and those that transform files. */
async function standBy() {
  const { send } = require('./channel.cjs');
  const { receiveLater } = require('./standby-channel.cjs');
  const { load, loadedFiles, runnerModules } = require('./standby-modules.cjs');
  const before = loadedFiles();
  load((await receiveLater()).modules);
  send({ event: 'ready', files: before });
  listed = (await receiveLater()).files;
  const folders = packagesOf(process.argv[1]);
  process.on('exit', () =>
    send({ event: 'loaded', modules: runnerModules(folders).filter((file) => !before.includes(file)) }),
  );
}

/** jest's package, and those in its neighbourhood that transform files or make environments. */
function packagesOf(program) {
  const folder = path.dirname(path.dirname(fs.realpathSync(program)));
  const modules = path.dirname(folder);
  const names = [
    'jest-environment-jsdom',
    'babel-jest',
    'ts-jest',
    '@swc/jest',
    'esbuild-jest',
    'typescript',
    '@babel/core',
  ];
  return [folder].concat(names.map((name) => path.join(modules, name)));
}

/** jest's own, for its cache of durations; it lies where jest's program finds it. */
function baseSequencer() {
  try {
    const core = require.resolve('@jest/core', { paths: [path.dirname(fs.realpathSync(process.argv[1] || '.'))] });
    const loaded = require(
      require.resolve('@jest/test-sequencer', {
        paths: [path.dirname(core), path.dirname(fs.realpathSync(process.argv[1]))],
      }),
    );
    return loaded.default || loaded;
  } catch {
    return class {
      cacheResults() {}
    };
  }
}

module.exports = NoodleSequencer;
