// The agent outlives windows, serves several of them, and is replaced when it dies.
import assert from 'node:assert/strict';
import { agentsOf, ended, processesNaming, stopAgent } from './rig/agent-processes.ts';
import { OpenedFolder } from './rig/sample-folder.ts';
import { startEditor } from './rig/walks.ts';
import type { Workbench } from './rig/workbench.ts';

/** A suite of which one test waits until somebody writes a file beside it. */
const waitingTest = `import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { test } from 'node:test';

test('is quick', () => assert.equal(1 + 1, 2));

test('waits for a signal', async () => {
  while (!existsSync(new URL('./signal', import.meta.url))) await setTimeout(50);
  assert.equal('from afar', 'as expected');
});
`;

const waitingFiles = {
  'package.json': '{ "name": "waiting", "type": "module", "scripts": { "test": "node --test" } }\n',
  'waiting.test.js': waitingTest,
};

async function startWaitingRun(window: Workbench): Promise<void> {
  await window.statusBar.shows('Noodle', 'check');
  await window.runCommand('Noodle: Run All Tests');
  await window.statusBar.shows('0/1', 'sync');
  await window.testing.open();
  await window.testing.reveal('waiting.test.js', 'is quick');
  await window.testing.row('is quick', 'Passed').waitFor();
}

describe('the agent of a folder', () => {
  const walks = startEditor({ trust: true });

  it('goes on while a window is loaded anew, which finds the run and its results', async () => {
    await using folder = await OpenedFolder.withFiles(waitingFiles);
    const window = await walks.open(folder.root);
    await startWaitingRun(window);
    const agents = await agentsOf(folder.root);
    await window.reload();
    await window.statusBar.shows('0/1', 'sync');
    assert.deepEqual(await agentsOf(folder.root), agents);
    await folder.write('signal', '');
    await window.statusBar.shows('1 failing', 'error');
    await window.testing.open();
    await window.testing.reveal('waiting.test.js', 'waits for a signal');
    await window.testing.row('waits for a signal', 'Failed').waitFor();
    await window.dispose();
  });

  it('is started anew when it was killed, and the run is called interrupted', async () => {
    await using folder = await OpenedFolder.withFiles(waitingFiles);
    const window = await walks.open(folder.root);
    await startWaitingRun(window);
    const [agent = 0] = await agentsOf(folder.root);
    process.kill(agent, 'SIGKILL');
    await ended(agent);
    await window.statusBar.shows('Noodle', 'check');
    assert.match(await window.statusBar.tooltip(), /The run was interrupted/);
    const [successor = 0] = await agentsOf(folder.root);
    assert.notEqual(successor, agent);
    await window.sidebar.open();
    await window.sidebar.openRuns();
    await window.sidebar.run('interrupted').waitFor();
    assert.deepEqual(await processesNaming(`${folder.root}/waiting.test.js`), []);
    await window.dispose();
  });

  it('is one for two windows', async () => {
    await using folder = await OpenedFolder.sample();
    const [one, other] = [await walks.open(folder.root), await walks.open(folder.root)];
    await one.statusBar.shows('Noodle', 'check');
    await other.statusBar.shows('Noodle', 'check');
    assert.equal((await agentsOf(folder.root)).length, 1);
    await one.runCommand('Noodle: Run Impacted Tests');
    await one.statusBar.shows('2 failing', 'error');
    await other.statusBar.shows('2 failing', 'error');
    await one.dispose();
    assert.equal((await agentsOf(folder.root)).length, 1);
    await other.dispose();
    await stopAgent(folder.root);
    assert.deepEqual(await agentsOf(folder.root), []);
  });

  it('of two repositories in one window is one each', async () => {
    await using first = await OpenedFolder.withFiles(waitingFiles);
    await using second = await OpenedFolder.withFiles({ ...waitingFiles, signal: '' });
    await using workspace = await OpenedFolder.withFiles({
      'both.code-workspace': JSON.stringify({ folders: [{ path: first.root }, { path: second.root }] }),
    });
    const window = await walks.open(`${workspace.root}/both.code-workspace`);
    await window.statusBar.shows('Noodle', 'check');
    await window.editors.openFrom(second.root, 'package.json');
    await window.runCommand('Noodle: Run All Tests');
    await window.statusBar.shows('1 failing', 'error');
    assert.match(await window.statusBar.tooltip(), new RegExp(second.name));
    assert.equal((await agentsOf(first.root)).length, 1);
    assert.equal((await agentsOf(second.root)).length, 1);
    await window.dispose();
  });
});
