// What is run again, and what is not: by a repetition, and by itself.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PipelineRig } from '../../rig/pipeline-rig.ts';

describe('a pipeline that is repeated', () => {
  it('runs its final steps again with whatever is run again', async () => {
    await using rig = await PipelineRig.create();
    await rig.client.createPipeline({
      id: 'p',
      steps: { build: { command: 'true' }, test: { command: 'test -e fixed', needs: ['build'] } },
      finally: { clean: { command: 'echo cleaned >> cleaned.txt' } },
    });
    const cleaned = () => readFileSync(path.join(rig.root, 'cleaned.txt'), 'utf8').trim().split('\n').length;
    const first = await rig.run('p');
    await rig.repository.write({ fixed: '' });
    const second = await rig.client.rerunExecution({ id: first.id, failed: true });
    const mended = await rig.ended(second.executionId);
    const expected = { build: `succeeded: taken over from ${first.id}`, test: 'succeeded', clean: 'succeeded' };
    assert.deepEqual(rig.states(mended), expected);
    assert.equal(cleaned(), 2);
    const third = await rig.client.rerunExecution({ id: mended.id, from: rig.step('test') });
    assert.deepEqual(rig.states(await rig.ended(third.executionId)), expected);
    assert.equal(cleaned(), 3);
    const idle = await rig.client.rerunExecution({ id: third.executionId, failed: true });
    const kept = await rig.ended(idle.executionId);
    assert.equal(rig.states(kept)['clean'], `succeeded: taken over from ${third.executionId}`);
    assert.equal(cleaned(), 3);
  });

  it('says why a failed step was not tried again although it has retries', async () => {
    await using rig = await PipelineRig.create();
    const ended = await rig.define({ steps: { a: { command: 'exit 3', retries: 3 }, b: { command: 'exit 3' } } });
    assert.deepEqual(rig.states(ended), {
      a: 'failed: exit code 3; not retried: it is not marked idempotent',
      b: 'failed: exit code 3',
    });
  });
});
