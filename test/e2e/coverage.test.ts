// Coverage in the editor: recorded by a profile, shown in VS Code's own view and beside the lines.
import { OpenedFolder } from './rig/sample-folder.ts';
import { startEditor } from './rig/walks.ts';
import type { Workbench } from './rig/workbench.ts';

describe('coverage in the editor', () => {
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

  it('is recorded by a run of the Test Explorer, and says how much of each file ran', async () => {
    await window.testing.open();
    await window.runCommand('Test: Run All Tests with Coverage');
    await window.coverage.file('discount.ts').waitFor();
    await window.coverage.file('cart.ts').waitFor();
  });

  it('stands beside the lines of a file that is opened', async () => {
    await window.coverage.file('discount.ts').dblclick();
    await window.coverage.coveredLine.first().waitFor();
  });
});
