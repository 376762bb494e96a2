// Preloaded into the node processes of a build (NODE_OPTIONS): notes which files below the repository are opened, and at the
// end of the process writes that down in the folder that the agent named. Whatever goes wrong here must not change a build.
'use strict';
const fs = require('fs');
const path = require('path');
const { fileURLToPath } = require('url');

const { writeFileSync } = fs;
const [folder, root] = [process.env.NOODLE_TRACE_FOLDER, process.env.NOODLE_TRACE_ROOT];
const reads = new Set();
const writes = new Set();

/** What each function does with its first argument. */
const actions = {
  readFile: 'read',
  readFileSync: 'read',
  createReadStream: 'read',
  copyFile: 'read',
  copyFileSync: 'read',
  open: 'open',
  openSync: 'open',
  writeFile: 'write',
  writeFileSync: 'write',
  appendFile: 'write',
  appendFileSync: 'write',
  createWriteStream: 'write',
};

if (folder !== undefined && root !== undefined) {
  for (const [name, action] of Object.entries(actions)) {
    follow(fs, name, action);
    follow(fs.promises, name, action);
  }
  require('module').syncBuiltinESMExports();
  process.on('exit', finish);
}

function follow(holder, name, action) {
  const original = holder[name];
  if (typeof original !== 'function') return;
  const following = {
    [name]: function () {
      note(action, arguments[0], arguments[1]);
      return Reflect.apply(original, this, arguments);
    },
  }[name];
  Object.defineProperties(following, Object.getOwnPropertyDescriptors(original));
  holder[name] = following;
}

function note(action, given, flags) {
  try {
    const file = typeof given === 'string' ? given : given instanceof URL ? fileURLToPath(given) : null;
    if (file === null) return;
    const absolute = path.resolve(file);
    if (!absolute.startsWith(root + path.sep) || absolute.includes(`${path.sep}node_modules${path.sep}`)) return;
    const isRead = action === 'read' || (action === 'open' && isForReading(flags));
    if (!isRead) writes.add(absolute);
    else if (!writes.has(absolute)) reads.add(absolute);
  } catch {
    // What cannot be understood is the original's to judge.
  }
}

function isForReading(flags) {
  if (typeof flags === 'number') return (flags & 3) === 0;
  return typeof flags !== 'string' || flags === 'r' || flags === 'rs' || flags === 'sr';
}

function finish() {
  try {
    if (reads.size === 0 && writes.size === 0) return;
    const name = path.join(folder, `${process.pid}-${process.hrtime.bigint()}.json`);
    writeFileSync(name, JSON.stringify({ reads: [...reads], writes: [...writes] }));
  } catch {
    // Then nothing is known of this process.
  }
}
