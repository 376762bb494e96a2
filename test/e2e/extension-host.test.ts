import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { packHostSuites } from './rig/extension-host.ts';
import { packagedExtension } from './rig/packaged-extension.ts';
import { startWorkbench } from './rig/workbench.ts';
import { GitRig } from '../rig/git-rig.ts';

describe('inside the extension host of VS Code', () => {
  let folder = '';

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'noodle-host-'));
  });

  after(async () => {
    await rm(folder, { recursive: true });
  });

  it('the suites pass', async () => {
    await using repository = await GitRig.create({ 'README.md': 'A repository without tests.\n' });
    const result = path.join(folder, 'result.json');
    await using workbench = await startWorkbench({
      folder: repository.root,
      vsix: [packagedExtension(), await packHostSuites(path.join(folder, 'suites'))],
      trust: true,
      environment: { TEST_EXTENSION_HOST_RESULT: result },
    });
    await workbench.statusBarItem('extension host tests ended').waitFor({ timeout: 90_000 });
    assert.deepEqual(JSON.parse(await readFile(result, 'utf8')), []);
  });
});
