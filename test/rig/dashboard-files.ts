// The dashboard page as a server hands it out, bundled from the sources as they are now.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';

const root = path.resolve(import.meta.dirname, '../..');

export type DashboardFiles = ReadonlyMap<string, { readonly type: string; readonly content: Uint8Array }>;

/** Bundles `webview/` in memory: `/index.html`, `/dashboard.js`, `/dashboard.css`. */
export async function bundleDashboardFiles(): Promise<DashboardFiles> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['webview/dashboard.ts', 'webview/dashboard.css'],
    bundle: true,
    write: false,
    outdir: 'out',
    format: 'esm',
    platform: 'browser',
    target: 'es2023',
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  const files = new Map(
    outputFiles.map((file) => [`/${path.basename(file.path)}`, { type: typeOf(file.path), content: file.contents }]),
  );
  const index = await readFile(path.join(root, 'webview/index.html'));
  return files.set('/index.html', { type: typeOf('index.html'), content: index });
}

function typeOf(file: string): string {
  const types: Readonly<Record<string, string>> = {
    '.html': 'text/html',
    '.js': 'text/javascript',
    '.css': 'text/css',
  };
  return `${types[path.extname(file)] ?? 'application/octet-stream'}; charset=utf-8`;
}
