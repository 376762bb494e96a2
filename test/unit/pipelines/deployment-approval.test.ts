import assert from 'node:assert/strict';
import { expandPipeline, type ExpansionOptions } from '../../../agent/pipelines/expansion.ts';
import { PipelineDefinition } from '../../../agent/protocol/pipeline.ts';

const ship = PipelineDefinition.parse({ type: 'deploy', steps: { upload: { command: 'x' } } });
const definitions = {
  ship,
  release: PipelineDefinition.parse({
    steps: { build: { command: 'x' }, ship: { pipeline: 'ship', needs: ['build'] } },
  }),
  fleet: PipelineDefinition.parse({ type: 'deploy', steps: { ship: { pipeline: 'ship' } } }),
  careful: PipelineDefinition.parse({ type: 'deploy', steps: { ask: { approval: 'Now?' }, upload: { command: 'x' } } }),
  whole: PipelineDefinition.parse({ steps: { careful: { pipeline: 'careful' } } }),
};

function questions(pipeline: string, asked: Partial<Omit<ExpansionOptions, 'definitions'>> = {}): string[] {
  const result = expandPipeline(pipeline, { definitions, approvalRequired: false, autoDeployment: false, ...asked });
  assert.ok(result.ok);
  return result.value.steps.flatMap(({ id, definition }) =>
    definition.approval === undefined ? [] : [`${id}: ${definition.approval}`],
  );
}

describe('the approval of a deployment', () => {
  it('is asked for at the end of another pipeline, unless deployments follow by themselves', () => {
    const asked =
      'ship/approval: Run ship? cicd.autoDeployment is off, so a deployment at the end of another pipeline asks.';
    assert.deepEqual(questions('release'), [asked]);
    assert.deepEqual(questions('release', { autoDeployment: true }), []);
  });

  it('is not asked of whoever names the deployment, or one that leads to it', () => {
    assert.deepEqual(questions('ship'), []);
    assert.deepEqual(questions('fleet'), []);
  });

  it('is the own one where there is one', () => {
    assert.deepEqual(questions('whole'), ['careful/ask: Now?']);
  });

  it('is always asked for where approvals are required', () => {
    const why = 'cicd.approvalRequired asks before every pipeline of the type deploy.';
    assert.deepEqual(questions('ship', { approvalRequired: true, autoDeployment: true }), [
      `approval: Run ship? ${why}`,
    ]);
  });
});
