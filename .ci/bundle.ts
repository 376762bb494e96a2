// Makes dist/: one file each for the extension, the agent, its workers and the dashboard, and the files beside them.
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rename, rm, utimes } from 'node:fs/promises';
import path from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import { assets, type Asset } from '../agent/platform/assets.ts';

export const root = path.resolve(import.meta.dirname, '..');
export const dist = path.join(root, 'dist');

/** Node packages that hold a native binding, by pattern; they lie in dist/node_modules of a packaged product. */
const bindings = ['@oxc-parser/binding-*', '@oxc-resolver/binding-*'];

const shared: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  legalComments: 'none',
  logLevel: 'warning',
};

/** Not minified, so that a stack trace from a user can be read. */
const node: BuildOptions = {
  ...shared,
  platform: 'node',
  target: 'node22',
  // Optional accelerators of `ws`, and what is compiled on the machine where it runs.
  external: ['vscode', 'bufferutil', 'utf-8-validate', ...bindings, './build/Release/*', './build/Debug/*'],
};

/** What CommonJS packages expect to find in an ES module. */
const commonJsNames = `
import { createRequire as noodleCreateRequire } from 'node:module';
import { fileURLToPath as noodleFileURLToPath } from 'node:url';
const require = noodleCreateRequire(import.meta.url);
const __filename = noodleFileURLToPath(import.meta.url);
const __dirname = noodleFileURLToPath(new URL('.', import.meta.url));
`;

const module: BuildOptions = {
  ...node,
  format: 'esm',
  mainFields: ['module', 'main'],
  banner: { js: commonJsNames },
};

type Choices = Pick<BuildOptions, 'sourcemap'>;

/**
 * Makes dist/ anew. It is built aside and put in place at the end, since an agent may be running from the old one.
 * Resolves with the sources that are not there and were left out.
 */
export async function bundle(choices: Choices = {}): Promise<readonly string[]> {
  await mkdir(path.join(root, '.cache'), { recursive: true });
  const aside = await mkdtemp(path.join(root, '.cache/dist-'));
  const target: Target = { ...choices, folder: path.join(aside, 'new') };
  const startedAt = new Date();
  try {
    const placed = Object.values(assets).map((asset) => placeAsset(asset, target));
    await Promise.all([bundleExtension(target), bundleAgent(target), bundleDashboard(target), ...placed]);
    // A source that is saved during the build is newer than the bundle.
    if (isThere('agent/main.ts')) await utimes(path.join(target.folder, 'agent.mjs'), startedAt, startedAt);
    if (isThere('dist')) await rename(dist, path.join(aside, 'old'));
    await rename(target.folder, dist);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  return missingSources();
}

interface Target extends Choices {
  /** Absolute. */
  readonly folder: string;
}

async function bundleExtension({ folder, ...choices }: Target): Promise<void> {
  const entry = 'extension/extension.ts';
  if (!isThere(entry)) return;
  const outfile = path.join(folder, 'extension.cjs');
  await build({ ...node, ...choices, entryPoints: [entry], outfile, format: 'cjs' });
}

async function bundleAgent({ folder, ...choices }: Target): Promise<void> {
  if (!isThere('agent/main.ts')) return;
  // Split where it is loaded later, so that a command that talks to a living agent starts without all of it.
  await build({
    ...module,
    ...choices,
    entryPoints: { agent: 'agent/main.ts' },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    splitting: true,
    chunkNames: 'agent-[name]-[hash]',
  });
}

async function bundleDashboard({ folder, ...choices }: Target): Promise<void> {
  const entryPoints = ['webview/dashboard.ts', 'webview/dashboard.css'];
  if (!entryPoints.every(isThere)) return;
  const outdir = path.join(folder, 'webview');
  await build({
    ...shared,
    ...choices,
    minify: true,
    entryPoints,
    outdir,
    format: 'esm',
    platform: 'browser',
    target: 'es2023',
  });
  await cp(path.join(root, 'webview/index.html'), path.join(outdir, 'index.html'));
}

async function placeAsset(asset: Asset, { folder, ...choices }: Target): Promise<void> {
  if (!isThere(asset.source)) return;
  const [source, target] = [path.join(root, asset.source), path.join(folder, asset.bundled)];
  switch (asset.kind) {
    case 'worker':
      await build({ ...module, ...choices, entryPoints: [source], outfile: target });
      return;
    case 'file':
    case 'folder':
      await mkdir(folder, { recursive: true });
      await cp(source, target, { recursive: true, filter: (each) => isWanted(each, source, asset.only) });
      return;
    case 'built':
      return;
  }
}

function isWanted(file: string, folder: string, only: Asset['only']): boolean {
  // What Python left when it ran from the sources.
  if (path.basename(file) === '__pycache__') return false;
  return only === undefined || file === folder || only.includes(path.relative(folder, file));
}

function missingSources(): string[] {
  const entries = ['extension/extension.ts', 'agent/main.ts', 'webview/dashboard.ts', 'webview/dashboard.css'];
  const sources = Object.values<Asset>(assets).filter((asset) => asset.kind !== 'built');
  return [...entries, ...sources.map((asset) => asset.source)].filter((source) => !isThere(source));
}

function isThere(source: string): boolean {
  return existsSync(path.join(root, source));
}
