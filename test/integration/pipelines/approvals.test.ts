// Approvals: what somebody is asked over, and what an answer does.
import assert from 'node:assert/strict';
import { FailureError } from '../../../agent/protocol/failure.ts';
import { PipelineRig } from '../../rig/pipeline-rig.ts';

function reasonOf(error: unknown): string {
  assert.ok(error instanceof FailureError, String(error));
  return error.failure.reason;
}

describe('a pipeline that asks', () => {
  it('waits for an approval over the change, and goes on with the answer', async () => {
    await using rig = await PipelineRig.create({ 'src/a.txt': 'one\n' });
    await rig.repository.write({ 'src/a.txt': 'two\n', 'new/b.txt': 'three\nfour' });
    await rig.client.createPipeline({
      id: 'p',
      steps: { ask: { approval: 'Deploy it?' }, deploy: { command: 'true', needs: ['ask'] } },
    });
    const { executionId } = await rig.client.executePipeline({ id: 'p' });
    const asked = await rig.event('approval.changed', ({ approval }) => approval.executionId === executionId);
    assert.equal(
      asked.approval.risk?.sentence,
      'The risk is not known: 1 earlier change is too few to compare with, expected 30.',
    );
    assert.match(asked.approval.diff, /-one\n\+two/);
    assert.match(asked.approval.diff, /\+\+\+ b\/new\/b.txt\n@@ -0,0 \+1,2 @@\n\+three\n\+four\n\\ No newline/);
    assert.deepEqual(
      (await rig.client.listApprovals({ waiting: true })).approvals.map(({ stepId }) => stepId),
      ['ask'],
    );
    assert.deepEqual((await rig.client.listApprovals({})).approvals[0]?.risk, asked.approval.risk);
    const answered = await rig.client.decideApproval({ id: executionId, comment: 'looks good' });
    assert.deepEqual([answered.state, answered.decidedBy, answered.comment], ['approved', 'test', 'looks good']);
    const ended = await rig.ended(executionId);
    assert.deepEqual(rig.states(ended), { ask: 'succeeded: approved by test: looks good', deploy: 'succeeded' });
    const metrics = await rig.client.getPipelineMetrics({ id: executionId });
    assert.equal(metrics.steps.find(({ id }) => id === 'ask')?.durationMs, 0);
    const asking = ended.steps.find(({ id }) => id === 'ask');
    assert.equal(metrics.answerMs, (asking?.finishedAt ?? 0) - (asking?.startedAt ?? 0));
    assert.equal(metrics.durationMs, (ended.finishedAt ?? 0) - (ended.startedAt ?? 0) - metrics.answerMs);
    assert.equal(metrics.history.medianMs, metrics.durationMs);
    await assert.rejects(rig.client.decideApproval({ id: executionId }), (error) => reasonOf(error) === 'conflict');
  });

  it('shows and records no secret that a step wrote into a file', async () => {
    const secret = 'hunter2-and-more';
    await using rig = await PipelineRig.create({ 'src/a.txt': 'one\n' }, { MY_VALUE: secret });
    await rig.client.createPipeline({
      id: 'p',
      steps: {
        write: {
          command: 'echo "token=$V" > src/a.txt; printf %s "$V" | base64 > b.txt',
          secrets: { V: 'env:MY_VALUE' },
        },
        ask: { approval: 'Deploy it?', needs: ['write'] },
      },
    });
    await rig.repository.write({ 'src/a.txt': 'two\n', 'b.txt': '' });
    const { executionId } = await rig.client.executePipeline({ id: 'p' });
    const { approval } = await rig.event('approval.changed', (event) => event.approval.executionId === executionId);
    assert.match(approval.diff, /\+token=\*\*\*/);
    assert.match(approval.diff, /b\/b.txt\n@@ -0,0 \+1,1 @@\n\+\*\*\*/);
    const recorded = JSON.stringify([approval, await rig.client.listApprovals({})]);
    for (const form of [secret, Buffer.from(secret).toString('base64').slice(0, -3)])
      assert.ok(!recorded.includes(form), form);
    await rig.client.decideApproval({ id: executionId });
    await rig.ended(executionId);
  });

  it('of the type deploy asks first where approvals are required, and a no ends it', async () => {
    await using rig = await PipelineRig.create({}, { NOODLE_CICD_APPROVAL_REQUIRED: 'true' });
    await rig.client.createPipeline({ id: 'p', type: 'deploy', steps: { deploy: { command: 'true' } } });
    const { executionId } = await rig.client.executePipeline({ id: 'p' });
    await rig.event('approval.changed', ({ approval }) => approval.executionId === executionId);
    await rig.client.decideApproval({ id: executionId, decision: 'reject' });
    const ended = await rig.ended(executionId);
    assert.deepEqual(rig.states(ended), { approval: 'failed: rejected by test', deploy: 'skipped: approval failed' });
  });

  it('names in its question the steps that failed before it', async () => {
    await using rig = await PipelineRig.create();
    await rig.client.createPipeline({
      id: 'p',
      steps: { bad: { command: 'exit 1' }, ask: { approval: 'Go on?', needs: ['bad'], when: 'always()' } },
    });
    const { executionId } = await rig.client.executePipeline({ id: 'p' });
    const asked = await rig.event('approval.changed', ({ approval }) => approval.executionId === executionId);
    assert.equal(asked.approval.question, 'Go on? (failed already: bad)');
    assert.equal((await rig.client.listApprovals({ waiting: true })).approvals[0]?.question, asked.approval.question);
    const waiting = await rig.client.getExecutionStatus({ id: executionId });
    assert.match(waiting.steps.find(({ id }) => id === 'ask')?.reason ?? '', /Go on\? \(failed already: bad\)$/);
    await rig.client.decideApproval({ id: executionId });
    await rig.ended(executionId);
  });

  it('leaves its place to others while it waits', async () => {
    await using rig = await PipelineRig.create({}, { NOODLE_CICD_PARALLEL_PIPELINES: '1' });
    await rig.client.createPipeline({ id: 'asks', steps: { ask: { approval: 'Go on?' } } });
    const first = await rig.client.executePipeline({ id: 'asks' });
    await rig.event('approval.changed');
    const other = await rig.define({ steps: { a: { command: 'true' } } });
    assert.equal(other.state, 'succeeded');
    await rig.client.decideApproval({ id: first.executionId });
    assert.equal((await rig.ended(first.executionId)).state, 'succeeded');
  });
});
