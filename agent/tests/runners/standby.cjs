// A process that stands by for a program: `node [flags] standby.cjs <program> <folder of its package>`.
// It loads what the program loaded the last time, waits, and then becomes the program, once.
'use strict';
const Module = require('module');
const path = require('path');
const { send } = require('./channel.cjs');
const { receive } = require('./standby-channel.cjs');
const { load, loadedFiles, runnerModules } = require('./standby-modules.cjs');

const [program, folder] = process.argv.slice(2);
// Modules that ask what was started get the same answer as later.
process.argv = [process.argv[0], program];
module.filename = program;
module.paths = Module._nodeModulePaths(path.dirname(program));

load(receive().modules);
send({ event: 'ready', files: loadedFiles() });
const { args } = receive();

process.argv = [process.argv[0], program, ...args];
delete require.cache[__filename];
process.on('exit', () => send({ event: 'loaded', modules: runnerModules([folder]) }));
Module.runMain();
