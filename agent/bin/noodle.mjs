#!/usr/bin/env node
// The command `noodle`. A living agent runs it; else in the product the bundle does; in the source tree, on Node 24, the bundle as long as it is
// newer than every source, else agent/main.ts.
// Plain JavaScript for Node 20. What it prints itself goes to stderr, since stdout may be read by a program.
import { existsSync, realpathSync } from 'node:fs';
import module from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The bundle is built for this version of Node. */
const leastBundleMajor = 22;

const root = path.resolve(realpathSync(fileURLToPath(import.meta.url)), '../../..');
goWhereTheUserIs();
const { askAgent } = await import('./ask-agent.mjs');
const code = await askAgent(root, process.argv.slice(2));
if (code !== null) process.exitCode = code;
else await (existsSync(path.join(root, 'agent/main.ts')) ? runSource() : runBundle());

/** `npm run` moves to the package's folder; relative paths and the search for a repository start where the user was. */
function goWhereTheUserIs() {
  const { INIT_CWD: folder, npm_package_json: manifest } = process.env;
  if (folder !== undefined && manifest === path.join(root, 'package.json') && process.cwd() === root)
    process.chdir(folder);
}

async function runSource() {
  const { prepare } = await import('./installation.mjs');
  const { isNode24, runOnNode24 } = await import('./node-24.mjs');
  await prepare(root);
  // An older Node comes back here with a newer one.
  if (!isNode24) return runOnNode24(root, path.join(root, 'agent/bin/noodle.mjs'), process.argv.slice(2));
  const { isBundleFresh } = await import('./bundle-freshness.mjs');
  // Keeps the compiled code of the agent and its packages between starts.
  module.enableCompileCache?.(path.join(root, '.cache/compile'));
  return runOnNode24(
    root,
    path.join(root, isBundleFresh(root) ? 'dist/agent.mjs' : 'agent/main.ts'),
    process.argv.slice(2),
  );
}

async function runBundle() {
  if (Number.parseInt(process.versions.node, 10) < leastBundleMajor) {
    process.stderr.write(`noodle: needs Node ${leastBundleMajor} or later, this is ${process.version}\n`);
    process.exit(2);
  }
  module.enableCompileCache?.();
  await import(pathToFileURL(path.join(root, 'dist/agent.mjs')).href);
}
