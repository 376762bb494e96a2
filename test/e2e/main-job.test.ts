// The walk that the product is for: a change breaks something, and the editor says what, why and where.
import assert from 'node:assert/strict';
import { agentsOf, ended, stopAgent } from './rig/agent-processes.ts';
import { OpenedFolder } from './rig/sample-folder.ts';
import { startEditor } from './rig/walks.ts';
import type { Workbench } from './rig/workbench.ts';

const discount = 'packages/core/src/discount.ts';
const broken = 'coupon.percent / 1000';

describe('the main job in the editor', () => {
  const walks = startEditor({ trust: true });
  let folder: OpenedFolder;
  let window: Workbench;

  before(async () => {
    folder = await OpenedFolder.sample();
    window = await walks.open(folder.root);
  });

  after(async () => {
    await folder[Symbol.asyncDispose]();
  });

  it('says in the first minute what it found', async () => {
    await window.statusBar.shows('Noodle', 'check');
    await window.sidebar.open();
    await window.dashboard.sidebar.shows(/Noodle found 2 build targets, mocha \(5 files\), unittest \(2 files\)/);
    assert.match(await window.statusBar.tooltip(), /Nothing has run yet/);
  });

  it('plans what the change can affect, with reasons', async () => {
    await window.sidebar.planned('2 of 2 targets').waitFor();
    await window.sidebar.planned('3 of 7 test files').waitFor();
    await window.sidebar.planned(/cart\.test\.ts.*discount\.ts → cart\.ts →/s).waitFor();
  });

  it('runs the impacted tests from the palette and says what broke', async () => {
    await window.runCommand('Noodle: Run Impacted Tests');
    await window.statusBar.shows('2 failing', 'error');
    const tooltip = await window.statusBar.tooltip();
    assert.match(tooltip, /2 of 9 impacted tests fail since your change to packages\/core\/src\/discount\.ts/);
    assert.match(tooltip, /Go to test · Why · Run again · Dashboard/);
  });

  it('shows the same in the sidebar', async () => {
    await window.dashboard.sidebar.shows(/2 of 9 impacted tests fail since your change/);
    await window.sidebar.openRuns();
    await window.sidebar.run(/2 tests failed.*Run impacted tests/s).waitFor();
  });

  it('shows the failing tests in the Test Explorer, and what was not affected as not run', async () => {
    await window.testing.open();
    await window.testing.reveal('packages/core', 'test/cart.test.ts', 'cart', 'applies the discount');
    await window.testing.row('applies the discount', 'Failed').waitFor();
    await window.testing.row('adds up its items', 'Passed').waitFor();
    await window.testing.row('test/money.test.ts', 'Not yet run').waitFor();
    assert.match(await window.testing.summary.innerText(), /7\/9/);
  });

  it('knows the tests of a file that has never run', async () => {
    await window.testing.reveal('test/money.test.ts', 'money', 'rounds to a cent');
  });

  it('shows the failure at its line', async () => {
    await window.editors.open('packages/core/test/cart.test.ts');
    await window.editors.failedMark.waitFor();
    await window.editors.squiggle.waitFor();
  });

  it('shows the last results of a test as dots', async () => {
    assert.match(await window.editors.hover('applies the discount'), /✗.*newest first.*failed in .* Why/s);
  });

  it('explains from the lens above the changed function', async () => {
    await window.editors.open(discount);
    const lens = window.editors.lens('3 impacted tests · 2 failing · why');
    await lens.waitFor();
    await lens.click();
    await window.quickInput.choose('cart.test.ts');
    await window.editors.tab('Why cart.test.ts').waitFor();
    await window.editors.preview('it was selected');
  });

  it('shows everything in an editor tab', async () => {
    await window.runCommand('Noodle: Open Dashboard');
    await window.dashboard.tab.shows('applies the discount');
    await window.dashboard.tab.shows('packages/core/test/cart.test.ts:18');
  });

  it('runs one test from the Test Explorer', async () => {
    const row = await window.testing.reveal('test/money.test.ts', 'money', 'rounds to a cent');
    await window.testing.press(row, 'Run Test');
    await window.testing.row('rounds to a cent', 'Passed').waitFor();
    await window.testing.row('takes a percentage', 'Not yet run').waitFor();
  });

  it('answers every save while it runs continuously, the right test first', async () => {
    await window.testing.pressTitle('Start Continuous Run');
    await window.testing.continuous.waitFor();
    await folder.edit(discount, broken, 'coupon.percent / 100');
    await window.statusBar.shows('Noodle', 'check');
    await window.testing.row('applies the discount', 'Passed').waitFor();
    await folder.edit('packages/core/src/stock.ts', 'if (left < 0)', 'if (left < -100)');
    await window.statusBar.shows('1 failing', 'error');
    assert.match(await window.statusBar.tooltip(), /since your change to packages\/core\/src\/stock\.ts/);
    await window.testing.reveal('test/stock.test.ts', 'stock', 'never gives more than there is');
    await window.testing.row('never gives more than there is', 'Failed').waitFor();
  });

  it('stops running continuously when it is told to', async () => {
    await window.testing.pressTitle('Stop Continuous Run');
    await window.testing.continuous.waitFor({ state: 'detached' });
  });

  it('lets the agent go when it is stopped, and starts it when it is needed', async () => {
    const [agent = 0] = await agentsOf(folder.root);
    await stopAgent(folder.root);
    await ended(agent);
    await window.statusBar.shows('Noodle', 'warning');
    assert.match(await window.statusBar.tooltip(), /The agent was stopped/);
    assert.deepEqual(await agentsOf(folder.root), []);
    await window.runCommand('Noodle: Run Failed Tests');
    await window.statusBar.shows('1 failing', 'error');
    assert.equal((await agentsOf(folder.root)).length, 1);
  });
});
