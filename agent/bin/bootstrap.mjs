// `node agent/bin/bootstrap.mjs <script> [arguments]`: installs what is missing, then runs the script on Node 24.
// Plain JavaScript for Node 20, so that a fresh clone needs nothing else.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './installation.mjs';
import { runOnNode24 } from './node-24.mjs';

const root = path.resolve(fileURLToPath(import.meta.url), '../../..');
const [script = 'agent/bin/noodle.mjs', ...args] = process.argv.slice(2);

try {
  await ensureInstalled(root);
} catch (error) {
  process.stderr.write(`noodle: ${error.message}\n`);
  process.exit(2);
}
await runOnNode24(root, path.join(root, script), args);
