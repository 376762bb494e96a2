// The suites that run inside the extension host, as a file for VS Code's test runner and as an extension of their own.
import { execFile } from 'node:child_process';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { build, type Plugin } from 'esbuild';

const root = path.resolve(import.meta.dirname, '../../..');

/** Bundles the suites to one CommonJS file, which needs the mocha of this repository. */
export async function bundleHostSuites(outfile: string): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: ['test/e2e/extension-host/run.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    external: ['vscode'],
    plugins: [mochaOfThisRepository],
    logLevel: 'warning',
  });
}

/** Packs the suites as an extension that runs them when the window has started. Resolves with the VSIX. */
export async function packHostSuites(folder: string): Promise<string> {
  const vsix = path.join(folder, 'suites.vsix');
  await mkdir(folder, { recursive: true });
  await bundleHostSuites(path.join(folder, 'run.cjs'));
  await writeFile(path.join(folder, 'package.json'), JSON.stringify(manifest));
  await writeFile(path.join(folder, 'README.md'), 'Tests that run inside the extension host.\n');
  await cp(path.join(root, 'LICENSE'), path.join(folder, 'LICENSE'));
  const vsce = path.join(root, 'node_modules/@vscode/vsce/vsce');
  const args = [vsce, 'package', '--no-dependencies', '--allow-missing-repository', '--out', vsix];
  await promisify(execFile)(process.execPath, args, { cwd: folder });
  return vsix;
}

const manifest = {
  name: 'noodle-host-suites',
  publisher: 'noodle-cicd',
  version: '0.0.1',
  license: 'MIT',
  engines: { vscode: '^1.110.0' },
  main: './run.cjs',
  activationEvents: ['onStartupFinished'],
  extensionKind: ['workspace'],
};

const mochaOfThisRepository: Plugin = {
  name: 'mocha of this repository',
  setup(bundle) {
    bundle.onResolve({ filter: /^mocha$/ }, () => ({
      path: path.join(root, 'node_modules/mocha/lib/mocha.cjs'),
      external: true,
    }));
  },
};
