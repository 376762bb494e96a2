// Runs the files that NOODLE_JEST_FILES lists and no others, in that order. Else jest's own sequencer.
'use strict';
const fs = require('fs');
const path = require('path');

const listFile = process.env.NOODLE_JEST_FILES;
// Workers are started later and must see the user's own environment.
delete process.env.NOODLE_JEST_FILES;

class NoodleSequencer extends baseSequencer() {
  sort(tests) {
    const order = new Map(
      JSON.parse(fs.readFileSync(listFile, 'utf8')).map((file, index) => [path.resolve(file), index]),
    );
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
