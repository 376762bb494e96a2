// Runs one file under mocha without a time limit, for a debugger: `node mocha-debug.cjs <mocha's folder> <program> <file> <expression> …args`.
'use strict';
const { spawn } = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');

const [folder, program, file, expression, ...args] = process.argv.slice(2);
process.argv.splice(2, process.argv.length - 2, folder, 'options', ...args);
const { options, nodeArguments } = require('./mocha-options.cjs');

const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'noodle-debug-'));
const config = path.join(temporary, 'mocha.json');
const effective = Object.assign(
  {},
  options,
  { timeout: 0, parallel: false },
  expression === '' ? {} : { grep: expression },
);
for (const name of ['sort', 'watch', 'reporter', 'fgrep', 'f', 'invert']) delete effective[name];
fs.writeFileSync(config, JSON.stringify(effective));
const child = spawn(
  process.execPath,
  [...process.execArgv, ...nodeArguments, program, '--config', config, '--no-package', file],
  { stdio: 'inherit' },
);
child.on('exit', (code) => {
  fs.rmSync(temporary, { recursive: true, force: true });
  process.exit(code === null ? 1 : code);
});
