// Which modules a process that stands by may load before it is needed: the runner's own, and nothing that tests could tell.
'use strict';
const fs = require('fs');
const path = require('path');

/** Loads them in the order in which they were loaded before; one that does not load is left to the run. */
function load(modules) {
  for (const file of modules) {
    try {
      require(file);
    } catch {
      // Whoever needs it gets the error.
    }
  }
}

/** Absolute paths of what is loaded, but for our own files. */
function loadedFiles() {
  return Object.keys(require.cache).filter((file) => path.dirname(file) !== __dirname && path.isAbsolute(file));
}

/** Those of the loaded modules that belong to these packages or to what they depend on, in the order of their loading. */
function runnerModules(folders) {
  const closure = closureOf(folders);
  return loadedFiles().filter((file) => closure.has(packageFolder(file)) && !isProgram(file));
}

/** Programs run when they are loaded. */
function isProgram(file) {
  return path.dirname(file) === path.join(packageFolder(file), 'bin');
}

/** The folders of packages and of their dependencies, as far as they are installed. */
function closureOf(folders) {
  const found = new Set();
  const waiting = folders.map(real).filter((folder) => folder !== null);
  while (waiting.length > 0) {
    const folder = waiting.pop();
    if (found.has(folder)) continue;
    found.add(folder);
    for (const name of dependenciesOf(folder)) {
      const installed = findPackage(folder, name);
      if (installed !== null) waiting.push(installed);
    }
  }
  return found;
}

function dependenciesOf(folder) {
  try {
    const { dependencies, optionalDependencies } = JSON.parse(
      fs.readFileSync(path.join(folder, 'package.json'), 'utf8'),
    );
    return Object.keys({ ...dependencies, ...optionalDependencies });
  } catch {
    return [];
  }
}

function findPackage(from, name) {
  for (let above = from; ; above = path.dirname(above)) {
    const found = path.basename(above) === 'node_modules' ? null : real(path.join(above, 'node_modules', name));
    if (found !== null) return found;
    if (above === path.dirname(above)) return null;
  }
}

function real(folder) {
  try {
    return fs.realpathSync(folder);
  } catch {
    return null;
  }
}

/** `…/node_modules/@scope/name` of a file in it, or null. */
function packageFolder(file) {
  const match = /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(file);
  return match === null ? null : match[1];
}

module.exports = { load, loadedFiles, runnerModules };
