// The sections of the page beside the present run: what they show, what they ask, and that they follow.
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { FailureError } from '../../agent/protocol/failure.ts';
import { axeViolations } from '../rig/axe.ts';
import { alert, now } from '../rig/dashboard-data.ts';
import { approval, proposal, rule, sectionAnswers } from '../rig/section-data.ts';
import { DashboardBench, overflow } from './dashboard-rig.ts';

const sections = ['Pipelines', 'Tests', 'Builds', 'Trends', 'Alerts', 'Delivery', 'Models'] as const;

async function open(page: Page, section: (typeof sections)[number]): Promise<void> {
  await page.getByRole('link', { name: section }).click();
  await page.locator('.columns .panel').first().waitFor();
}

describe('the sections of the dashboard', () => {
  const bench = new DashboardBench().use();

  it('plot a metric with its forecast, name what changed it, and are a table too', async () => {
    await using rig = await bench.open(sectionAnswers);
    const { page } = rig;
    await open(page, 'Trends');
    assert.deepEqual(await rig.agent.requested('getMetricSeries'), {
      id: 'run.duration',
      since: now - 30 * 86_400_000,
      points: 1000,
    });
    const plot = page.locator('noodle-series-plot');
    await plot.getByText('Latest:').waitFor();
    await plot.focus();
    await page.keyboard.press('Home');
    assert.match(await plot.locator('.plot-readout').innerText(), /· 2\.0 s$/);
    await page.keyboard.press('End');
    assert.match(await plot.locator('.plot-readout').innerText(), /expected 4\.0 s, between 3\.5 s and 4\.5 s/);
    assert.match(
      await page.locator('.panel-changes').innerText(),
      /2\.0 s → 4\.0 s[^]*a1b2c3d4 Load the catalogue at the start · Ada/,
    );
    await page.getByRole('button', { name: 'Show as table' }).click();
    await page.getByRole('grid', { name: 'Duration of a run' }).waitFor();
    rig.assertQuiet();
  });

  it('plot what there is before anything can be expected of it', async () => {
    const tooFew = new FailureError({ reason: 'conflict', message: 'run.duration has no values of a whole day yet' });
    await using rig = await bench.open({ ...sectionAnswers, predictMetrics: () => Promise.reject(tooFew) });
    await open(rig.page, 'Trends');
    await rig.page.locator('noodle-series-plot').getByText('Latest:').waitFor();
    rig.assertQuiet();
  });

  it('have links that can be kept: section, time and metric', async () => {
    await using rig = await bench.open(sectionAnswers);
    const { page } = rig;
    await page.goto(`${rig.agent.address}#section=trends&days=7&metric=bundle.size&aggregate=p99&nonsense=1`);
    await page.reload();
    await page.getByText('No values in this time.').waitFor();
    assert.equal(await page.locator('.panel-series h2').textContent(), 'Size of the bundle');
    await open(page, 'Alerts');
    assert.equal(new URL(page.url()).hash, '#section=alerts&days=7&metric=bundle.size&aggregate=p99');
    await page.goBack();
    await page.locator('.panel-series').waitFor();
    rig.assertQuiet();
  });

  it('run pipelines and answer what waits', async () => {
    await using rig = await bench.open({
      ...sectionAnswers,
      executePipeline: () => ({ executionId: approval.executionId }),
      decideApproval: () => ({ ...approval, state: 'approved' }),
    });
    const { page, agent } = rig;
    await open(page, 'Pipelines');
    await page.getByText('What changed').click();
    await page.getByText('"version": "1.4.0"').waitFor();
    agent.answers.listApprovals = () => ({ approvals: [] });
    await page.getByRole('button', { name: 'Approve ship of release' }).click();
    assert.deepEqual(await agent.requested('decideApproval'), { id: 'run-11', stepId: 'ship', decision: 'approve' });
    await page.locator('.panel-approvals').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Run release' }).click();
    assert.deepEqual(await agent.requested('executePipeline'), { id: 'release', trigger: 'editor' });
    rig.assertQuiet();
  });

  it('gather failures by cause, and let a test fail by chance', async () => {
    await using rig = await bench.open({ ...sectionAnswers, quarantineTest: () => ({ tests: [] }) });
    const { page, agent } = rig;
    await open(page, 'Tests');
    assert.match(
      await page.locator('.panel-triage').innerText(),
      /expected 90, received 100 new[^]*1 test · since 40 s ago · @shop[^]*suspected: src\/cart\.ts[^]*npx vitest run/,
    );
    assert.match(
      await page.locator('.panel-flaky').innerText(),
      /clock > ticks[^]*fails 12 % of the time by chance \(4 of 40\) · time/,
    );
    assert.match(
      await page.locator('.panel-regret').innerText(),
      /1 failure outside of the selection in 18 audited runs/,
    );
    assert.match(await page.locator('.panel-coverage').innerText(), /80 %/);
    assert.match(await page.locator('.panel-suggestions').innerText(), /refund[^]*no test runs it/);
    await page.getByRole('button', { name: 'Quarantine for 14 days' }).click();
    assert.deepEqual(await agent.requested('quarantineTest'), {
      test: 'vitest:test/clock.test.ts > clock > ticks',
      until: now + 14 * 86_400_000,
    });
    rig.assertQuiet();
  });

  it('tell what targets cost, save and wait for, and why they were built', async () => {
    const explanation = {
      subject: 'core',
      subjectKind: 'target',
      decision: 'selected',
      summary: 'src/a.ts changed since its last build',
      path: [],
      facts: ['src/a.ts'],
      executionId: null,
      at: null,
    } as const;
    await using rig = await bench.open({
      ...sectionAnswers,
      explain: () => ({ explanations: [{ ...explanation, path: [], facts: [...explanation.facts] }] }),
    });
    const { page } = rig;
    await open(page, 'Builds');
    assert.match(
      await page.locator('.panel-targets').innerText(),
      /core on the critical path[^]*npm run build · needs tokens[^]*0\.8 s[^]*asked for 40 times · 78 % without building · 1 failed · 25 s saved/,
    );
    assert.match(await page.locator('.panel-build-totals').innerText(), /78 %/);
    await page.getByRole('button', { name: 'Why' }).click();
    await page.getByText('src/a.ts changed since its last build').waitFor();
    rig.assertQuiet();
  });

  it('acknowledge, silence and resolve alerts, and switch rules', async () => {
    await using rig = await bench.open({
      ...sectionAnswers,
      acknowledgeAlert: () => alert(),
      createSilence: () => ({
        id: 's',
        rule: null,
        metricId: null,
        severity: null,
        tags: {},
        reason: '',
        createdBy: 'x',
        startsAt: 0,
        endsAt: 1,
        notes: [],
      }),
      resolveAlert: () => alert({ state: 'resolved', resolvedAt: now }),
      createAlertRule: () => ({ rule, notes: [] }),
      deleteSilence: () => ({ deleted: true }),
    });
    const { page, agent } = rig;
    await open(page, 'Alerts');
    assert.match(
      await page.locator('.panel-configuration-problems').innerText(),
      /^1 problem of the configuration\s+noodle.yaml:28: alerts.rules.broken.severity: found "urgent"/,
    );
    const firing = page.locator('.panel-firing');
    await firing.getByRole('button', { name: 'Acknowledge' }).click();
    assert.deepEqual(await agent.requested('acknowledgeAlert'), { id: alert().id });
    await firing.getByRole('button', { name: 'Silence' }).click();
    assert.deepEqual(await agent.requested('createSilence'), { rule: alert().rule, durationSeconds: 3600 });
    await firing.getByRole('button', { name: 'Resolve' }).click();
    assert.deepEqual(await agent.requested('resolveAlert'), { id: alert().id });
    await page.getByRole('button', { name: 'Switch off: Runs are slower' }).click();
    assert.deepEqual(await agent.requested('createAlertRule'), { ...rule, isEnabled: false });
    await page.getByRole('button', { name: 'End the silence of disk' }).click();
    assert.deepEqual(await agent.requested('deleteSilence'), { id: 's' });
    assert.match(
      await page.locator('.panel-channels').innerText(),
      /team slack · from error on\s+answered 500, tried again in 40 s · 2 messages waiting/,
    );
    rig.assertQuiet();
  });

  it('follow: an alert that changes is read again, without a button', async () => {
    await using rig = await bench.open(sectionAnswers);
    const { page, agent } = rig;
    await open(page, 'Alerts');
    agent.answers.listAlerts = () => ({ alerts: [] });
    agent.emit({ type: 'alert.changed', alert: alert({ state: 'resolved', resolvedAt: now }) });
    await page.locator('.panel-firing').getByText('Nothing fires.').waitFor();
    rig.assertQuiet();
  });

  it('tell how deliveries go with their definitions, and apply a proposal when told', async () => {
    await using rig = await bench.open({
      ...sectionAnswers,
      applyTuningProposal: () => ({ ...proposal, state: 'applied' }),
    });
    const { page, agent } = rig;
    await open(page, 'Delivery');
    assert.match(
      await page.locator('.panel-dora').innerText(),
      /Lead time\s+36 h\s+of 12\. The median over the time shown[^]*Time to green\s+not known/,
    );
    assert.match(await page.locator('.panel-bottlenecks').innerText(), /Tests of vitest[^]*71 %/);
    agent.answers.listTuningProposals = () => ({ proposals: [{ ...proposal, state: 'applied' }] });
    await page.getByRole('button', { name: 'Apply: test.parallelExecutions' }).click();
    assert.deepEqual(await agent.requested('applyTuningProposal'), { id: 'tests-parallel' });
    await page.getByRole('button', { name: 'Undo: test.parallelExecutions' }).waitFor();
    rig.assertQuiet();
  });

  it('say how good the models are, which decide, and how risky the change is', async () => {
    await using rig = await bench.open(sectionAnswers);
    const { page } = rig;
    await open(page, 'Models');
    assert.match(
      await page.locator('.panel-models').innerText(),
      /change-risk 3b5f17 · decides[^]*0\.767 mean AUC \(size alone 0\.678\)[^]*test-failure 5bb8e5 · stands aside/,
    );
    assert.match(
      await page.locator('.panel-build-estimates').innerText(),
      /Estimated by the history of each target: the model was not surely better[^]*history of the target\s+0\.710\s+0\.040\s+model\s+0\.660\s+0\.090/,
    );
    assert.match(
      await page.locator('.panel-risk').innerText(),
      /What is not committed is riskier than 92 % of 412 earlier changes/,
    );
    rig.assertQuiet();
  });

  it('say what cannot be read, and read it again', async () => {
    await using rig = await bench.open({ ...sectionAnswers, getCapacity: () => Promise.reject(new Error('no')) });
    const { page, agent } = rig;
    await page.getByRole('link', { name: 'Delivery' }).click();
    await page.locator('.section-failure').waitFor();
    Object.assign(agent.answers, { getCapacity: sectionAnswers.getCapacity });
    await page.getByRole('button', { name: 'Read again' }).click();
    await page.locator('.panel-capacity').waitFor();
  });

  for (const section of sections) {
    it(`fit pages of 300 to 2000 px, and axe finds nothing: ${section}`, async () => {
      for (const [width, colorScheme] of [
        [300, 'light'],
        [800, 'dark'],
        [2000, 'light'],
      ] as const) {
        await using rig = await bench.open(sectionAnswers, { viewport: { width, height: 900 }, colorScheme });
        await open(rig.page, section);
        assert.equal(await overflow(rig.page), 0, `${width}`);
        assert.deepEqual(await axeViolations(rig.page), [], `${width} ${colorScheme}`);
        rig.assertQuiet();
      }
    });
  }
});
