// Pipelines from their definition to the end of their executions, over the real agent.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { FailureError } from '../../../agent/protocol/failure.ts';
import { PipelineRig } from '../../rig/pipeline-rig.ts';

const example = {
  'build-step': { command: 'echo built > out.txt' },
  'test-step': { command: 'grep built out.txt', needs: ['build-step'] },
  'deploy-step': { command: 'echo deployed', needs: ['test-step'] },
};

function reasonOf(error: unknown): string {
  assert.ok(error instanceof FailureError, String(error));
  return error.failure.reason;
}

describe('a pipeline', () => {
  it('is created, executed and watched', async () => {
    await using rig = await PipelineRig.create();
    const made = await rig.client.createPipeline({ id: 'build-test-deploy', steps: example });
    assert.equal(made.source, 'api');
    const { executionId } = await rig.client.executePipeline({ id: 'build-test-deploy' });
    const ended = await rig.ended(executionId);
    assert.equal(ended.state, 'succeeded', ended.reason ?? '');
    assert.deepEqual(rig.states(ended), {
      'build-step': 'succeeded',
      'test-step': 'succeeded',
      'deploy-step': 'succeeded',
    });
    const { text } = await rig.client.getExecutionLog({ id: executionId });
    assert.match(text, /==> deploy-step <==\ndeployed\n/);
    await assert.rejects(
      rig.client.getExecutionLog({ id: executionId, stepId: rig.step('deploy-stp') }),
      /has no step "deploy-stp"; did you mean "deploy-step"\?/,
    );
    const metrics = await rig.client.getPipelineMetrics({ id: executionId });
    assert.deepEqual([metrics.history.executions, metrics.history.succeeded], [1, 1]);
  });

  it('of noodle.yaml and of .noodle are there beside those of the API, in one shape', async () => {
    await using rig = await PipelineRig.create({
      'noodle.yaml': 'pipelines:\n  a:\n    steps:\n      x: { command: echo a }\n',
      '.noodle/more.yaml':
        'pipelines:\n  b:\n    steps:\n      x: { pipeline: a }\n      y: { command: echo b, needs: [x] }\n',
    });
    await rig.client.createPipeline({ id: 'c', steps: { x: { command: 'echo c' } } });
    const { pipelines } = await rig.client.listPipelines({});
    assert.deepEqual(
      pipelines.map(({ id, source }) => `${id} ${source}`),
      ['a noodle.yaml', 'b .noodle/more.yaml', 'c api'],
    );
    const ended = await rig.run('b');
    assert.deepEqual(rig.states(ended), { 'x/x': 'succeeded', y: 'succeeded' });
    await assert.rejects(
      rig.client.createPipeline({ id: 'a', steps: example }),
      (error) => reasonOf(error) === 'conflict',
    );
    await assert.rejects(rig.client.deletePipeline({ id: 'b' }), (error) => reasonOf(error) === 'conflict');
    await rig.client.deletePipeline({ id: 'c' });
    await assert.rejects(rig.client.getPipeline({ id: 'c' }), (error) => reasonOf(error) === 'not_found');
  });

  it('that is broken is not run, and says where', async () => {
    await using rig = await PipelineRig.create({
      'noodle.yaml': 'pipelines:\n  a:\n    steps:\n      x: { command: echo a, needs: [y] }\n',
    });
    await assert.rejects(
      rig.client.executePipeline({ id: 'a' }),
      /noodle.yaml:4:37: the pipeline a cannot be run: steps.x.needs.0: found "y", which is no step/,
    );
    const { problems } = await rig.client.validatePipelines({});
    assert.deepEqual(
      problems.map(({ file, line, column }) => `${file}:${line}:${column}`),
      ['noodle.yaml:4:37'],
    );
  });

  it('that is broken is listed as that, and nothing is inferred in its place', async () => {
    const places = async (files: Record<string, string>) => {
      await using rig = await PipelineRig.create({ 'package.json': '{"scripts":{"test":"true"}}', ...files });
      const { pipelines, broken } = await rig.client.listPipelines({});
      return [
        pipelines.map(({ id }) => id),
        broken.map(({ id, file, line, column }) => `${id ?? '?'} ${file}:${line}:${column}`),
      ];
    };
    const step = 'a: { command: echo, matrix: { v: [1] } }';
    assert.deepEqual(await places({}), [['default'], []]);
    assert.deepEqual(await places({ 'noodle.yaml': `pipelines:\n  ci:\n    steps:\n      ${step}\n` }), [
      [],
      ['ci noodle.yaml:4:37'],
    ]);
    assert.deepEqual(await places({ 'noodle.yaml': 'pipline:\n  ci: {}\n' }), [[], ['? noodle.yaml:1:1']]);
    assert.deepEqual(await places({ 'noodle.yaml': 'pipelines: {\n' }), [[], ['? noodle.yaml:2:1']]);
    const other = 'pipelines:\n  b: { steps: { x: { pipeline: missing } } }\n';
    assert.deepEqual(await places({ '.noodle/b.yaml': other }), [[], ['b .noodle/b.yaml:2:32']]);
  });

  it('is no reason to run tests when it changes', async () => {
    const files = {
      'a.py': 'x = 1\n',
      'test_a.py': 'import unittest\nimport a\nclass A(unittest.TestCase):\n  def test_a(self): pass\n',
    };
    await using rig = await PipelineRig.create(files);
    await rig.repository.write({ 'noodle.yaml': 'pipelines:\n  ci:\n    steps:\n      x: { command: echo }\n' });
    const plan = await rig.client.makePlan({});
    assert.deepEqual(plan.tests, []);
    assert.ok(
      plan.notes.some((note) => note.startsWith('noodle.yaml: nothing differs')),
      plan.notes.join('; '),
    );
    await rig.repository.write({ 'noodle.yaml': 'settings: { test: { defaultTimeout: 10 } }\n' });
    assert.equal((await rig.client.makePlan({})).tests.length, 1);
  });

  it('skips what needs a failed step, runs what asks for failures, and final steps in any case', async () => {
    await using rig = await PipelineRig.create();
    const ended = await rig.define({
      steps: {
        bad: { command: 'exit 3' },
        after: { command: 'echo never', needs: ['bad'] },
        mend: { command: 'echo mended', needs: ['bad'], when: 'failure()' },
        other: { command: 'echo other', needs: ['bad'], when: "always() && steps.bad.state == 'failed'" },
      },
      finally: { tidy: { command: 'echo tidied' }, quiet: { command: 'echo never', when: 'success()' } },
    });
    assert.equal(ended.reason, 'bad failed: exit code 3');
    assert.deepEqual(rig.states(ended), {
      bad: 'failed: exit code 3',
      after: 'skipped: bad failed',
      mend: 'succeeded',
      other: 'succeeded',
      tidy: 'succeeded',
      quiet: 'skipped: when success(): it does not hold',
    });
  });

  it('skips what needs a step whose condition does not hold', async () => {
    await using rig = await PipelineRig.create();
    const ended = await rig.define({
      steps: { ask: { command: 'true', when: "branch == 'release'" }, deploy: { command: 'true', needs: ['ask'] } },
    });
    assert.equal(ended.state, 'succeeded');
    assert.deepEqual(rig.states(ended), {
      ask: "skipped: when branch == 'release': it does not hold",
      deploy: 'skipped: ask was skipped',
    });
  });

  it('runs each combination of a matrix, and binds equal ones', async () => {
    await using rig = await PipelineRig.create();
    const matrix = { values: { node: [18, 20] }, exclude: [], include: [{ node: 20, extra: 'x' }] };
    const ended = await rig.define({
      steps: {
        build: { command: 'echo ${{ matrix.node }} > ${{ matrix.node }}.txt; echo "$NOODLE_MATRIX_EXTRA"', matrix },
        test: { command: 'grep ${{ matrix.node }} ${{ matrix.node }}.txt', matrix, needs: ['build'] },
        all: { command: 'cat 18.txt 20.txt', needs: ['test'] },
      },
    });
    assert.deepEqual(Object.keys(rig.states(ended)), [
      'build (18)',
      'build (20, x)',
      'test (18)',
      'test (20, x)',
      'all',
    ]);
    assert.equal(ended.state, 'succeeded', ended.reason ?? '');
    const needs = ended.steps.find(({ id }) => id === 'test (18)')?.needs;
    assert.deepEqual(needs, ['build (18)']);
  });

  it('goes on where a failure is allowed', async () => {
    await using rig = await PipelineRig.create();
    const ended = await rig.define({
      steps: { bad: { command: 'exit 1', allowFailure: true }, next: { command: 'true', needs: ['bad'] } },
    });
    assert.equal(ended.state, 'succeeded');
    assert.deepEqual(rig.states(ended), { bad: 'succeeded: failed, which is allowed: exit code 1', next: 'succeeded' });
  });

  it('hides secrets in every form in which they are printed', async () => {
    const secret = 'p@ss wörd/1+2';
    await using rig = await PipelineRig.create({}, { MY_SECRET: secret });
    const forms =
      'const s=process.env.TOKEN; for (const t of [s, Buffer.from(s).toString("base64"), Buffer.from("user:"+s).toString("base64"), encodeURIComponent(s), encodeURI(s), Buffer.from(s).toString("hex"), JSON.stringify({s})]) console.log(t); process.stdout.write(s.slice(0,5)); setTimeout(()=>process.stdout.write(s.slice(5)+"\\n"),50)';
    const ended = await rig.define({
      steps: {
        leak: { command: forms, shell: 'node', secrets: { TOKEN: 'env:MY_SECRET' } },
        later: { command: 'printf %s "$MY_SECRET"', needs: ['leak'] },
      },
    });
    assert.equal(ended.state, 'succeeded', ended.reason ?? '');
    const { text } = await rig.client.getExecutionLog({ id: ended.id });
    const said = JSON.stringify(rig.said) + text;
    for (const form of [
      secret,
      Buffer.from(secret).toString('base64').slice(0, -3),
      encodeURIComponent(secret),
      Buffer.from(secret).toString('hex'),
    ]) {
      assert.ok(!said.includes(form), form);
    }
    assert.match(text, /\*\*\*/);
    assert.ok(!said.includes(Buffer.from(`user:${secret}`).toString('base64').slice(8, -4)), 'inside of a longer text');
  });

  it('refuses a base that git does not know, and takes one that it knows', async () => {
    await using rig = await PipelineRig.create();
    await rig.client.createPipeline({ id: 'p', steps: { a: { command: 'true' } } });
    await assert.rejects(rig.client.executePipeline({ id: 'p', base: 'mian' }), (error) => {
      assert.ok(error instanceof FailureError);
      assert.deepEqual(
        [error.failure.reason, error.failure.place, error.failure.message],
        ['unknown_revision', 'base', '"mian" names no commit here; did you mean "main"?'],
      );
      return true;
    });
    assert.deepEqual((await rig.client.listExecutions({ limit: 10 })).executions, []);
    const { executionId } = await rig.client.executePipeline({ id: 'p', base: 'HEAD' });
    assert.equal((await rig.over(executionId)).state, 'succeeded');
  });

  it('fails a step whose secret is not there', async () => {
    await using rig = await PipelineRig.create();
    const ended = await rig.define({ steps: { a: { command: 'true', secrets: { TOKEN: 'env:NOT_THERE_AT_ALL' } } } });
    assert.deepEqual(rig.states(ended), {
      a: 'failed: the secret TOKEN (env:NOT_THERE_AT_ALL) is not there: the environment in which the agent was started has no NOT_THERE_AT_ALL; set it, and start the agent again',
    });
  });

  it('tries again what is idempotent, and nothing else', async () => {
    await using rig = await PipelineRig.create();
    const command = 'test -e tried-$NOODLE_STEP && exit 0; touch tried-$NOODLE_STEP; exit 1';
    const ended = await rig.define({
      steps: {
        again: { command, retries: 2, idempotent: true },
        once: { command, retries: 2 },
        passing: { command: 'test -e p && exit 0; touch p; echo "request failed: ECONNRESET"; exit 1', retries: 1 },
      },
    });
    assert.deepEqual(rig.states(ended), {
      again: 'succeeded: succeeded on attempt 2 of 3',
      once: 'failed: exit code 1; not retried: it is not marked idempotent',
      passing: 'succeeded: succeeded on attempt 2 of 2',
    });
  });

  it('keeps a service beside the steps that need it, and ends it with them', async () => {
    await using rig = await PipelineRig.create();
    const server =
      "require('http').createServer((q,r)=>r.end('pong')).listen(0,'127.0.0.1',function(){require('fs').writeFileSync('port',String(this.address().port))})";
    const ended = await rig.define({
      services: { web: { command: `exec node -e "${server}"`, ready: { file: 'port', every: 0.1 } } },
      steps: {
        ask: {
          command: `node -e "fetch('http://127.0.0.1:'+require('fs').readFileSync('port','utf8')).then(r=>r.text()).then(t=>{if(t!=='pong')process.exit(1)})"`,
          services: ['web'],
        },
      },
    });
    assert.equal(ended.state, 'succeeded', JSON.stringify(rig.states(ended)));
    assert.deepEqual(rig.states(ended), {
      'service:web': 'succeeded: ended, as nothing needs it any more',
      ask: 'succeeded',
    });
    assert.deepEqual(await rig.processesLeft(), []);
  });

  it('gives up a service that never answers', async () => {
    await using rig = await PipelineRig.create();
    const ended = await rig.define({
      services: { dead: { command: 'exec sleep 600', ready: { file: 'never', every: 0.1 }, timeout: 0.3 } },
      steps: { ask: { command: 'true', services: ['dead'] } },
    });
    assert.deepEqual(rig.states(ended), {
      'service:dead': 'failed: was not ready after 0.3 s: no never exists',
      ask: 'skipped: dead failed',
    });
    assert.deepEqual(await rig.processesLeft(), []);
  });

  it('is cancelled as a whole by two clients at once, steps that ignore SIGTERM included', async () => {
    await using rig = await PipelineRig.create();
    await rig.client.createPipeline({
      id: 'stubborn',
      steps: {
        a: { command: "trap '' TERM; echo up; while :; do sleep 0.1; done" },
        b: { command: 'true', needs: ['a'] },
      },
      finally: { tidy: { command: 'echo tidied > tidied.txt' } },
    });
    const { executionId } = await rig.client.executePipeline({ id: 'stubborn' });
    await rig.output(executionId, 'up');
    const [one, other] = await Promise.all([
      rig.client.cancelExecution({ id: executionId }),
      rig.client.cancelExecution({ id: executionId }),
    ]);
    assert.equal(one.id, other.id);
    const ended = await rig.ended(executionId);
    assert.equal(ended.state, 'cancelled');
    assert.deepEqual(rig.states(ended), {
      a: 'cancelled: cancelled by test',
      b: 'cancelled: cancelled by test',
      tidy: 'succeeded',
    });
    assert.ok(existsSync(path.join(rig.root, 'tidied.txt')));
    assert.deepEqual(await rig.processesLeft(), []);
  });

  it('ends what takes too long', async () => {
    await using rig = await PipelineRig.create();
    const ended = await rig.define({
      steps: { slow: { command: 'exec sleep 600', timeout: 0.2 }, fine: { command: 'true' } },
    });
    assert.equal(ended.state, 'failed');
    assert.deepEqual(rig.states(ended), { slow: 'timed_out: took longer than 0.2 s', fine: 'succeeded' });
  });

  it('is paused between its steps and resumed', async () => {
    await using rig = await PipelineRig.create();
    await rig.client.createPipeline({
      id: 'p',
      steps: {
        a: { command: 'echo up; while ! test -e go; do sleep 0.05; done' },
        b: { command: 'true', needs: ['a'] },
      },
    });
    const { executionId } = await rig.client.executePipeline({ id: 'p' });
    await rig.output(executionId, 'up');
    const paused = await rig.client.pauseExecution({ id: executionId });
    assert.deepEqual([paused.state, paused.paused, paused.reason], ['running', true, 'paused by test']);
    const aEnded = rig.event('step.changed', ({ step }) => step.id === 'a' && step.state === 'succeeded');
    await rig.repository.write({ go: '' });
    await aEnded;
    const between = await rig.client.getExecutionStatus({ id: executionId });
    assert.deepEqual(rig.states(between), { a: 'succeeded', b: 'queued' });
    await rig.client.resumeExecution({ id: executionId });
    const ended = await rig.ended(executionId);
    assert.deepEqual([ended.state, ended.paused], ['succeeded', undefined]);
    await assert.rejects(rig.client.pauseExecution({ id: executionId }), (error) => reasonOf(error) === 'conflict');
  });

  it('runs one at a time in its group, and a newer execution can take the place of the older', async () => {
    await using rig = await PipelineRig.create();
    await rig.client.createPipeline({
      id: 'p',
      concurrency: { group: 'g', cancelInProgress: true },
      steps: { a: { command: 'echo up; test -e go || exec sleep 600' } },
    });
    const first = await rig.client.executePipeline({ id: 'p' });
    await rig.output(first.executionId, 'up');
    await rig.repository.write({ go: '' });
    const second = await rig.client.executePipeline({ id: 'p' });
    assert.equal((await rig.ended(first.executionId)).reason, 'a newer execution of the group g was started');
    assert.equal((await rig.ended(second.executionId)).state, 'succeeded');
  });

  it('is run again from a step, or where it failed, with the artifacts of what is not run again', async () => {
    await using rig = await PipelineRig.create();
    await rig.client.createPipeline({
      id: 'p',
      steps: {
        build: { command: 'mkdir -p dist; date +%N > dist/id.txt; echo built >> runs.txt', artifacts: ['dist/**'] },
        test: { command: 'test -e fixed && cat dist/id.txt', needs: ['build'] },
        pack: { command: 'true', needs: ['test'] },
      },
    });
    const first = await rig.run('p');
    assert.equal(first.state, 'failed');
    const built = readFileSync(path.join(rig.root, 'dist/id.txt'), 'utf8');
    await rig.repository.write({ fixed: '', 'dist/id.txt': 'overwritten\n' });
    const second = await rig.client.rerunExecution({ id: first.id, failed: true });
    const ended = await rig.ended(second.executionId);
    assert.deepEqual(rig.states(ended), {
      build: `succeeded: taken over from ${first.id}`,
      test: 'succeeded',
      pack: 'succeeded',
    });
    assert.equal(readFileSync(path.join(rig.root, 'dist/id.txt'), 'utf8'), built);
    assert.equal(readFileSync(path.join(rig.root, 'runs.txt'), 'utf8'), 'built\n');
    const third = await rig.client.rerunExecution({ id: ended.id, from: rig.step('test') });
    const again = await rig.ended(third.executionId);
    assert.deepEqual(rig.states(again), {
      build: `succeeded: taken over from ${first.id}`,
      test: 'succeeded',
      pack: 'succeeded',
    });
    await assert.rejects(
      rig.client.rerunExecution({ id: ended.id, from: rig.step('tset') }),
      /has no step "tset"; did you mean "test"\?/,
    );
  });

  it('of 10,000 steps, and with a matrix of 1,000, is planned and run', async function () {
    this.timeout(180_000);
    await using rig = await PipelineRig.create();
    const row = Array.from({ length: 9999 }, (_, index) => [
      `s${index}`,
      { command: 'true', inputs: ['nothing/**'], needs: index === 0 ? [] : [`s${index - 1}`] },
    ]);
    const long = await rig.define({
      steps: { ...Object.fromEntries(row), last: { command: 'true', needs: ['s9998'] } },
    });
    assert.deepEqual([long.state, long.steps.length, long.steps.at(-1)?.state], ['succeeded', 10_001, 'succeeded']);
    const values = {
      x: Array.from({ length: 40 }, (_, index) => index),
      y: Array.from({ length: 25 }, (_, index) => index),
    };
    const wide = await rig.define({
      steps: {
        cell: { command: 'exit ${{ matrix.x }}', inputs: ['nothing/**'], matrix: { values } },
        last: { command: 'true', needs: ['cell'] },
      },
    });
    assert.deepEqual([wide.state, wide.steps.length, wide.steps.at(-1)?.state], ['succeeded', 1002, 'succeeded']);
  });

  it('is not executed in a workspace that nobody trusts', async () => {
    await using rig = await PipelineRig.create({}, {}, { isTrusted: false });
    await rig.client.createPipeline({ id: 'p', steps: { a: { command: 'true' } } });
    await assert.rejects(rig.client.executePipeline({ id: 'p' }), (error) => reasonOf(error) === 'not_trusted');
  });
});
