// The packages with native bindings for one platform, brought into dist/node_modules.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { dist, root } from './bundle.ts';

/** What VS Code calls a platform, and what oxc's packages call it. */
export const platforms = {
  'linux-x64': 'linux-x64-gnu',
  'linux-arm64': 'linux-arm64-gnu',
  'linux-armhf': 'linux-arm-gnueabihf',
  'alpine-x64': 'linux-x64-musl',
  'alpine-arm64': 'linux-arm64-musl',
  'darwin-x64': 'darwin-x64',
  'darwin-arm64': 'darwin-arm64',
  'win32-x64': 'win32-x64-msvc',
  'win32-arm64': 'win32-arm64-msvc',
} as const;

export type Platform = keyof typeof platforms;

interface LockedPackage {
  readonly version: string;
  readonly integrity: string;
}

/** Puts the bindings for one platform into dist/node_modules, and nothing else. */
export function placeBindings(platform: Platform): void {
  const oxc = platforms[platform];
  rmSync(path.join(dist, 'node_modules'), { recursive: true, force: true });
  for (const name of [`@oxc-parser/binding-${oxc}`, `@oxc-resolver/binding-${oxc}`]) {
    cpSync(packageFolder(name), path.join(dist, 'node_modules', name), { recursive: true });
  }
}

/** A package as the lock file names it: the installed one, or fetched through npm and kept in the cache. */
function packageFolder(name: string): string {
  const installed = path.join(root, 'node_modules', name);
  if (existsSync(installed)) return installed;
  const { version, integrity } = locked(name);
  const folder = path.join(root, '.cache/bindings', `${name.replaceAll('/', '+')}@${version}`);
  if (existsSync(path.join(folder, 'package.json'))) return folder;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const archive = path.join(folder, fetchArchive(`${name}@${version}`, folder));
  const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
  if (found !== integrity) throw new Error(`${name}@${version} is not what the lock file says: ${found}`);
  execFileSync('tar', ['-xzf', archive, '--strip-components=1', '-C', folder]);
  rmSync(archive);
  return folder;
}

function fetchArchive(specifier: string, folder: string): string {
  const args = ['pack', specifier, '--pack-destination', folder, '--json', '--loglevel=error'];
  const output = execFileSync(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, { encoding: 'utf8' });
  // The answer of `npm pack --json`.
  const [packed] = JSON.parse(output) as { filename: string }[];
  if (packed === undefined) throw new Error(`npm pack ${specifier} packed nothing`);
  return packed.filename;
}

function locked(name: string): LockedPackage {
  // Written by npm.
  const { packages } = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockedPackage>;
  };
  const found = packages[`node_modules/${name}`];
  if (found === undefined) throw new Error(`${name} is not in the lock file`);
  return found;
}

/** The platform of this machine, as VS Code calls it. */
export function thisPlatform(): Platform {
  const isMusl = process.platform === 'linux' && !('glibcVersionRuntime' in reportHeader());
  const system = isMusl ? 'alpine' : process.platform;
  const name = `${system}-${process.arch === 'arm' ? 'armhf' : process.arch}`;
  const known = Object.keys(platforms).find((platform) => platform === name);
  if (known === undefined) throw new Error(`no bindings are known for ${name}`);
  // Found among the keys.
  return known as Platform;
}

function reportHeader(): object {
  const report: object = process.report.getReport();
  return 'header' in report && typeof report.header === 'object' && report.header !== null ? report.header : {};
}
