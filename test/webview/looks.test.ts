// Widths, themes, keyboard and assistive technology.
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { axeViolations } from '../rig/axe.ts';
import { failingTest, fingerprint, plan, snapshot, targetId, testId, testResult } from '../rig/dashboard-data.ts';
import type { ScriptedAnswers } from '../rig/scripted-agent.ts';
import { DashboardBench, overflow } from './dashboard-rig.ts';

const long = 'a'.repeat(300);

/** Everything that can be open is open, with words longer than any column. */
const full: ScriptedAnswers = {
  getAnalyticsDashboardData: () =>
    snapshot({
      failing: [
        failingTest(),
        failingTest({
          id: testId('long'),
          name: `suite > ${long}`,
          message: `${long}\n`.repeat(9),
          expected: `${long}\nb`,
          actual: `${long}\nc`,
          why: [long, long],
        }),
      ],
    }),
  getExecutionResults: () => ({
    plan: plan(),
    builds: [
      {
        target: targetId('core'),
        status: 'succeeded',
        durationMs: 800,
        cached: false,
        fingerprint,
        reason: long,
        problems: [],
        changedInputs: [],
      },
    ],
    tests: [testResult(), testResult({ id: testId('long'), name: long, status: 'failed', message: long })],
    notes: [long],
  }),
  getExecutionLog: () => ({ text: `${long}${long}\n`.repeat(50), nextOffset: 9, droppedBytes: 1_200_000 }),
  explain: () => ({
    explanations: [
      {
        subject: 'x',
        subjectKind: 'test',
        decision: 'selected',
        summary: long,
        path: [],
        facts: [long],
        executionId: null,
        at: null,
      },
    ],
  }),
};

async function openEverything(page: Page): Promise<void> {
  for (const opener of await page.getByRole('button', { name: 'Why it ran' }).all()) await opener.click();
  await page.locator('.run-row').first().click();
  await page.locator('.result').first().waitFor();
}

describe('how the dashboard looks', () => {
  const bench = new DashboardBench().use();

  for (const width of [300, 480, 800, 1600, 2000]) {
    it(`is not wider than a page of ${width} px`, async () => {
      await using rig = await bench.open(full, { viewport: { width, height: 900 } });
      await openEverything(rig.page);
      assert.equal(await overflow(rig.page), 0, 'results');
      await rig.page.getByRole('tab', { name: 'Log' }).click();
      await rig.page.locator('.log-text').waitFor();
      await rig.page.getByRole('button', { name: 'Show as table' }).click();
      assert.equal(await overflow(rig.page), 0, 'log and table');
      rig.assertQuiet();
    });
  }

  for (const [name, media] of Object.entries({
    light: { colorScheme: 'light' },
    dark: { colorScheme: 'dark' },
    'high contrast': { colorScheme: 'dark', contrast: 'more' },
    'light high contrast': { colorScheme: 'light', contrast: 'more' },
  } as const)) {
    it(`has nothing that axe finds in ${name}`, async () => {
      await using rig = await bench.open(full, media);
      const { page } = rig;
      await openEverything(page);
      assert.deepEqual(await axeViolations(page), [], 'results');
      await page.getByRole('tab', { name: 'Log' }).click();
      await page.locator('.log-text').waitFor();
      await page.getByRole('button', { name: 'Show as table' }).click();
      assert.deepEqual(await axeViolations(page), [], 'log and table');
      rig.assertQuiet();
    });
  }

  it('has nothing that axe finds when nothing has run', async () => {
    await using rig = await bench.open({
      getAnalyticsDashboardData: () => snapshot({ current: null, recent: [], failing: [] }),
    });
    await rig.page.getByRole('heading', { name: 'Nothing has run yet' }).waitFor();
    assert.deepEqual(await axeViolations(rig.page), []);
  });

  it('can be walked and used by keyboard alone', async () => {
    await using rig = await bench.open(full);
    const { page } = rig;
    await page.locator('.hero').waitFor();
    const walked: string[] = [];
    for (let presses = 0; presses < 16; presses++) {
      await page.keyboard.press('Tab');
      walked.push(String(await page.evaluate(focusedName)));
    }
    assert.deepEqual(walked.slice(0, 16), [
      'Run impacted tests',
      'Run all tests',
      'Run failed tests (2)',
      'Now',
      'Pipelines',
      'Tests',
      'Builds',
      'Trends',
      ' firing',
      'Delivery',
      'Models',
      'test/cart.test.ts:41',
      'Why it ran',
      'test/cart.test.ts:41',
      'Why it ran',
      'failed',
    ]);
    await page.locator('.run-row').first().focus();
    await page.keyboard.press('Enter');
    await page.locator('.result').first().waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowRight');
    await page.locator('.log-text').waitFor();
    assert.equal(await page.getByRole('tab', { name: 'Log' }).getAttribute('aria-selected'), 'true');
  });

  it('keeps the focus on a button that can do nothing for a while', async () => {
    await using rig = await bench.open(full);
    const { page, agent } = rig;
    await page.locator('.hero').waitFor();
    await page.keyboard.press('Tab');
    await agent.pause();
    await page.getByText('The agent does not answer.').waitFor();
    assert.equal(await page.evaluate(focusedName), 'Run impacted tests');
    await page.keyboard.press('Enter');
    await agent.resume();
    await page.getByText('The agent does not answer.').waitFor({ state: 'detached' });
    assert.equal(await page.evaluate(focusedName), 'Run impacted tests');
    await page.keyboard.press('Enter');
    await agent.requested('startRun');
    assert.equal(agent.requests.filter(({ method }) => method.endsWith('startRun')).length, 1);
  });

  it('shows where the focus is', async () => {
    await using rig = await bench.open();
    const row = rig.page.locator('.run-row').first();
    await row.focus();
    await rig.page.keyboard.press('Tab');
    await rig.page.keyboard.press('Shift+Tab');
    assert.equal(await rig.page.evaluate('getComputedStyle(document.activeElement).outlineStyle'), 'solid');
    assert.equal(await rig.page.evaluate('document.activeElement.className'), 'run-row');
  });

  it('tells a screen reader what changes', async () => {
    await using rig = await bench.open();
    const status = rig.page.getByRole('status').filter({ hasText: 'impacted' });
    assert.equal(await status.textContent(), '1 of 9 impacted tests fails since your change to src/cart.ts');
  });

  it('does not move where motion is not wanted', async () => {
    await using rig = await bench.open({}, { reducedMotion: 'reduce' });
    await rig.page.locator('.hero').waitFor();
    assert.equal(await rig.page.evaluate('document.getAnimations().length'), 0);
  });

  it('follows the theme of the system while it is open', async () => {
    await using rig = await bench.open({}, { colorScheme: 'light' });
    const background = (): Promise<unknown> => rig.page.evaluate('getComputedStyle(document.body).backgroundColor');
    await rig.page.locator('.hero').waitFor();
    assert.equal(await background(), 'rgb(255, 255, 255)');
    await rig.page.emulateMedia({ colorScheme: 'dark' });
    await rig.page.locator('body.vscode-dark').waitFor();
    assert.equal(await background(), 'rgb(31, 31, 31)');
    const control = `getComputedStyle(document.querySelector('.actions [appearance="secondary"]')).backgroundColor`;
    await rig.page.waitForFunction(`${control} === 'rgb(49, 49, 49)'`);
  });
});

/** The label of what has the focus, or the first word that a screen reader says of it. */
const focusedName = `(() => {
  const { activeElement } = document;
  return activeElement.getAttribute('aria-label') ?? activeElement.querySelector('.unseen')?.textContent ?? activeElement.textContent.trim();
})()`;
