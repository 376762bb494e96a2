// `node agent/bin/bootstrap.mjs <script> [arguments]`: installs what is missing, then runs the script on Node 24.
// Plain JavaScript for Node 20, so that a fresh clone needs nothing else.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepare } from './installation.mjs';
import { runOnNode24 } from './node-24.mjs';

const root = path.resolve(fileURLToPath(import.meta.url), '../../..');
const [script = 'agent/bin/noodle.mjs', ...args] = process.argv.slice(2);

await prepare(root);
await runOnNode24(root, path.join(root, script), args);
