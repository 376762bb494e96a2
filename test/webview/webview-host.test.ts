// The page inside a webview: the extension host relays, and the editor does what only it can.
import assert from 'node:assert/strict';
import { axeViolations } from '../rig/axe.ts';
import { openPage } from '../rig/chromium.ts';
import { darkTheme } from '../rig/dark-theme.ts';
import { alert, executionId, now, snapshot } from '../rig/dashboard-data.ts';
import { FakeWebviewHost, type WebviewHostOptions } from '../rig/fake-webview-host.ts';
import { DashboardBench, overflow, usualAnswers } from './dashboard-rig.ts';

describe('the dashboard in a webview', () => {
  const bench = new DashboardBench().use();
  const connected = { state: 'connected', message: null } as const;

  async function openWebview(change: Partial<WebviewHostOptions> = {}, width = 300) {
    const watched = await openPage(bench.browser, now, { viewport: { width, height: 900 } });
    const options = {
      files: bench.files,
      answers: usualAnswers,
      place: 'sidebar',
      connection: connected,
      theme: darkTheme,
      ...change,
    } as const;
    const host = await FakeWebviewHost.open(watched, options);
    return {
      host,
      watched,
      async [Symbol.asyncDispose]() {
        await watched[Symbol.asyncDispose]();
        await host[Symbol.asyncDispose]();
      },
    };
  }

  it('shows the left column in the sidebar, and alerts that fire', async () => {
    await using rig = await openWebview();
    const { frame } = rig.host;
    await frame.getByText('1 of 9 impacted tests fails since your change to src/cart.ts').first().waitFor();
    assert.deepEqual(await frame.locator('.panel h2').allTextContents(), ['Alerts', 'Failing', 'Runs']);
    assert.equal(await overflow(frame), 0);
    assert.deepEqual(await axeViolations(frame), []);
    assert.deepEqual(rig.watched.errors, []);
  });

  it('keeps quiet alerts out of the sidebar', async () => {
    const answers = {
      ...usualAnswers,
      getAnalyticsDashboardData: () => snapshot({ alerts: [alert({ state: 'resolved', resolvedAt: now })] }),
    };
    await using rig = await openWebview({ answers });
    await rig.host.frame.locator('.hero').waitFor();
    assert.deepEqual(await rig.host.frame.locator('.panel h2').allTextContents(), ['Failing', 'Runs']);
  });

  it('shows everything in an editor tab', async () => {
    await using rig = await openWebview({ place: 'editor' }, 1200);
    await rig.host.frame.locator('.hero').waitFor();
    const titles = await rig.host.frame.locator('.panel h2').allTextContents();
    assert.deepEqual(titles, [
      'Failing',
      'Runs',
      'Slowest tests',
      'Duration of runs',
      'Saved this week',
      'What Noodle costs',
      'Alerts',
    ]);
  });

  it('takes the colours of the theme', async () => {
    await using rig = await openWebview();
    await rig.host.frame.locator('.hero').waitFor();
    assert.equal(await rig.host.frame.evaluate('getComputedStyle(document.body).backgroundColor'), 'rgb(24, 24, 24)');
  });

  it('has the editor open what fails, and the whole dashboard', async () => {
    await using rig = await openWebview();
    const { frame } = rig.host;
    await frame.locator('.failing-item vscode-link').click();
    const location = { file: 'test/cart.test.ts', line: 41, column: 10 };
    assert.deepEqual(await rig.host.said('command'), { kind: 'command', command: 'openLocation', arguments: location });
    rig.host.posted.length = 0;
    await frame.getByRole('button', { name: 'Open the whole dashboard' }).click();
    assert.deepEqual(await rig.host.said('command'), { kind: 'command', command: 'openDashboard', arguments: {} });
  });

  it('follows events, and asks through the host', async () => {
    const started: unknown[] = [];
    const answers = {
      ...usualAnswers,
      startRun: (input: unknown) => {
        started.push(input);
        return { executionId: executionId('run-10') };
      },
    };
    await using rig = await openWebview({ answers });
    const { frame } = rig.host;
    await frame.locator('.hero').waitFor();
    await rig.host.send({ kind: 'event', event: { type: 'workspace.changed', changedFiles: 7, branch: 'topic' } });
    await frame.getByText('7 changes').waitFor();
    await frame.getByRole('button', { name: 'Run impacted tests' }).click();
    await rig.host.send({
      kind: 'event',
      event: { type: 'notice.raised', id: 'n', severity: 'info', message: 'later' },
    });
    await frame.getByText('later').waitFor();
    assert.deepEqual(started, [{ trigger: 'editor' }]);
  });

  it('says that the agent stopped, and starts it', async () => {
    await using rig = await openWebview({ connection: { state: 'stopped', message: 'The agent ended with code 1.' } });
    const { frame } = rig.host;
    await frame.getByText('The agent ended with code 1.').waitFor();
    await frame.getByRole('button', { name: 'Start agent' }).click();
    assert.equal((await rig.host.said('command')).command, 'restartAgent');
    await rig.host.send({ kind: 'connection', connection: connected });
    await frame.locator('.hero').waitFor();
    await rig.host.send({ kind: 'connection', connection: { state: 'stopped', message: 'The agent has left.' } });
    await frame.getByText('The agent has left.').waitFor();
    assert.equal(await frame.locator('.hero').count(), 1);
  });

  it('says that the workspace is not trusted', async () => {
    await using rig = await openWebview({ connection: { state: 'untrusted', message: 'Nothing of it is run.' } });
    await rig.host.frame.getByRole('button', { name: 'Manage trust' }).click();
    assert.equal((await rig.host.said('command')).command, 'manageTrust');
  });

  it('ignores messages that do not fit', async () => {
    await using rig = await openWebview();
    const { frame } = rig.host;
    await frame.locator('.hero').waitFor();
    await rig.watched.page.evaluate(`frames[0].postMessage({ kind: 'event', event: { type: 'unheard' } }, '*')`);
    await rig.watched.page.evaluate(`frames[0].postMessage('hello', '*')`);
    await rig.host.send({ kind: 'event', event: { type: 'workspace.changed', changedFiles: 1, branch: 'main' } });
    await frame.getByText('1 change', { exact: true }).waitFor();
    assert.deepEqual(rig.watched.errors, []);
  });
});
