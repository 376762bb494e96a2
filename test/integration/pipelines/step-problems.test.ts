// What the output of steps says about places in files.
import assert from 'node:assert/strict';
import { PipelineRig } from '../../rig/pipeline-rig.ts';

const tsc = "src/cart.ts(3,5): error TS2322: Type 'string' is not assignable to type 'number'.";

describe('what the output of a step says about places in files', () => {
  it('is told of the execution: messages of compilers and workflow commands, each once', async () => {
    await using rig = await PipelineRig.create();
    await rig.repository.write({ 'src/cart.ts': 'one\ntwo\nthree\n' });
    const ended = await rig.define({
      steps: {
        compile: { command: `echo "${tsc}"; echo "${tsc}" >&2; exit 2` },
        lint: {
          command:
            "echo '::group::Lint'; echo '::warning file=src/cart.ts,line=2,col=1,title=no-var::use let'; echo '::notice file=../outside.ts::no'; echo '::error::without a place'; echo '::endgroup::'",
        },
        quiet: { command: 'echo nothing' },
      },
    });
    assert.equal(ended.state, 'failed');
    const { steps } = await rig.client.getExecutionProblems({ id: ended.id });
    const location = { file: 'src/cart.ts', line: 3, column: 5 };
    assert.deepEqual(steps, [
      {
        stepId: 'compile',
        problems: [
          {
            location,
            severity: 'error',
            message: "Type 'string' is not assignable to type 'number'.",
            code: 'TS2322',
          },
        ],
      },
      {
        stepId: 'lint',
        problems: [
          {
            location: { file: 'src/cart.ts', line: 2, column: 1 },
            severity: 'warning',
            message: 'no-var: use let',
          },
        ],
      },
    ]);
    const { text } = await rig.client.getExecutionLog({ id: ended.id, stepId: 'lint' });
    assert.equal(
      text,
      '▸ Lint\nwarning: src/cart.ts:2: no-var: use let\nnotice: ../outside.ts: no\nerror: without a place\n',
    );
  });

  it('holds no secret, and counts of the last attempt alone', async () => {
    await using rig = await PipelineRig.create({}, { SECRET_TOKEN: 'hunter2-hunter2' });
    await rig.repository.write({ 'a.c': 'int\n' });
    const ended = await rig.define({
      secrets: { TOKEN: 'env:SECRET_TOKEN' },
      steps: {
        flaky: {
          command:
            'echo "::add-mask::other-secret"; if mkdir once 2> /dev/null; then echo "a.c:1:1: error: first"; exit 1; fi; echo "a.c:1:2: warning: $TOKEN and other-secret"',
          retries: 1,
          idempotent: true,
        },
      },
    });
    assert.equal(ended.state, 'succeeded', ended.reason ?? '');
    const { steps } = await rig.client.getExecutionProblems({ id: ended.id });
    const told = steps.flatMap(({ problems }) => problems.map(({ severity, message }) => `${severity}: ${message}`));
    assert.deepEqual(told, ['warning: *** and ***']);
  });

  it('is gone when the step says it no more', async () => {
    await using rig = await PipelineRig.create();
    await rig.repository.write({ 'src/cart.ts': 'one\ntwo\nthree\n' });
    await rig.repository.write({ 'said.txt': tsc });
    await rig.client.createPipeline({ id: 'checks', steps: { compile: { command: 'cat said.txt' } } });
    const first = await rig.run('checks');
    const found = async (id: typeof first.id) => (await rig.client.getExecutionProblems({ id })).steps.length;
    assert.equal(await found(first.id), 1);
    await rig.repository.write({ 'said.txt': 'fine' });
    const next = await rig.run('checks');
    assert.equal(await found(next.id), 0);
    const last = rig.said.findLast((event) => event.type === 'problems.found');
    assert.deepEqual(last, { type: 'problems.found', executionId: next.id, stepId: 'compile', problems: [] });
    assert.equal(await found(first.id), 1, 'what was said then stays on record');
  });
});
