// `npm run package [-- <platform> … | all]`: the VSIX for this machine's platform, or for the named ones.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { placeBindings, platforms, thisPlatform, type Platform } from './bindings.ts';
import { bundle, dist, root } from './bundle.ts';

/** Larger than this is a mistake: a source map, or WebAssembly that nobody uses. */
const mostBytes = 12_000_000;

const missing = await bundle();
if (missing.length > 0) fail(`cannot be packaged, there is no ${missing.join(', ')}`);
for (const platform of chosen(process.argv.slice(2))) packageFor(platform);
rmSync(path.join(dist, 'node_modules'), { recursive: true });

function chosen(names: readonly string[]): readonly Platform[] {
  // The keys of a constant are known; Object.keys forgets them.
  const known = Object.keys(platforms) as Platform[];
  if (names.length === 0) return [thisPlatform()];
  const unknown = names.find((name) => name !== 'all' && !known.some((platform) => platform === name));
  if (unknown !== undefined) fail(`unknown platform ${unknown}; there are ${known.join(', ')}, all`);
  return names.includes('all') ? known : known.filter((platform) => names.includes(platform));
}

function packageFor(platform: Platform): void {
  placeBindings(platform);
  // Read for its version alone.
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
  const file = path.join(root, `noodle-${platform}-${version}.vsix`);
  const vsce = ['node_modules/@vscode/vsce/vsce', 'package', '--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links'];
  const args = [...vsce, '--target', platform, '--out', file];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  if (status !== 0) fail(`vsce failed:\n${stdout}${stderr}`);
  const { size } = statSync(file);
  process.stdout.write(`${path.basename(file)}  ${(size / 1e6).toFixed(2)} MB\n`);
  if (size > mostBytes) fail(`larger than ${mostBytes / 1e6} MB`);
}

function fail(message: string): never {
  process.stderr.write(`package: ${message}\n`);
  process.exit(1);
}
