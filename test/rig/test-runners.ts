// Test runners of the versions that tests ask for, installed by npm on first use and kept for the next run.
import { execa } from 'execa';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';

/** Where they are kept: $NOODLE_TEST_CACHE, else ~/.cache/noodle-test. */
function cacheFolder(): string {
  return path.join(process.env['NOODLE_TEST_CACHE'] ?? path.join(homedir(), '.cache', 'noodle-test'), 'runners');
}

/** Installs a package and resolves with the folder `node_modules` that holds it. What is there already is left as it is. */
export async function installRunner(name: string, version: string): Promise<string> {
  const folder = path.join(cacheFolder(), `${name}-${version}`);
  const stamp = path.join(folder, 'installed');
  const modules = path.join(folder, 'node_modules');
  if (existsSync(stamp)) return modules;
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'package.json'), '{"private":true}');
  const installed = await execa(
    'npm',
    ['install', '--no-audit', '--no-fund', '--loglevel=error', `${name}@${version}`],
    {
      cwd: folder,
      all: true,
      reject: false,
    },
  );
  if (installed.exitCode !== 0)
    throw new Error(`${name} ${version} cannot be installed for the tests: ${installed.all}`);
  await writeFile(stamp, `${name}@${version}\n`);
  return modules;
}

/** The folder with node of a major version, to stand first in PATH. */
export async function installNode(major: string): Promise<string> {
  return path.join(await installRunner('node', major), '.bin');
}
