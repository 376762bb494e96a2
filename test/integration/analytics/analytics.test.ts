// Analytics in the real agent: what a run measures, what survives a restart, what is proposed and applied.
import assert from 'node:assert/strict';
import { operations } from '../../../agent/protocol/operations.ts';
import type { Execution, Step } from '../../../agent/protocol/execution.ts';
import { ExecutionId, StepId } from '../../../agent/protocol/ids.ts';
import { saveExecution } from '../../../agent/store/executions.ts';
import { openStore } from '../../../agent/store/store.ts';
import { silentLog } from '../../../agent/platform/log.ts';
import { systemClock } from '../../../agent/platform/clock.ts';
import path from 'node:path';
import { AgentRig } from '../../rig/agent-rig.ts';
import { GitRig } from '../../rig/git-rig.ts';
import { anExecution } from '../../rig/recorded.ts';

const project = {
  'package.json': '{ "type": "module", "scripts": { "test": "node --test" } }',
  'a.test.js':
    "import { it } from 'node:test';\nit('passes', () => {});\nit('fails', () => { throw new Error('no'); });\n",
};

describe('Analytics', function () {
  this.timeout(120_000);

  it('measure a run, and tell who listens', async () => {
    await using rig = await AgentRig.create(project);
    const run = await rig.run({ all: true });
    assert.equal(run.status, 'failed');
    await rig.event('metrics.recorded', ({ ids }) => ids.includes('run.duration'));
    const count = async (id: string) => (await rig.client.getMetricsSummary({ id })).count;
    for (const id of [
      'run.duration',
      'run.failed',
      'run.queue',
      'run.first_failure',
      'plan.duration',
      'test.failed',
      'agent.memory',
      'agent.state',
      'disk.free',
    ])
      assert.equal(await count(id), 1, id);
    const tests = await rig.client.getMetricsSummary({ id: 'test.duration' });
    assert.deepEqual([tests.count, tests.values[0]?.tags], [2, { framework: 'node:test' }]);
    const { points } = await rig.client.getMetricSeries({ id: 'test.duration', since: 0, tags: 'framework=node:test' });
    assert.equal(points[0]?.count, 2);
    const bottlenecks = await rig.client.getBottlenecks({});
    assert.equal(bottlenecks.executions, 1);
    assert.ok(bottlenecks.steps.some(({ kind }) => kind === 'tests'));
    const trends = await rig.client.analyzeTrends({ metricId: 'run.duration' });
    assert.match(trends.trends[0]?.summary ?? '', /not enough data yet: 1 value; a trend needs 20 over 3 days/);
  });

  it('keep a held alert, a silence and a rule over a restart', async () => {
    await using rig = await AgentRig.create(project);
    await rig.client.createMetricDefinition({
      id: 'size',
      name: 'Size',
      description: '',
      type: 'gauge',
      unit: 'bytes',
    });
    await rig.client.recordMetric({ id: 'size', value: 10 });
    const rule = {
      id: 'big',
      name: 'Big',
      metricId: 'size',
      severity: 'error',
      condition: { kind: 'threshold', aggregate: 'last', operator: '>', value: 5, windowSeconds: 86_400 },
    } as const;
    await rig.client.createAlertRule(rule);
    const fired = await rig.event('alert.changed', ({ alert }) => alert.rule === 'big' && alert.state === 'firing');
    await rig.client.resolveAlert({ id: fired.alert.id });
    await rig.client.createSilence({ rule: 'runs-slower', durationSeconds: 600 });
    await rig.restart();
    await rig.client.recordMetric({ id: 'size', value: 11 });
    assert.deepEqual(
      (await rig.client.listSilences({})).silences.map(({ rule: silenced }) => silenced),
      ['runs-slower'],
    );
    assert.ok((await rig.client.listAlertRules({})).rules.some(({ id }) => id === 'big'));
    const [alert] = (await rig.client.listAlerts({})).alerts;
    assert.deepEqual([alert?.state, alert?.isHeld], ['resolved', true]);
  });

  it('propose from recorded runs, apply only when told, and take it back', async () => {
    const repository = await GitRig.create({ 'a.txt': '1' });
    await recordRuns(repository);
    await using rig = await AgentRig.on(repository);
    const setting = async () =>
      (await rig.client.getConfiguration({})).settings.find(({ key }) => key === 'cicd.defaultTimeout');
    await rig.client.recordMetric({ id: 'run.duration', value: 20_000 });
    const { proposals } = await rig.client.listTuningProposals({});
    const proposal = proposals.find(({ setting: key }) => key === 'cicd.defaultTimeout');
    assert.ok(proposal !== undefined, JSON.stringify(proposals));
    assert.deepEqual(
      [(await setting())?.value, (await setting())?.source],
      [1800, 'default'],
      'nothing is changed by proposing',
    );
    await rig.client.applyTuningProposal({ id: proposal.id });
    assert.deepEqual([(await setting())?.value, (await setting())?.source], [proposal.proposed, 'tuning']);
    await rig.restart();
    assert.equal((await setting())?.source, 'tuning', 'also after a restart');
    await rig.client.undoTuningProposal({ id: proposal.id });
    assert.deepEqual([(await setting())?.value, (await setting())?.source], [1800, 'default']);
    await assert.rejects(rig.client.undoTuningProposal({ id: proposal.id }), /is undone, not applied/);
  });

  it('propose and forecast nothing where that is switched off', async () => {
    await using rig = await AgentRig.create(
      { 'a.txt': '1' },
      {
        environment: {
          NOODLE_ANALYTICS_AUTO_TUNING: 'false',
          NOODLE_ANALYTICS_PREDICTIVE_ANALYTICS: 'false',
          NOODLE_ANALYTICS_AI_ANALYTICS: 'false',
        },
      },
    );
    assert.deepEqual((await rig.client.listTuningProposals({})).proposals, []);
    await assert.rejects(
      rig.client.predictMetrics({ metricId: 'run.duration' }),
      /NOODLE_ANALYTICS_PREDICTIVE_ANALYTICS/,
    );
    await assert.rejects(rig.client.analyzeTrends({}), /NOODLE_ANALYTICS_AI_ANALYTICS/);
  });

  it('point from a change of level to the commit that came before it', async () => {
    const repository = await GitRig.create({ 'a.txt': '1' });
    await repository.git('commit', '--quiet', '--allow-empty', '--message', 'Grow');
    await using rig = await AgentRig.on(repository);
    await rig.client.createMetricDefinition({
      id: 'size',
      name: 'Size',
      description: '',
      type: 'gauge',
      unit: 'bytes',
    });
    const now = Date.now();
    const minuteMs = 60_000;
    // The commit was made just now: the level changes between the last value before it and the first one after.
    for (let index = 0; index < 40; index += 1) {
      const at = index < 20 ? now - (20 - index) * 4 * 60 * minuteMs : now - (40 - index);
      await rig.client.recordMetric({ id: 'size', value: (index < 20 ? 100 : 150) + (index % 5), at });
    }
    const { trends } = await rig.client.analyzeTrends({ metricId: 'size', days: 7 });
    const [change] = trends[0]?.changePoints ?? [];
    assert.ok(change !== undefined);
    assert.deepEqual(
      [Math.round(change.medianBefore), Math.round(change.medianAfter), change.commits.length],
      [102, 152, 1],
    );
    assert.match(trends[0]?.summary ?? '', /from 102 B to 152 B at .*, with [0-9a-f]{7} Grow/);
  });

  it('have the routes that were promised', () => {
    const routes = Object.values(operations).map(({ route }) => route);
    for (const route of [
      'POST /metrics',
      'POST /metrics/{id}/record',
      'GET /metrics/{id}/summary',
      'POST /alerts/rules',
      'GET /alerts',
      'POST /alerts/{id}/resolve',
      'GET /analytics/dashboard',
      'GET /analytics/trends',
    ] as const) {
      assert.ok(routes.includes(route), route);
    }
  });
});

/** Twelve short runs, as an earlier agent recorded them. */
async function recordRuns(repository: GitRig): Promise<void> {
  const directory = path.join(repository.root, '.git/noodle/store');
  const store = await openStore({ directory, clock: systemClock, log: silentLog, onNotice: () => {} });
  const now = Date.now();
  const step: Step = {
    id: StepId.parse('tests'),
    name: 'tests',
    kind: 'tests',
    state: 'succeeded',
    needs: [],
    exitCode: 0,
    reason: null,
    startedAt: null,
    finishedAt: null,
  };
  for (let index = 0; index < 12; index += 1) {
    const startedAt = now - 60_000 * (index + 1);
    const execution: Execution = anExecution(`run-${index}`, {
      id: ExecutionId.parse(`run-${index}`),
      queuedAt: startedAt,
      startedAt,
      finishedAt: startedAt + 20_000,
      steps: [{ ...step, startedAt, finishedAt: startedAt + 20_000 }],
    });
    await store.transact((tx) => saveExecution(tx, execution));
  }
  await store.dispose();
}
