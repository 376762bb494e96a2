import assert from 'node:assert/strict';
import { Pipeline, PipelinePlan, type Approval, type BrokenPipeline } from '../../../agent/protocol/pipeline.ts';
import { ExecutionId, RepoPath, StepId } from '../../../agent/protocol/ids.ts';
import { Execution, type Step } from '../../../agent/protocol/execution.ts';
import { CommandRig } from '../../rig/command-rig.ts';

const sound = Pipeline.parse({ id: 'release', steps: { a: { command: 'x' } }, source: 'api', evidence: [] });
const broken: BrokenPipeline = {
  id: 'ci',
  file: RepoPath.parse('noodle.yaml'),
  line: 6,
  column: 19,
  message: 'unknown key "v"',
};

function listing(pipelines: readonly Pipeline[], faults: readonly BrokenPipeline[]) {
  return { listPipelines: () => ({ pipelines: [...pipelines], broken: [...faults], nextCursor: null }) };
}

function execution(id: string, name: string, state: Execution['state']): Execution {
  return Execution.parse({
    id,
    kind: 'pipeline',
    name,
    state,
    reason: null,
    trigger: 'command',
    queuedAt: 1,
    startedAt: 1,
    finishedAt: state === 'running' ? null : 2,
    changedFiles: 0,
    plannedTests: 0,
    finishedTests: 0,
    counts: { total: 0, passed: 0, failed: 0, skipped: 0 },
    firstFailureAtMs: null,
    steps: [],
  });
}

function step(id: string, kind: Step['kind']): Step {
  return {
    id: StepId.parse(id),
    name: id,
    kind,
    needs: [],
    state: 'running',
    reason: null,
    startedAt: 1,
    finishedAt: null,
    exitCode: null,
  };
}

const plan = {
  pipeline: 'release',
  changedFiles: 0,
  steps: [],
  expectedMs: null,
  plainMs: null,
  failureProbability: null,
  notes: [],
  isOptimized: true,
  planMs: 1,
};

function approval(executionId: string, pipeline: string): Approval {
  return {
    executionId: ExecutionId.parse(executionId),
    stepId: StepId.parse('ask'),
    pipeline,
    question: `Deploy ${pipeline}?`,
    askedAt: 1,
    state: 'waiting',
    decidedAt: null,
    decidedBy: null,
    comment: null,
    diff: 'a diff',
    risk: null,
  };
}

const first = 'run-20261123-100000-aaaaaa';
const second = 'run-20261123-110000-bbbbbb';

describe('noodle pipeline run and plan', () => {
  for (const command of ['run', 'plan']) {
    it(`${command} refuses where what is declared is broken, with the place`, async () => {
      const rig = new CommandRig(listing([], [broken]));
      assert.equal(await rig.run('pipeline', command), 2);
      assert.equal(rig.lines()[0], 'noodle: noodle.yaml:6:19: the pipeline ci cannot be run: unknown key "v"');
      assert.deepEqual(rig.calls, ['listPipelines']);
    });

    it(`${command} does not choose between a sound and a broken one`, async () => {
      const rig = new CommandRig(listing([sound], [broken]));
      assert.equal(await rig.run('pipeline', command), 2);
      assert.match(rig.lines()[0] ?? '', /there are several pipelines: release, ci \(broken: noodle.yaml:6:19\)/);
    });
  }

  it('list shows what is broken', async () => {
    const rig = new CommandRig({
      ...listing([sound], [broken]),
      listExecutions: () => ({ executions: [], nextCursor: null }),
    });
    assert.equal(await rig.run('pipeline', 'list'), 0);
    assert.match(rig.lines()[1] ?? '', /^ci +broken, noodle.yaml:6:19: unknown key "v"$/);
  });
});

describe('noodle pipeline run', () => {
  it('prints the plan before the steps, although they are quicker', async () => {
    const executionId = ExecutionId.parse(first);
    const over = (id: string, kind: Step['kind']) => ({ ...step(id, kind), state: 'succeeded' as const });
    const rig: CommandRig = new CommandRig({
      executePipeline: () => {
        rig.say({ type: 'step.changed', executionId, step: over('plan', 'plan') });
        rig.say({ type: 'step.changed', executionId, step: over('quick', 'command') });
        const steps = [over('plan', 'plan'), over('quick', 'command')];
        rig.say({ type: 'execution.changed', execution: { ...execution(first, 'release', 'succeeded'), steps } });
        return { executionId };
      },
      getExecutionPlan: () => PipelinePlan.parse(plan),
    });
    assert.equal(await rig.run('pipeline', 'run', 'release'), 0);
    const labels = rig.lines().map((line) => /^(plan|step) .*/.exec(line)?.[1]);
    assert.deepEqual(
      labels.filter((label) => label !== undefined),
      ['plan', 'step'],
    );
  });
});

