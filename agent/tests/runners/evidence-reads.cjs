// Sees which files and folders below the repository a process opens, looks for or lists, and which it writes.
'use strict';
const fs = require('fs');
const path = require('path');
const { fileURLToPath } = require('url');

/** What each function of `fs` does with its first argument; those that are not here do not matter or end in these. */
const actions = {
  readFile: 'read',
  readFileSync: 'read',
  open: 'open',
  openSync: 'open',
  createReadStream: 'read',
  createWriteStream: 'write',
  stat: 'read',
  statSync: 'read',
  lstat: 'read',
  lstatSync: 'read',
  access: 'read',
  accessSync: 'read',
  exists: 'read',
  existsSync: 'read',
  readdir: 'list',
  readdirSync: 'list',
  opendir: 'list',
  opendirSync: 'list',
  copyFile: 'copy',
  copyFileSync: 'copy',
  cp: 'copy',
  cpSync: 'copy',
  rename: 'move',
  renameSync: 'move',
  writeFile: 'write',
  writeFileSync: 'write',
  appendFile: 'write',
  appendFileSync: 'write',
  mkdir: 'write',
  mkdirSync: 'write',
  mkdtemp: 'ignore',
  symlink: 'second',
  symlinkSync: 'second',
  link: 'second',
  linkSync: 'second',
};

/** Puts a listener before the functions of `fs` and `fs/promises`. */
function followReads(recorder) {
  const note = noteFor(recorder);
  for (const [name, action] of Object.entries(actions)) {
    listen(fs, name, action, note);
    listen(fs.promises, name, action, note);
  }
  require('module').syncBuiltinESMExports();
}

function listen(holder, name, action, note) {
  const original = holder[name];
  if (typeof original !== 'function' || action === 'ignore') return;
  const listening = {
    [name]: function () {
      note(action, arguments);
      return Reflect.apply(original, this, arguments);
    },
  }[name];
  // What looks like the original: its name, length and promisified form.
  Object.defineProperties(listening, Object.getOwnPropertyDescriptors(original));
  holder[name] = listening;
}

function noteFor(recorder) {
  const read = (file) => {
    if (!recorder.written.has(file)) recorder.reads.add(file);
  };
  const write = (file) => recorder.written.add(file);
  const steps = {
    read: ([file]) => place(recorder, file, read),
    open: ([file, flags]) => place(recorder, file, isForReading(flags) ? read : write),
    list: ([folder]) => place(recorder, folder, (each) => recorder.written.has(each) || recorder.folders.add(each)),
    write: ([file]) => place(recorder, file, write),
    second: ([, file]) => place(recorder, file, write),
    copy([from, to]) {
      place(recorder, from, read);
      place(recorder, to, write);
    },
    move([from, to]) {
      place(recorder, from, write);
      place(recorder, to, write);
    },
  };
  return (action, given) => {
    try {
      steps[action](given);
    } catch {
      // What cannot be understood is the original's to judge.
    }
  };
}

function isForReading(flags) {
  if (flags === undefined || flags === null || typeof flags === 'function' || typeof flags === 'object') return true;
  if (typeof flags === 'number') return (flags & 3) === 0;
  return flags === 'r' || flags === 'rs' || flags === 'sr';
}

function place(recorder, given, note) {
  let file = given;
  if (typeof given === 'string' && given.startsWith('node:')) return;
  if (typeof given !== 'string') {
    if (given instanceof URL) file = fileURLToPath(given);
    else if (Buffer.isBuffer(given)) file = given.toString();
    else return;
  }
  const absolute = path.resolve(file);
  if (recorder.isOfRepository(absolute + (absolute === recorder.request.root.slice(0, -1) ? path.sep : '')))
    note(absolute);
}

module.exports = { followReads };
