// `npm run test:electron`: the extension in VS Code's own Electron, downloaded or named in VSCODE_EXECUTABLE_PATH.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runTests } from '@vscode/test-electron';
import { createSampleRepository } from '../agent/sample/sample-repository.ts';
import { bundleHostSuites } from '../test/e2e/rig/extension-host.ts';
import { bundle, root } from './bundle.ts';

const suite = path.join(root, '.cache/extension-host/run.cjs');
const folder = await mkdtemp(path.join(tmpdir(), 'noodle-electron-'));
const executable = process.env['VSCODE_EXECUTABLE_PATH'];

try {
  await bundle({ sourcemap: true });
  await bundleHostSuites(suite);
  const repository = path.join(folder, 'sample');
  await createSampleRepository(repository, path.join(root, 'node_modules'));
  process.exitCode = await runTests({
    ...(executable === undefined ? {} : { vscodeExecutablePath: executable }),
    extensionDevelopmentPath: root,
    extensionTestsPath: suite,
    launchArgs: [repository, '--disable-workspace-trust', `--user-data-dir=${path.join(folder, 'user')}`],
  });
} catch (error) {
  process.stderr.write(`test:electron: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
