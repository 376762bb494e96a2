// Makes dist/: one file each for the extension, the agent, its workers and the dashboard, and the files beside them.
import { existsSync } from 'node:fs';
import { cp, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import { assets, type Asset } from '../agent/platform/assets.ts';

export const root = path.resolve(import.meta.dirname, '..');
export const dist = path.join(root, 'dist');

/** Node packages that hold a native binding, by pattern; they lie in dist/node_modules of a packaged product. */
const bindings = ['@oxc-parser/binding-*', '@oxc-resolver/binding-*', '@parcel/watcher-*'];

const shared: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  // Identifiers stay, so that a stack trace from a user can be read.
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'warning',
};

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

/** Builds everything into an empty dist/. Resolves with the sources that are not there and were left out. */
export async function bundle(options: Pick<BuildOptions, 'sourcemap'> = {}): Promise<readonly string[]> {
  await rm(dist, { recursive: true, force: true });
  await mkdir(dist, { recursive: true });
  const placed = Object.values(assets).map((asset) => placeAsset(asset, options));
  await Promise.all([bundleExtension(options), bundleAgent(options), bundleDashboard(options), ...placed]);
  return missingSources();
}

async function bundleExtension(options: BuildOptions): Promise<void> {
  const entry = 'extension/extension.ts';
  if (!isThere(entry)) return;
  await build({ ...node, ...options, entryPoints: [entry], outfile: 'dist/extension.cjs', format: 'cjs' });
}

async function bundleAgent(options: BuildOptions): Promise<void> {
  if (!isThere('agent/main.ts')) return;
  await build({ ...module, ...options, entryPoints: ['agent/main.ts'], outfile: 'dist/agent.mjs' });
}

/** Builds the dashboard alone; the agent of the source tree shows it. */
export async function bundleDashboard(options: BuildOptions = {}): Promise<void> {
  if (!isThere('webview/dashboard.ts') || !isThere('webview/dashboard.css')) return;
  const browser: BuildOptions = {
    ...shared,
    ...options,
    platform: 'browser',
    target: 'es2023',
    outdir: 'dist/webview',
  };
  await build({ ...browser, entryPoints: ['webview/dashboard.ts', 'webview/dashboard.css'], format: 'esm' });
  await cp(path.join(root, 'webview/index.html'), path.join(dist, 'webview/index.html'));
}

async function placeAsset(asset: Asset, options: BuildOptions): Promise<void> {
  if (!isThere(asset.source)) return;
  const [source, target] = [path.join(root, asset.source), path.join(dist, asset.bundled)];
  switch (asset.kind) {
    case 'worker':
      await build({ ...module, ...options, entryPoints: [source], outfile: target });
      return;
    case 'file':
    case 'folder':
      await cp(source, target, { recursive: true });
      return;
    case 'built':
      return;
  }
}

function missingSources(): string[] {
  const entries = ['extension/extension.ts', 'agent/main.ts', 'webview/dashboard.ts', 'webview/dashboard.css'];
  const sources = Object.values<Asset>(assets).filter((asset) => asset.kind !== 'built');
  return [...entries, ...sources.map((asset) => asset.source)].filter((source) => !isThere(source));
}

function isThere(source: string): boolean {
  return existsSync(path.join(root, source));
}