describe('noodle pipeline show', () => {
  it('says what runs, is paused or waits of the pipeline that is named', async () => {
    const asking = { ...execution(first, 'release', 'running'), steps: [step('ask', 'approval')] };
    const executions = [
      execution(second, 'release', 'succeeded'),
      execution(second, 'other', 'running'),
      asking,
      { ...asking, paused: true as const },
      { ...asking, steps: [step('a', 'command')] },
    ];
    const rig = new CommandRig({
      getPipeline: () => sound,
      exportPipeline: () => ({ path: 'noodle.yaml', text: 'pipelines:', notes: [] }),
      listExecutions: () => ({ executions, nextCursor: null }),
    });
    assert.equal(await rig.run('pipeline', 'show', 'release'), 0);
    assert.deepEqual(rig.lines().slice(2), [
      `now: ⟳ waits for an answer: ask   ${first}`,
      `now: ⟳ paused   ${first}`,
      `now: ⟳ running   ${first}`,
    ]);
  });
});

describe('noodle pipeline approve', () => {
  const decide = { decideApproval: ({ id }: { id: string }) => ({ ...approval(id, 'release'), state: 'approved' }) };

  it('takes what waits, and says what it took', async () => {
    const rig = new CommandRig({ listApprovals: () => ({ approvals: [approval(first, 'release')] }), ...decide });
    assert.equal(await rig.run('pipeline', 'approve'), 0);
    assert.deepEqual(rig.lines(), [`release · ${first} · ask approved: Deploy release?`]);
  });

  it('refuses to choose between several, but for the latest, or that of a pipeline', async () => {
    const approvals = [approval(second, 'other'), approval(first, 'release')];
    const rig = new CommandRig({ listApprovals: () => ({ approvals }), ...decide });
    assert.equal(await rig.run('pipeline', 'approve'), 2);
    assert.equal(rig.lines()[0], `noodle: several executions can be meant: ${second} (other), ${first} (release)`);
    await rig.run('pipeline', 'approve', 'latest');
    assert.match(rig.lines()[0] ?? '', new RegExp(second));
    await rig.run('pipeline', 'approve', 'release');
    assert.match(rig.lines()[0] ?? '', new RegExp(first));
    assert.equal(await rig.run('pipeline', 'approve', '--show'), 0);
    assert.deepEqual(
      rig.lines().filter((line) => line.startsWith('?')),
      ['? Deploy other?', '? Deploy release?'],
    );
  });

  it('says when nothing waits', async () => {
    const rig = new CommandRig({ listApprovals: () => ({ approvals: [] }) });
    assert.equal(await rig.run('pipeline', 'approve'), 2);
    assert.equal(rig.lines()[0], 'noodle: nothing waits for an approval');
  });
});

describe('an execution that is not named', () => {
  const executions = [
    execution(second, 'other', 'running'),
    execution(first, 'release', 'running'),
    execution('run-1', 'Run impacted tests', 'running'),
  ];
  const answers = {
    listExecutions: () => ({ executions, nextCursor: null }),
    cancelExecution: ({ id }: { id: string }) => executions.find((each) => each.id === id),
    getExecutionLog: () => ({ text: 'line\n', nextOffset: null, droppedBytes: 0 }),
  };

  it('is not cancelled where several run', async () => {
    const rig = new CommandRig(answers);
    assert.equal(await rig.run('pipeline', 'cancel'), 2);
    assert.equal(rig.lines()[0], `noodle: several executions can be meant: ${second} (other), ${first} (release)`);
    assert.equal(await rig.run('pipeline', 'cancel', 'release'), 0);
    assert.deepEqual(rig.lines(), [`release · ${first} · cancelled`]);
  });

  it('is the latest one where it is only looked at, and is named', async () => {
    const rig = new CommandRig(answers);
    assert.equal(await rig.run('pipeline', 'logs'), 0);
    assert.deepEqual(rig.lines(), [`other · ${second}   (the latest)`, 'line']);
  });

  it('shows the logs of all combinations of a step with a matrix', async () => {
    const steps = ['plan', 'm (a, 1)', 'm (a, 2)', 'more'].map((id) => ({
      id,
      name: id,
      kind: 'command',
      state: 'succeeded',
      needs: [],
      startedAt: 1,
      finishedAt: 2,
      exitCode: 0,
      reason: null,
    }));
    const rig = new CommandRig({
      ...answers,
      getExecutionStatus: () => ({ ...executions[0], steps }),
      getExecutionLog: ({ stepId }: { stepId: string }) => ({
        text: `of ${stepId}\n`,
        nextOffset: null,
        droppedBytes: 0,
      }),
    });
    assert.equal(await rig.run('pipeline', 'logs', second, '--step', 'm'), 0);
    assert.deepEqual(rig.lines(), ['── m (a, 1)', 'of m (a, 1)', '── m (a, 2)', 'of m (a, 2)']);
    assert.equal(await rig.run('pipeline', 'logs', second, '--step', 'more'), 0);
    assert.deepEqual(rig.lines(), ['of more']);
  });
});
