// Says what mocha makes of its arguments and configuration: `node mocha-options.cjs <mocha's folder> <files|options> …args`.
'use strict';
const fs = require('fs');
const path = require('path');
const { send } = require('./channel.cjs');

const [folder, wanted, ...args] = process.argv.slice(2);

/** A part of mocha; since version 12 some end in .cjs. */
function part(name) {
  const file = path.join(folder, 'lib', 'cli', name);
  return require(fs.existsSync(`${file}.cjs`) ? `${file}.cjs` : `${file}.js`);
}

const { isNodeFlag } = part('node-flags');
const loaded = part('options').loadOptions(args);
const spec = loaded._ && loaded._.length > 0 ? loaded._ : ['./test'];
const options = {};
const nodeFlags = [];
for (const [name, value] of Object.entries(loaded)) {
  if (name === '_' || name === 'node-option') continue;
  if (isNodeFlag(name)) nodeFlags.push(...nodeFlag(name, value));
  else options[name] = value;
}
// As mocha itself: where `node-option` is given, it alone counts.
const given = loaded['node-option'];
const nodeArguments = given && given.length > 0 ? given.map((each) => `--${each}`) : nodeFlags;

module.exports = { options, nodeArguments };
const configuration = Object.keys(require.cache).filter((file) => !/[\\/]node_modules[\\/]/.test(file));
send({
  event: 'answer',
  value: { options, nodeArguments, spec, loaded: configuration, files: wanted === 'files' ? collect() : [] },
});

function nodeFlag(name, value) {
  const flag = `--${/^v8-(?!options$)/.test(name) ? name.slice(3) : name}`;
  if (value === true) return [flag];
  if (value === false) return [`--no-${flag.slice(2)}`];
  return asList(value).map((each) => `${flag}=${String(each)}`);
}

function asList(value) {
  return Array.isArray(value) ? value : [value];
}

function collect() {
  const collected = part('collect-files')({
    ignore: [].concat(loaded.ignore || []),
    extension: [].concat(loaded.extension || []),
    file: [].concat(loaded.file || []),
    recursive: loaded.recursive || false,
    sort: loaded.sort || false,
    spec,
    allowEmpty: true,
  });
  const files = Array.isArray(collected) ? collected : collected.files;
  const always = new Set([].concat(loaded.file || []).map((each) => path.resolve(each)));
  return files.filter((file) => !always.has(file));
}
