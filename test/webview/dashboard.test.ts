// The page in a browser, against a scripted agent: what it shows, what it asks, how it follows.
import assert from 'node:assert/strict';
import type { NoodleEvent } from '../../agent/protocol/events.ts';
import { FailureError } from '../../agent/protocol/failure.ts';
import {
  alert,
  execution,
  executionId,
  failingTest,
  fingerprint,
  now,
  plan,
  snapshot,
  step,
  targetId,
  testId,
  testResult,
} from '../rig/dashboard-data.ts';
import { DashboardBench } from './dashboard-rig.ts';

const run10 = executionId('run-10');
const running = execution({
  id: run10,
  state: 'running',
  queuedAt: now,
  startedAt: now,
  finishedAt: null,
  finishedTests: 1,
  counts: { total: 2, passed: 2, failed: 0, skipped: 0 },
  firstFailureAtMs: null,
  steps: [
    step('plan'),
    step('build:core'),
    step('tests:vitest', { state: 'running', finishedAt: null, startedAt: now }),
  ],
});
const begun: readonly NoodleEvent[] = [
  { type: 'run.started', executionId: run10, trigger: 'watch', base: 'HEAD', branch: 'main', changedFiles: 3 },
  { type: 'execution.changed', execution: running },
  { type: 'plan.made', executionId: run10, plan: plan() },
];

