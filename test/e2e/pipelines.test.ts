// Pipelines in the window: their plan as a text, an execution with its log, an approval, what is run again, and what steps say
// about places in files.
import assert from 'node:assert/strict';
import { OpenedFolder } from './rig/sample-folder.ts';
import { startEditor } from './rig/walks.ts';

const files = {
  'noodle.yaml': `pipelines:
  release:
    type: deploy
    steps:
      build: { command: echo built, idempotent: true }
      docs: { command: echo never, needs: [build], when: branch == 'nowhere' }
      check: { approval: Deploy to production?, needs: [build] }
      deploy: { command: test -e ready, needs: [check] }
`,
  'readme.md': 'A sample.\n',
};

describe('a pipeline in the window', () => {
  const walks = startEditor({ trust: true });

  it('shows its plan, asks for an approval, and runs again from the step that failed', async () => {
    await using folder = await OpenedFolder.withFiles(files);
    const window = await walks.open(folder.root);
    await window.statusBar.shows('Noodle', 'check');
    await window.runCommand('Noodle: Show Plan of Pipeline');
    await window.editors.preview('decided at its turn');

    await window.runCommand('Noodle: Run Pipeline');
    await window.sidebar.openRuns();
    await window.sidebar.run(/waits for an approval/).waitFor();
    const notice = window.page.locator('.notification-list-item');
    await notice.filter({ hasText: 'Deploy to production? The risk is not known' }).waitFor();
    await window.runCommand('Noodle: Answer Approval');
    await window.quickInput.choose('Approve…');
    await window.page.locator('.monaco-dialog-box').getByRole('button', { name: 'Approve' }).click();
    await window.statusBar.shows('Noodle', 'error');
    const run = window.sidebar.run(/1 step failed/);
    await run.waitFor();
    await run.click();
    await window.editors.tab('.log').waitFor();

    await notice.getByRole('button', { name: 'Approve…' }).click();
    await window.page.getByText('release does not wait any more for: Deploy to production?').first().waitFor();

    await folder.write('ready', '');
    await run.click({ button: 'right' });
    // A menu that has just opened takes no click yet.
    await window.page.locator('.context-view').getByText('Run Again What Did Not Succeed').hover();
    await window.page.keyboard.press('Enter');
    await window.sidebar
      .run(/4 steps/)
      .first()
      .waitFor();
    await window.dispose();
  });

  it('underlines what a step said about a place until the file changes', async () => {
    await using folder = await OpenedFolder.withFiles({
      'noodle.yaml':
        'pipelines:\n  checks:\n    steps:\n      lint: { command: "echo \'::error file=cart.txt,line=2,col=3::a price is missing\'; exit 1" }\n',
      'cart.txt': 'one\ntwo\n',
    });
    const window = await walks.open(folder.root);
    await window.statusBar.shows('Noodle', 'check');
    await window.runCommand('Noodle: Run Pipeline');
    await window.statusBar.shows('Noodle', 'error');
    // The command ends by going to the runs, which would close what is opened before.
    await window.sidebar.focusedInRuns.first().waitFor({ state: 'attached' });
    await window.editors.open('cart.txt');
    await window.editors.squiggle.waitFor();
    assert.match(await window.editors.hover('two'), /a price is missing/);
    await window.page.keyboard.type('x');
    await window.runCommand('File: Save');
    await window.editors.squiggle.waitFor({ state: 'detached' });
    await window.dispose();
  });
});
