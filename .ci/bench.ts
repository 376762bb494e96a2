// `npm run bench [-- <name> …]`: runs test/bench/*.bench.ts one after the other; each prints its own tables.
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const names = process.argv.slice(2);
const files = globSync('test/bench/*.bench.ts', { cwd: root }).toSorted();
const chosen = files.filter((file) => names.length === 0 || names.includes(path.basename(file, '.bench.ts')));

if (chosen.length === 0) {
  const known = files.map((file) => path.basename(file, '.bench.ts')).join(', ');
  process.stderr.write(`no such benchmark; there are: ${known || 'none'}\n`);
  process.exitCode = 2;
}
for (const file of chosen) {
  process.stdout.write(`\n── ${path.basename(file, '.bench.ts')}\n`);
  const { status } = spawnSync(process.execPath, ['--expose-gc', file], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
