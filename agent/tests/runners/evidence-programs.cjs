// Whether a program that a test starts is node, by itself, as the interpreter of a script, or as the one command of a shell.
// A wrong yes does no harm: a child that was expected to record and does not leaves the recording incomplete.
'use strict';
const fs = require('fs');
const path = require('path');

const { closeSync, existsSync, openSync, readSync } = fs;
const longestHead = 256;

/** A command that is one program with words: nothing that a shell would unfold, join or redirect. */
const plainCommand = /^\s*(?:[\w@%+=:,./-]+|"[^"$`\\!]*"|'[^']*')(?:\s+(?:[\w@%+=:,./-]+|"[^"$`\\!]*"|'[^']*'))*\s*$/;

/** Where a program was looked for that is nowhere, so that nothing starts; null where something does. */
function placesOfNothing({ file, shell = false, folder, environment }) {
  if (typeof file !== 'string' || shell) return null;
  const places = placesOf(file, folder, environment);
  return places.some((each) => existsSync(each)) ? null : places;
}

/** `words` begin with the program's own name, as `execve` wants them. */
function startsNode({ file, words = [], shell = false, folder, environment }) {
  if (typeof file !== 'string') return false;
  if (shell) return commandStartsNode(file, { folder, environment });
  const isShell = /^(?:ba|da|z|k)?sh$/.test(path.basename(file)) && words.length === 3 && words[1] === '-c';
  if (isShell) return commandStartsNode(words[2], { folder, environment });
  return isNode(file) || interpreterIsNode(file, folder, environment);
}

function commandStartsNode(command, { folder, environment }) {
  if (typeof command !== 'string' || !plainCommand.test(command)) return false;
  const file = command.trim().replace(/^(?:"([^"]*)"|'([^']*)'|(\S+)).*$/s, '$1$2$3');
  // What stands before `=` is a variable of the command.
  return !file.includes('=') && (isNode(file) || interpreterIsNode(file, folder, environment));
}

function isNode(file) {
  return file === process.execPath || /^node(?:\.exe)?$/i.test(path.basename(file));
}

/** Whether the file is a script that says so in its first line. */
function interpreterIsNode(file, folder, environment) {
  for (const place of placesOf(file, folder, environment)) {
    const head = headOf(place);
    if (head !== null) return /^#![ \t]*(?:\S*\/env[ \t]+(?:-S[ \t]+)?)?(?:\S*\/)?node(?:[ \t\r\n]|$)/.test(head);
  }
  return false;
}

function placesOf(file, folder, environment) {
  if (file.includes('/')) return [path.resolve(folderOf(folder), file)];
  // Without a path a system has one of its own.
  const folders = (environment.PATH || '/usr/local/bin:/bin:/usr/bin').split(path.delimiter);
  return folders.map((each) => path.resolve(folderOf(folder), each, file));
}

function folderOf(folder) {
  if (folder instanceof URL) return folder.pathname;
  return typeof folder === 'string' ? folder : process.cwd();
}

/** The beginning of a file; null where there is none. */
function headOf(file) {
  let handle;
  try {
    handle = openSync(file, 'r');
    const bytes = Buffer.alloc(longestHead);
    return bytes.toString('latin1', 0, readSync(handle, bytes, 0, longestHead, 0));
  } catch {
    return null;
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

module.exports = { placesOfNothing, startsNode };
