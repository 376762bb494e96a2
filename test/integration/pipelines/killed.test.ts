// What is left of pipelines when the agent is killed.
import assert from 'node:assert/strict';
import type { Client } from '../../../agent/protocol/client.ts';
import type { ExecutionId } from '../../../agent/protocol/ids.ts';
import { GitRig } from '../../rig/git-rig.ts';
import { killPipelines, killWhenUp, shortly, tenSteps } from '../../rig/killed-pipelines.ts';
import { PipelineRig } from '../../rig/pipeline-rig.ts';

describe('an agent that is killed while it runs 20 pipelines', () => {
  it('loses none, leaves none stuck and no process behind', async function () {
    // Three processes start one after the other, and twenty pipelines run in them.
    this.timeout(300_000);
    await using repository = await GitRig.create({ 'noodle.yaml': tenSteps });
    const moments = [0.2, 0.9];
    const aftermath = await killPipelines({
      root: repository.root,
      kills: 2,
      executions: 20,
      longestMs: 1500,
      when: () => moments.shift() ?? 0.5,
    });
    assert.ok(aftermath.acknowledged.length >= 20, `${aftermath.acknowledged.length} were acknowledged`);
    assert.equal(aftermath.executions.length, aftermath.acknowledged.length);
    for (const { id, state, reason, steps } of aftermath.executions) {
      if (state === 'interrupted')
        assert.match(
          reason ?? '',
          /once was running and is not marked as idempotent; `noodle pipeline rerun run-.* --failed` goes on$/,
          id,
        );
      else assert.equal(state, 'succeeded', `${id}: ${reason}`);
      for (const step of steps)
        assert.ok(step.state === 'succeeded' || step.state === 'interrupted', `${id} ${step.id}: ${step.state}`);
    }
    assert.deepEqual(aftermath.processesLeft, []);
  });
});

const threeSteps =
  'pipelines:\n  p:\n    steps:\n      a: { command: "echo a >> ran.txt; echo first" }\n      b: { command: "echo b >> ran.txt; echo up; test -e go || exec sleep 600", idempotent: true, needs: [a] }\n      c: { command: "echo c >> ran.txt", needs: [b] }\n';

describe('an execution of a killed agent', () => {
  it('is gone on with at its first unfinished step, under its id', async function () {
    this.timeout(120_000);
    await using repository = await GitRig.create({
      'noodle.yaml': threeSteps,
    });
    const id = await killWhenUp(repository.root, 'p');
    await repository.write({ go: '' });
    await using rig = await PipelineRig.on(repository, { resumes: true });
    const ended = await rig.over(id);
    assert.equal(ended.state, 'succeeded', ended.reason ?? '');
    assert.deepEqual(rig.states(ended), { a: 'succeeded', b: 'succeeded', c: 'succeeded' });
    assert.equal(await repository.read('ran.txt'), 'a\nb\nb\nc\n');
    const { text } = await rig.client.getExecutionLog({ id, stepId: rig.step('a') });
    assert.equal(text, 'first\n', 'what was printed before is still there');
  });

  it('shows as interrupted to commands that only look, and is gone on with by the next agent that stays', async function () {
    this.timeout(120_000);
    await using repository = await GitRig.create({ 'noodle.yaml': threeSteps });
    const id = await killWhenUp(repository.root, 'p');
    await repository.write({ go: '' });
    const [shown, { executions }] = await shortly(repository.root, (client) =>
      Promise.all([client.getExecutionStatus({ id }), client.listExecutions({ limit: 10 })]),
    );
    assert.equal(shown.state, 'interrupted');
    assert.match(
      shown.reason ?? '',
      /^the agent was stopped while it ran: `noodle serve` or an editor goes on with it; `noodle pipeline rerun run-.* --failed` goes on at once$/,
    );
    assert.deepEqual(executions, [shown]);
    await using rig = await PipelineRig.on(repository, { resumes: true });
    const ended = await rig.over(id);
    assert.deepEqual(rig.states(ended), { a: 'succeeded', b: 'succeeded', c: 'succeeded' });
    assert.equal(await repository.read('ran.txt'), 'a\nb\nb\nc\n');
  });

  for (const [name, givesUp] of [
    ['run again', (client: Client, id: ExecutionId) => client.rerunExecution({ id, failed: true })],
    ['cancelled', (client: Client, id: ExecutionId) => client.cancelExecution({ id })],
  ] as const)
    it(`is not gone on with once it was ${name}`, async function () {
      this.timeout(120_000);
      await using repository = await GitRig.create({ 'noodle.yaml': threeSteps });
      const id = await killWhenUp(repository.root, 'p');
      await shortly<unknown>(repository.root, (client) => givesUp(client, id));
      await using rig = await PipelineRig.on(repository, { resumes: true });
      assert.equal((await rig.client.getExecutionStatus({ id })).state, 'interrupted');
    });

  it('is interrupted with the way to go on when a step must not be run twice', async function () {
    this.timeout(120_000);
    await using repository = await GitRig.create({
      'noodle.yaml':
        'pipelines:\n  p:\n    steps:\n      a: { command: "echo a >> ran.txt" }\n      b: { command: "echo up; test -e go || exec sleep 600", needs: [a] }\n',
    });
    const id = await killWhenUp(repository.root, 'p');
    await repository.write({ go: '' });
    await using rig = await PipelineRig.on(repository, { resumes: true });
    const interrupted = await rig.over(id);
    assert.equal(interrupted.state, 'interrupted');
    assert.match(
      interrupted.reason ?? '',
      /b was running and is not marked as idempotent; `noodle pipeline rerun .* --failed` goes on/,
    );
    const { executionId } = await rig.client.rerunExecution({ id, failed: true });
    const again = await rig.over(executionId);
    assert.deepEqual(rig.states(again), { a: `succeeded: taken over from ${id}`, b: 'succeeded' });
    assert.equal(await repository.read('ran.txt'), 'a\n');
  });
});