describe('the dashboard in a browser', () => {
  const bench = new DashboardBench().use();

  it('answers first, and shows what it knows', async () => {
    await using rig = await bench.open();
    const { page } = rig;
    await page.getByText('1 of 9 impacted tests fails since your change to src/cart.ts').first().waitFor();
    await page.getByText('(40 s ago)').waitFor();
    assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), 'my-app');
    assert.match(await page.locator('.header').innerText(), /my-app\s+branch\s*main\s+3 changes/);
    assert.deepEqual(await page.locator('.stage-title').allTextContents(), [
      'Change',
      'Builds',
      'Tests 4/4 files',
      'Gate',
    ]);
    const failing = await page.locator('.panel-failing').innerText();
    assert.match(failing, /cart › total › applies the discount/);
    assert.match(failing, /expected\s+90\s+received\s+100/);
    assert.match(failing, /test\/cart\.test\.ts:41/);
    assert.match(await page.locator('.panel-saved').innerText(), /41 min\s+of tests|of tests\s+41 min/);
    assert.match(await page.locator('.panel-cost').innerText(), /0\.2 %[^]*96 MB[^]*18 MB/);
    assert.match(await page.locator('.panel-slowest').innerText(), /shop › opens with a thousand products\s+1\.8 s/);
    assert.equal(await page.title(), '1 of 9 impacted tests fails since your change to src/cart.ts · my-app');
    rig.assertQuiet();
  });

  it('opens a failure in the editor', async () => {
    await using rig = await bench.open();
    const link = rig.page.locator('.failing-item vscode-link');
    assert.equal(await link.getAttribute('href'), 'vscode://file/home/me/my-app/test/cart.test.ts:41:10');
  });

  it('follows a run by events, and moves nothing that is being read', async () => {
    await using rig = await bench.open();
    const { page, agent } = rig;
    await page.getByRole('button', { name: 'Why it ran' }).click();
    const first = page.locator('.failing-item').first();
    const before = await first.boundingBox();
    await page.getByRole('button', { name: 'Why it ran' }).focus();
    const id = testId('vitest:test/checkout.test.ts > checkout > pays by card');
    agent.emit(...begun, {
      type: 'test.finished',
      executionId: run10,
      result: testResult({ id, name: 'checkout > pays by card', status: 'failed', message: 'card refused' }),
    });
    await page.getByText('checkout › pays by card').first().waitFor();
    await page.getByText('1 test fails so far since your change to src/cart.ts').waitFor();
    assert.deepEqual(await page.locator('.failing-item .test-name').allTextContents(), [
      'applies the discount',
      'pays by card',
    ]);
    assert.equal((await first.boundingBox())?.x, before?.x);
    assert.equal(await page.evaluate('document.activeElement.textContent.trim()'), 'Why it ran');
    assert.equal(await page.evaluate('document.querySelector("progress").value'), 1);
    assert.match(await page.locator('.progress-text').innerText(), /1 of 4 test files/);
    rig.assertQuiet();
  });

  it('shows a run that was mended, and reads everything again at its end', async () => {
    await using rig = await bench.open();
    const { page, agent } = rig;
    await page.locator('.hero').waitFor();
    const counts = { total: 9, passed: 9, failed: 0, skipped: 0 };
    const over = execution({ ...running, state: 'succeeded', finishedAt: now + 2500, finishedTests: 4, counts });
    agent.answers.getAnalyticsDashboardData = () => snapshot({ current: over, recent: [over], failing: [] });
    agent.emit(
      ...begun,
      { type: 'test.finished', executionId: run10, result: testResult({ id: failingTest().id }) },
      {
        type: 'run.finished',
        executionId: run10,
        status: 'succeeded',
        reason: null,
        counts,
        firstFailureAtMs: null,
        durationMs: 2500,
        saved: { testsMs: 0, buildsMs: 0 },
        notes: [],
      },
    );
    await page.getByText('All 9 impacted tests pass; 1 test mended').first().waitFor();
    await agent.requested('getAnalyticsDashboardData', 2);
    await page.getByText('passes now').waitFor();
    assert.equal(await page.locator('.run-row').count(), 6);
    rig.assertQuiet();
  });

  it('starts runs', async () => {
    await using rig = await bench.open({ startRun: () => ({ executionId: run10 }) });
    const { page, agent } = rig;
    for (const [index, [name, params]] of Object.entries([
      ['Run impacted tests', { trigger: 'editor' }],
      ['Run all tests', { all: true, trigger: 'editor' }],
      ['Run failed tests (1)', { failed: true, trigger: 'editor' }],
    ] as const)) {
      await page.getByRole('button', { name, exact: true }).click();
      assert.deepEqual(await agent.requested('startRun', Number(index) + 1), params);
      agent.emit({ ...begun[0], executionId: executionId(`run-${20 + Number(index)}`) } as NoodleEvent);
    }
  });

  it('cancels a run', async () => {
    await using rig = await bench.open({ cancelExecution: () => running });
    const { page, agent } = rig;
    await page.locator('.hero').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Cancel run' }).count(), 0);
    agent.emit(...begun);
    await page.getByRole('button', { name: 'Cancel run' }).click();
    assert.deepEqual(await agent.requested('cancelExecution'), { id: 'run-10' });
    await page.getByRole('button', { name: 'Cancelling run' }).waitFor();
  });

  it('says why a run could not be started', async () => {
    await using rig = await bench.open({
      startRun: () => {
        throw new FailureError({ reason: 'not_trusted', message: 'The workspace is not trusted.', hint: 'Trust it.' });
      },
    });
    await rig.page.getByRole('button', { name: 'Run impacted tests' }).click();
    await rig.page.getByText('The workspace is not trusted. Trust it.').waitFor();
    await rig.page.getByRole('button', { name: 'Dismiss' }).click();
    await rig.page.getByText('The workspace is not trusted.').waitFor({ state: 'detached' });
  });

  it('opens a run to its results and its log', async () => {
    const failed = testResult({
      id: failingTest().id,
      name: 'cart > total > applies the discount',
      status: 'failed',
      message: 'expected 100 to be 90\nmore',
    });
    await using rig = await bench.open({
      getExecutionResults: () => ({
        plan: plan(),
        builds: [
          {
            target: targetId('core'),
            status: 'succeeded',
            durationMs: 800,
            cached: false,
            fingerprint,
            reason: 'src/cart.ts changed',
            problems: [],
            changedInputs: [],
          },
        ],
        tests: [testResult(), failed],
        notes: [],
      }),
      getExecutionLog: ({ stepId, offset }) =>
        offset === 0
          ? { text: `\u001b[31mlog of ${stepId ?? 'all'}\u001b[0m\n`, nextOffset: 20, droppedBytes: 0 }
          : { text: 'the rest\n', nextOffset: null, droppedBytes: 0 },
    });
    const { page } = rig;
    const row = page.locator('.run-row').first();
    await row.click();
    await page.getByText('src/cart.ts changed').waitFor();
    const tests = page.locator('.results').nth(1).locator('li');
    assert.equal(await tests.count(), 2);
    assert.match(await tests.first().innerText(), /cart › total › applies the discount/, 'failures come first');
    await page.getByRole('tab', { name: 'Log' }).click();
    assert.equal(await page.locator('.log-text').innerText(), 'log of all\n');
    await page.getByRole('button', { name: 'Read on' }).click();
    await page.getByText('the rest').waitFor();
    await page.getByRole('combobox', { name: 'Step' }).click();
    await page.getByRole('option', { name: 'vitest' }).click();
    await page.getByText('log of tests:vitest').waitFor();
    await row.click();
    await page.locator('.run-details').waitFor({ state: 'detached' });
    rig.assertQuiet();
  });

  it('explains why a test ran', async () => {
    await using rig = await bench.open({
      explain: ({ subject }) => ({
        explanations: [
          {
            subject,
            subjectKind: 'test',
            decision: 'selected',
            summary: 'It imports src/cart.ts.',
            path: [],
            facts: ['failed 2 of the last 6 changes of cart.ts'],
            executionId: null,
            at: null,
          },
        ],
      }),
    });
    const opener = rig.page.getByRole('button', { name: 'Why it ran' });
    await opener.click();
    await rig.page.getByText('It imports src/cart.ts.').waitFor();
    assert.deepEqual(await rig.page.locator('.path li').allTextContents(), [
      'src/cart.ts',
      'src/checkout.ts',
      'test/cart.test.ts',
    ]);
    assert.equal(await opener.getAttribute('aria-expanded'), 'true');
  });

  it('resolves an alert', async () => {
    await using rig = await bench.open({ resolveAlert: () => alert({ state: 'resolved', resolvedAt: now }) });
    await rig.page.getByRole('button', { name: 'Resolve: Runs take longer' }).click();
    assert.deepEqual(await rig.agent.requested('resolveAlert'), { id: 'alert-1' });
    await rig.page.locator('.alert[data-state="firing"]').waitFor({ state: 'detached' });
    assert.equal(await rig.page.locator('.alert[data-state="resolved"]').count(), 2);
  });

  it('connects again by itself, and says so meanwhile', async () => {
    await using rig = await bench.open();
    const { page, agent } = rig;
    await page.locator('.hero').waitFor();
    await agent.pause();
    await page.getByText('The agent does not answer.').waitFor();
    await page.getByText('This is as of 12:41.').waitFor();
    assert.equal(await page.locator('.hero').count(), 1, 'what was read stays');
    assert.equal(await page.getByRole('button', { name: 'Run impacted tests' }).isDisabled(), true);
    agent.answers.getAnalyticsDashboardData = () => snapshot({ failing: [], current: null, recent: [] });
    await agent.resume();
    await agent.requested('getAnalyticsDashboardData', 2);
    await page.getByText('The agent does not answer.').waitFor({ state: 'detached' });
    await page.getByText('Nothing fails.').waitFor();
  });

  it('shows the durations as a plot and as a table', async () => {
    await using rig = await bench.open();
    const { page } = rig;
    const plot = page.locator('noodle-duration-plot');
    await plot.locator('canvas').waitFor();
    const readout = (await page.locator('.plot-readout').innerText()).replaceAll('\u00a0', ' ');
    assert.equal(readout, 'Latest: 12:41 · failed · 2.9 s · first failure after 0.4 s');
    await plot.focus();
    await page.keyboard.press('Home');
    await page.getByText(/07:47 · failed/).waitFor();
    await page.keyboard.press('ArrowRight');
    await page.getByText(/07:53 · succeeded/).waitFor();
    await page.getByRole('button', { name: 'Show as table' }).click();
    await page.getByRole('row').nth(50).waitFor();
    assert.equal(await page.getByRole('row').count(), 51);
    assert.deepEqual(await page.getByRole('row').nth(1).getByRole('gridcell').allInnerTexts(), [
      '12:41',
      'failed',
      '2.9 s',
      '0.4 s',
    ]);
    await page.reload();
    await page.getByRole('button', { name: 'Show as plot' }).waitFor();
    rig.assertQuiet();
  });

  it('shows the beginning of 5,000 failing tests, and more when asked', async () => {
    const failing = Array.from({ length: 5000 }, (_, index) =>
      failingTest({ id: testId(`vitest:a.test.ts > ${index}`), name: `case ${index}` }),
    );
    await using rig = await bench.open({ getAnalyticsDashboardData: () => snapshot({ failing }) });
    const { page } = rig;
    await page.getByText('4,980 not shown').waitFor();
    assert.equal(await page.locator('.failing-item').count(), 20);
    await page.getByRole('button', { name: 'Show more failing tests' }).click();
    await page.getByText('4,880 not shown').waitFor();
    assert.equal(await page.locator('.failing-item').count(), 120);
  });

  it('shows names and messages of tests as text, whatever they are', async () => {
    const evil = '<img src=x onerror="window.isBroken = true"><script>window.isBroken = true</script>${1}';
    const link = { file: failingTest().failureAt?.file ?? running.name, line: 1 };
    const failing = [
      failingTest({
        name: evil,
        message: evil,
        expected: evil,
        actual: `${evil}\n2`,
        why: [evil, 'javascript:alert(1)'],
        failureAt: { ...link, file: `javascript:${evil}` as typeof link.file } as NonNullable<
          ReturnType<typeof failingTest>['failureAt']
        >,
      }),
    ];
    const repository = { ...snapshot().repository, name: evil, branch: evil };
    await using rig = await bench.open({
      getAnalyticsDashboardData: () => snapshot({ failing, repository, alerts: [alert({ message: evil })] }),
    });
    const { page } = rig;
    await page.getByRole('button', { name: 'Why it ran' }).click();
    assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), evil);
    assert.equal(await page.locator('.failing-item h3').textContent(), evil);
    assert.match((await page.locator('.failing-item vscode-link').getAttribute('href')) ?? '', /^vscode:\/\/file\//);
    assert.equal(await page.evaluate('document.querySelectorAll("#dashboard img, #dashboard script").length'), 0);
    assert.equal(await page.evaluate('window.isBroken'), undefined);
    rig.assertQuiet();
  });
});
