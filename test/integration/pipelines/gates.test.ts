// Gates over the real agent: what is on record decides, and what nothing is known of does not pass.
import assert from 'node:assert/strict';
import { PipelineRig } from '../../rig/pipeline-rig.ts';

const tests = {
  'a.py': 'x = 1\n',
  'test_a.py': 'import unittest\nclass A(unittest.TestCase):\n  def test_a(self): pass\n',
};

describe('a gate of a pipeline', () => {
  it('passes when every test file passed last, and not before it ran', async () => {
    await using rig = await PipelineRig.create(tests);
    const gate = { gate: { kind: 'pre-deployment' as const } };
    const deploy = { command: 'true', needs: ['gate'] };
    const before = await rig.define({ type: 'deploy', steps: { gate, deploy } });
    assert.equal(before.state, 'failed');
    assert.deepEqual(rig.states(before), {
      gate: 'failed: no evidence: all tests: test_a.py never ran',
      deploy: 'skipped: gate failed',
    });
    const after = await rig.define({
      type: 'deploy',
      steps: { test: { tests: 'all' }, gate: { ...gate, needs: ['test'] }, deploy },
    });
    assert.equal(rig.states(after)['gate'], 'succeeded: all tests: 1 test file passed');
    assert.equal(after.state, 'succeeded');
  });

  it('asks for the test suites of its type, and for those that it names', async () => {
    await using rig = await PipelineRig.create(tests);
    const none = await rig.define({ steps: { gate: { gate: { kind: 'security' } } } });
    assert.match(none.reason ?? '', /no evidence: no test suite of the type security is declared/);
    const [test] = (await rig.client.listTests({})).files;
    assert.ok(test !== undefined);
    await rig.client.createTestSuite({ id: 'safe', type: 'security', tests: [test.id] });
    const unknown = await rig.define({ steps: { gate: { gate: { kind: 'security', suites: ['saef'] } } } });
    assert.match(unknown.reason ?? '', /there is no test suite saef; perhaps safe is meant/);
    const { executionId } = await rig.client.executeTests({ id: 'safe' });
    await rig.over(executionId);
    const found = await rig.define({ steps: { gate: { gate: { kind: 'security' } } } });
    assert.deepEqual(rig.states(found), { gate: 'succeeded: the test suite safe: 1 test file passed' });
  });

  it('after a deployment counts only what was recorded since', async () => {
    await using rig = await PipelineRig.create();
    await rig.client.createMetricDefinition({
      id: 'errors',
      name: 'Errors',
      description: '',
      type: 'gauge',
      unit: '1',
    });
    await rig.client.recordMetric({ id: 'errors', value: 0.01, tags: {} });
    const gate = { kind: 'post-deployment' as const, metrics: [{ metric: 'errors', below: 0.05 }], after: 'deploy' };
    await rig.client.createPipeline({
      id: 'p',
      type: 'deploy',
      steps: {
        deploy: { command: 'true' },
        early: { gate, needs: ['deploy'], allowFailure: true },
        measure: { approval: 'Measured?', needs: ['early'] },
        late: { gate, needs: ['measure'] },
      },
    });
    const { executionId } = await rig.client.executePipeline({ id: 'p' });
    await rig.event('approval.changed');
    await rig.client.recordMetric({ id: 'errors', value: 0.02, tags: {} });
    await rig.client.decideApproval({ id: executionId });
    const ended = await rig.ended(executionId);
    assert.deepEqual(
      ended.steps.filter(({ kind }) => kind === 'gate').map(({ reason }) => reason),
      [
        'failed, which is allowed: no evidence: errors has no value since deploy had ended',
        'last of errors is 0.02, expected below 0.05 (1 value)',
      ],
    );
  });

  it('is not asked where its setting is false', async () => {
    await using rig = await PipelineRig.create({}, { NOODLE_CICD_PERFORMANCE_TESTS: 'false' });
    const ended = await rig.define({
      steps: { gate: { gate: { kind: 'performance' } }, next: { command: 'true', needs: ['gate'] } },
    });
    assert.deepEqual(rig.states(ended), {
      gate: 'skipped: cicd.performanceTests (NOODLE_CICD_PERFORMANCE_TESTS) is false: performance gates are not asked',
      next: 'succeeded',
    });
  });

  it('is refused where it could not decide', async () => {
    await using rig = await PipelineRig.create();
    const refused = (gate: object, more: object = {}) =>
      rig.client.createPipeline({ id: 'p', steps: { a: { gate: { kind: 'performance', ...gate } } }, ...more }).then(
        () => 'taken',
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
    assert.match(await refused({ kind: 'pre-deployment' }), /stands in a pipeline of the type deploy, found build/);
    assert.match(
      await refused({ kind: 'post-deployment' }, { type: 'deploy' }),
      /names the step that deploys: `after`/,
    );
    assert.match(await refused({ metrics: [{ metric: 'x' }] }), /steps.a.gate.metrics.0: found no limit/);
    assert.match(await refused({ after: 'b' }), /steps.a.gate.after: found "b", which is no step before it/);
    assert.equal(await refused({}), 'taken');
  });
});
