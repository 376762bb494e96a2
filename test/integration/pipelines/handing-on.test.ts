// What steps hand on to later ones: variables, programs, outputs, secrets, dotenv files.
import assert from 'node:assert/strict';
import { PipelineRig } from '../../rig/pipeline-rig.ts';

describe('the steps of a job', () => {
  it('hand on variables, folders of programs and outputs, and others get the outputs alone', async () => {
    await using rig = await PipelineRig.create();
    const ended = await rig.define({
      steps: {
        first: {
          command: [
            'echo "VERSION=1.2" >> "$GITHUB_ENV"',
            'printf "NOTE<<EOF\\ntwo\\nlines\\nEOF\\n" >> "$GITHUB_ENV"',
            'mkdir -p tools && printf "#!/bin/sh\\necho tool ran" > tools/mytool && chmod +x tools/mytool',
            'echo "$PWD/tools" >> "$GITHUB_PATH"',
            'echo "tag=v1.2" >> "$GITHUB_OUTPUT"',
            'echo "::set-output name=old::way"',
            'echo "# all is well" >> "$GITHUB_STEP_SUMMARY"',
          ].join('\n'),
          job: { name: 'build', environment: { VERSION: 'of the job', LEVEL: 'low' } },
        },
        second: {
          command:
            'echo "$VERSION|$NOTE|$LEVEL|$OWN|${{ steps.first.outputs.tag }}|${{ steps.first.outputs.old || \'none\' }}"; mytool',
          job: { name: 'build', environment: { VERSION: 'of the job', LEVEL: 'low' } },
          environment: { OWN: '${{ steps.first.outputs.tag }}-own' },
          needs: ['first'],
          when: "steps.first.outputs.tag == 'v1.2' && env.VERSION == '1.2'",
        },
        elsewhere: {
          command: 'echo "other: [${VERSION:-}] ${{ steps.first.outputs.tag }}"',
          job: { name: 'deploy' },
          needs: ['second'],
        },
      },
    });
    assert.equal(ended.state, 'succeeded', ended.reason ?? '');
    const { text } = await rig.client.getExecutionLog({ id: ended.id });
    assert.ok(text.includes('1.2|two\nlines|low|v1.2-own|v1.2|way\ntool ran\n'), text);
    assert.ok(text.includes('other: [] v1.2\n'), text);
    assert.ok(text.includes('── summary\n# all is well\n'), text);
  });

  it('go on after one that its own condition skips, and not where the job does not run', async () => {
    await using rig = await PipelineRig.create();
    const job = { name: 'a' };
    const ended = await rig.define({
      steps: {
        optional: { command: 'echo never', job, when: "branch == 'nowhere'" },
        next: { command: 'echo next', job, needs: ['optional'] },
        bad: { command: 'exit 1', job, needs: ['next'] },
        mend: { command: 'echo mend', job, needs: ['bad'], when: 'failure()' },
        never: { command: 'echo never', job, needs: ['mend'] },
        report: { command: 'echo report', job, needs: ['never'], when: 'always()' },
        later: { command: 'echo later', job: { name: 'b' }, needs: ['report'] },
        tidy: { command: 'echo tidy', job: { name: 'b' }, needs: ['report', 'later'], when: 'always()' },
        told: { command: 'echo told', job: { name: 'c', when: 'failure()' }, needs: ['report'] },
        'told-more': { command: 'echo more', job: { name: 'c', when: 'failure()' }, needs: ['report', 'told'] },
      },
    });
    assert.equal(ended.state, 'failed');
    const states = ended.steps.flatMap(({ id, state }) => (id === 'plan' ? [] : [[id as string, state]]));
    assert.deepEqual(Object.fromEntries(states), {
      optional: 'skipped',
      next: 'succeeded',
      bad: 'failed',
      mend: 'succeeded',
      never: 'skipped',
      report: 'succeeded',
      later: 'skipped',
      tidy: 'skipped',
      told: 'succeeded',
      'told-more': 'succeeded',
    });
  });

  it('hide what is masked from then on, in later steps too, and tell errors by their commands', async () => {
    await using rig = await PipelineRig.create();
    const job = { name: 'a' };
    const ended = await rig.define({
      steps: {
        login: {
          command: 'echo "::add-mask::gr33n-apple"; echo "token gr33n-apple"; echo "T=gr33n-apple" >> "$GITHUB_ENV"',
          job,
        },
        use: {
          command:
            'echo "uses $T"; echo "::group::Details"; echo inside; echo "::endgroup::"; echo "::error file=src/a.js,line=3::it broke"; exit 1',
          job,
          needs: ['login'],
        },
      },
    });
    const { text } = await rig.client.getExecutionLog({ id: ended.id });
    assert.ok(!text.includes('gr33n'), text);
    assert.match(text, /token \*\*\*\n/);
    assert.match(text, /uses \*\*\*\n▸ Details\ninside\nerror: src\/a.js:3: it broke\n/);
    assert.match(ended.reason ?? '', /use failed: exit code 1: it broke/);
  });

  it('have the work tree for themselves: each job is over before the next begins', async () => {
    await using rig = await PipelineRig.create();
    const command = 'mkdir busy && sleep 0.1 && rmdir busy';
    const matrix = { values: { part: ['1', '2'] } };
    const ended = await rig.define({
      steps: {
        a1: { command, job: { name: 'a' } },
        a2: { command, job: { name: 'a' }, needs: ['a1'] },
        b1: { command: `${command} # \${{ matrix.part }}`, job: { name: 'b' }, matrix },
        b2: { command: `${command} # \${{ matrix.part }}`, job: { name: 'b' }, needs: ['b1'], matrix },
        c: { command, job: { name: 'c' }, needs: ['b2'] },
      },
    });
    assert.equal(ended.state, 'succeeded', ended.reason ?? '');
  });

  it('that write what cannot be read fail with the line', async () => {
    await using rig = await PipelineRig.create();
    const ended = await rig.define({
      steps: { a: { command: 'echo nonsense >> "$GITHUB_OUTPUT"', job: { name: 'a' } } },
    });
    assert.match(ended.reason ?? '', /line 1 of \$GITHUB_OUTPUT is "nonsense", expected NAME=value/);
  });

  it('are taken over with what they handed on when only what failed is run again', async () => {
    await using rig = await PipelineRig.create();
    const job = { name: 'a' };
    const ended = await rig.define({
      steps: {
        first: { command: 'echo "V=7" >> "$GITHUB_ENV"; echo "o=8" >> "$GITHUB_OUTPUT"', job },
        second: { command: 'echo "got $V ${{ steps.first.outputs.o }}"; test -e fixed', job, needs: ['first'] },
      },
    });
    assert.equal(ended.state, 'failed');
    await rig.repository.write({ fixed: '' });
    const { executionId } = await rig.client.rerunExecution({ id: ended.id, failed: true });
    const again = await rig.ended(executionId);
    assert.equal(again.state, 'succeeded', again.reason ?? '');
    assert.match((await rig.client.getExecutionLog({ id: executionId })).text, /got 7 8\n/);
  });
});

describe('a dotenv file', () => {
  it('gives its variables to the steps that need the one that wrote it', async () => {
    await using rig = await PipelineRig.create();
    const ended = await rig.define({
      steps: {
        make: { command: 'echo "URL=http://x # y" > build.env; echo "# no" >> build.env', dotenv: ['build.env'] },
        use: { command: 'echo "use $URL"', environment: { URL: 'own' }, needs: ['make'] },
        other: { command: 'echo "other [${URL:-}]"' },
      },
    });
    const { text } = await rig.client.getExecutionLog({ id: ended.id });
    assert.match(text, /use http:\/\/x # y\n/);
    assert.match(text, /other \[\]\n/);
  });
});
