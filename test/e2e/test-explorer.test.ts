// The Test Explorer beyond running: reasons, filters, the way between tests and code, and results that a change makes
// outdated.
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { OpenedFolder } from './rig/sample-folder.ts';
import { startEditor } from './rig/walks.ts';
import type { Workbench } from './rig/workbench.ts';

const discount = 'packages/core/src/discount.ts';

describe('the Test Explorer', () => {
  const walks = startEditor({ trust: true });
  let folder: OpenedFolder;
  let window: Workbench;

  before(async () => {
    folder = await OpenedFolder.sample();
    window = await walks.open(folder.root);
    await window.statusBar.shows('Noodle', 'check');
  });

  after(async () => {
    await folder[Symbol.asyncDispose]();
  });

  it('says beside a test why it is planned', async () => {
    await window.testing.open();
    await window.testing.reveal('packages/core', 'test/cart.test.ts');
    await window.testing.describedRow('test/cart.test.ts', 'affected by discount.ts').waitFor();
  });

  it('shows only what the change can affect when it is filtered by that tag', async () => {
    await window.testing.row('test/money.test.ts').first().waitFor();
    await window.testing.filter('@noodle:impacted');
    await window.testing.row('test/money.test.ts').first().waitFor({ state: 'detached' });
    await window.testing.row('test/cart.test.ts').first().waitFor();
    await window.testing.filter('');
    await window.testing.row('test/money.test.ts').first().waitFor();
  });

  it('leads from a changed function to its tests, and back', async () => {
    await window.editors.open(discount);
    await window.editors.lens('go to test').first().click();
    await window.quickInput.choose('cart.test.ts');
    await window.editors.activeTab('cart.test.ts').waitFor();
    await window.runCommand('Noodle: Go to Code Under Test');
    await window.quickInput.row('discount.ts').or(window.editors.activeTab('discount.ts')).first().waitFor();
    await window.page.keyboard.press('Escape');
  });

  it('runs the tests of a changed function from its lens', async () => {
    await window.editors.open(discount);
    await window.editors.lens(/^run$/).first().click();
    await window.statusBar.shows('failing', 'error');
  });

  it('calls a result outdated as soon as a change reaches its test', async () => {
    await window.testing.open();
    await window.testing.reveal('packages/core', 'test/cart.test.ts', 'cart', 'applies the discount');
    await folder.edit(discount, 'export function', '// Soon more.\nexport const later = 1;\nexport function');
    await window.testing.outdatedRow('applies the discount').waitFor();
  });

  it('shows a run of a remote CI beside the own tests, once it is taken in', async () => {
    await folder.write('.git/junit.xml', remoteReport);
    const program = path.resolve(import.meta.dirname, '../../agent/bin/noodle.mjs');
    const args = ['ci', 'import', '.git/junit.xml', '--name', 'CI 123', '--system', 'github-actions'];
    await promisify(execFile)(process.execPath, [program, ...args], { cwd: folder.root });
    await window.testing.open();
    await window.testing.reveal('Noodle: CI', 'CI 123', 'packages/core/test/cart.test.ts', 'adds up its items');
    await window.testing.row('adds up its items', 'Failed').waitFor();
    await window.testing.row('is known there alone', 'Passed').waitFor();
  });
});

const remoteReport = `<testsuites><testsuite name="cart" file="/home/runner/work/shop/shop/packages/core/test/cart.test.ts">
<testcase name="is known there alone"/>
<testcase name="adds up its items"><failure message="expected 90 to be 80"/></testcase>
</testsuite></testsuites>`;
