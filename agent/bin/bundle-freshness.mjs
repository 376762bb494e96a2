// Whether dist/ was made from the sources as they are: the bundled agent starts in less than half the time.
// Plain JavaScript for Node 20.
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';

const sources = ['agent', 'models', 'webview', 'package.json', 'package-lock.json'];

/** True when nothing that the bundle is made of is newer than it, removed files included. */
export function isBundleFresh(root) {
  const built = modifiedMs(path.join(root, 'dist/agent.mjs'));
  return built !== null && sources.every((source) => isOlder(path.join(root, source), built));
}

function isOlder(file, builtMs) {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) return true;
  if (found.mtimeMs > builtMs) return false;
  return !found.isDirectory() || readdirSync(file).every((name) => isOlder(path.join(file, name), builtMs));
}

function modifiedMs(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? null;
}
