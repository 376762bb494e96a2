// What the page says when there is nothing to show: why, and what to do.
import assert from 'node:assert/strict';
import { execution, executionId, now, snapshot } from '../rig/dashboard-data.ts';
import { DashboardBench } from './dashboard-rig.ts';

const untouched = snapshot({ current: null, recent: [], failing: [], durations: [], slowest: [], alerts: [] });

describe('the dashboard without anything to show', () => {
  const bench = new DashboardBench().use();

  it('offers the first run', async () => {
    await using rig = await bench.open({
      getAnalyticsDashboardData: () => untouched,
      startRun: () => ({ executionId: executionId('run-1') }),
    });
    const { page, agent } = rig;
    await page.getByText('Noodle found npm workspaces (2 targets), vitest (41 files).').waitFor();
    await page.locator('.empty-page').getByRole('button', { name: 'Run all tests' }).click();
    assert.deepEqual(await agent.requested('startRun'), { all: true, trigger: 'editor' });
    agent.emit({
      type: 'execution.changed',
      execution: execution({
        id: executionId('run-1'),
        state: 'running',
        finishedAt: null,
        startedAt: now,
        plannedTests: 0,
        finishedTests: 0,
        counts: { total: 0, passed: 0, failed: 0, skipped: 0 },
        firstFailureAtMs: null,
        steps: [],
      }),
    });
    await page.getByText('Working out what the change can affect').first().waitFor();
    assert.equal(await page.locator('.empty-page').count(), 0);
    rig.assertQuiet();
  });

  it('says what it looks for when it finds no tests, and why it did not find them', async () => {
    const repository = { ...untouched.repository, found: [] };
    await using rig = await bench.open({
      getAnalyticsDashboardData: () => ({ ...untouched, repository }),
      listTests: () => ({ files: [], problems: ['vitest is in package.json but not installed: run npm install'] }),
    });
    const { page, agent } = rig;
    await page.getByText('No tests and no builds found').waitFor();
    await page.getByText('vitest is in package.json but not installed: run npm install').waitFor();
    agent.answers.getAnalyticsDashboardData = () => untouched;
    agent.emit({ type: 'tests.changed', changed: [], removed: [] });
    await page.getByText('Nothing has run yet').first().waitFor();
  });

  it('says that it reads', async () => {
    const { promise, resolve } = Promise.withResolvers<ReturnType<typeof snapshot>>();
    await using rig = await bench.open({ getAnalyticsDashboardData: () => promise });
    await rig.page.getByText('Reading what the agent knows').waitFor();
    resolve(snapshot());
    await rig.page.locator('.hero').waitFor();
  });

  it('says what is broken, and reads again', async () => {
    await using rig = await bench.open({
      getAnalyticsDashboardData: () => {
        throw new Error('no such table: test_results');
      },
    });
    const { page, agent } = rig;
    await page.getByRole('heading', { name: 'A defect in Noodle' }).waitFor();
    await page.getByText('no such table: test_results').waitFor();
    agent.answers.getAnalyticsDashboardData = () => snapshot();
    await page.getByRole('button', { name: 'Read again' }).click();
    await page.locator('.hero').waitFor();
  });

  it('says how to get in when it is not signed in, and does not try again', async () => {
    await using rig = await bench.open({}, { refusal: { reason: 'unauthorized', message: 'wrong token' } });
    await rig.page.getByRole('heading', { name: 'Not signed in' }).waitFor();
    assert.equal(rig.agent.requests.length, 1);
  });

  it('says that the versions differ', async () => {
    await using rig = await bench.open(
      {},
      { refusal: { reason: 'version_mismatch', message: 'The agent speaks version 2, the client 1.' } },
    );
    await rig.page.getByText('The agent speaks version 2, the client 1.').waitFor();
  });

  it('says that no agent answers, and finds the one that comes', async () => {
    const { promise } = Promise.withResolvers<ReturnType<typeof snapshot>>();
    await using rig = await bench.open({ getAnalyticsDashboardData: () => promise });
    const { page, agent } = rig;
    await agent.requested('getAnalyticsDashboardData');
    await agent.pause();
    await page.getByRole('heading', { name: 'The agent is not connected' }).waitFor();
    agent.answers.getAnalyticsDashboardData = () => snapshot();
    await agent.resume();
    await page.locator('.hero').waitFor();
  });
});
