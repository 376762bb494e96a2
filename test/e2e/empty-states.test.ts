// What a window says that has nothing to run, or must not.
import assert from 'node:assert/strict';
import { agentsOf } from './rig/agent-processes.ts';
import { OpenedFolder } from './rig/sample-folder.ts';
import { startEditor } from './rig/walks.ts';

describe('with nothing to run', () => {
  const walks = startEditor({ trust: true });

  it('a window without a folder says what to do, and starts nothing', async () => {
    const window = await walks.open(null);
    await window.sidebar.openByIcon();
    await window.sidebar.welcome('Open a folder to see what a change in it can affect').waitFor();
    assert.equal(await window.statusBar.noodle.count(), 0);
    await window.dispose();
  });

  it('a folder without tests says which tests there could be', async () => {
    await using folder = await OpenedFolder.withFiles({ 'README.md': 'Nothing to test.\n' });
    const window = await walks.open(folder.root);
    await window.statusBar.shows('Noodle', 'check');
    await window.sidebar.open();
    await window.sidebar.welcome('No tests were found here').waitFor();
    await window.dispose();
  });

  it('a folder without git works on the times of its files, and says so', async () => {
    await using folder = await OpenedFolder.withFiles({
      'package.json': '{ "name": "plain", "type": "module", "scripts": { "test": "node --test" } }\n',
      'sum.js': 'export const sum = (a, b) => a - b;\n',
      'sum.test.js':
        "import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport { sum } from './sum.js';\n\ntest('adds', () => assert.equal(sum(2, 3), 5));\n",
    });
    const window = await walks.open(folder.root);
    await window.statusBar.shows('Noodle', 'check');
    await window.sidebar.open();
    await window.sidebar
      .planned(/no git/)
      .first()
      .waitFor();
    await window.runCommand('Noodle: Run All Tests');
    await window.statusBar.shows('1 failing', 'error');
    await window.dispose();
  });
});

describe('an agent that is not started by itself', () => {
  const walks = startEditor({ trust: true, settings: { 'noodle.agent.startAutomatically': false } });

  it('is started by the first command', async () => {
    await using folder = await OpenedFolder.sample();
    const window = await walks.open(folder.root);
    await window.statusBar.shows('Noodle', 'warning');
    await window.sidebar.open();
    await window.sidebar.welcome('The agent of this repository is stopped').waitFor();
    assert.deepEqual(await agentsOf(folder.root), []);
    await window.runCommand('Noodle: Run Impacted Tests');
    await window.statusBar.shows('2 failing', 'error');
    await window.dispose();
  });
});

describe('in Restricted Mode', () => {
  const walks = startEditor({ trust: false });

  it('nothing is executed, and every place says why', async () => {
    await using folder = await OpenedFolder.sample();
    const window = await walks.open(folder.root);
    await window.statusBar.shows('Noodle', 'warning');
    assert.match(await window.statusBar.tooltip(), /not trusted, so nothing of it is executed/);
    await window.sidebar.open();
    await window.sidebar.welcome('This workspace is not trusted').waitFor();
    assert.equal(await window.quickInput.offersCommand('Noodle: Run Impacted Tests'), false);
    await window.dispose();
  });
});
