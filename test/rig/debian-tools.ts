// Tools of Debian that tests need: installed on first use where we may, else the test says what is missing and is skipped.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';

export interface DebianTool {
  /** An executable to look for in PATH, or the absolute path of a file. */
  readonly needs: readonly string[];
  readonly packages: readonly string[];
}

/** Packages that were tried in this process and cannot be had. */
const missing = new Map<string, string>();

/**
 * Resolves when everything is there. As root on Debian it installs what is missing; where that cannot be done, the test
 * (or, in a `before`, all of its suite) is skipped with one line that names what is missing.
 */
export function needDebianTool(test: Mocha.Context, tool: DebianTool): void {
  const left = tool.needs.filter((name) => !isThere(name));
  if (left.length === 0) return;
  const key = tool.packages.join(' ');
  if (!missing.has(key)) missing.set(key, install(tool));
  if (tool.needs.every(isThere)) return;
  process.stdout.write(`skipped: ${left.join(', ')} not found; ${missing.get(key)}\n`);
  test.skip();
}

function isThere(name: string): boolean {
  if (path.isAbsolute(name)) return existsSync(name);
  return (process.env['PATH'] ?? '').split(path.delimiter).some((folder) => isExecutable(path.join(folder, name)));
}

/** Installs the packages; resolves with a clause that says how that went or what a person can do. */
function install({ packages }: DebianTool): string {
  const names = packages.join(' ');
  if (process.getuid?.() !== 0 || !isExecutable('/usr/bin/apt-get')) return `install the packages ${names}`;
  const run = (...args: string[]) =>
    spawnSync('apt-get', ['--quiet', ...args], {
      stdio: 'ignore',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }).status === 0;
  const isDone = run('install', '--yes', '--no-install-recommends', ...packages);
  if (!isDone) {
    run('update');
    if (!run('install', '--yes', '--no-install-recommends', ...packages)) return `apt-get could not install ${names}`;
  }
  return `${names} are installed`;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
