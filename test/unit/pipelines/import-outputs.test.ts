import assert from 'node:assert/strict';
import { importPipelines } from '../../../agent/pipelines/import/import.ts';
import type { ImportReport, PipelineStep } from '../../../agent/protocol/pipeline.ts';

function imported(text: string, files: Readonly<Record<string, string>> = {}): ImportReport {
  const report = importPipelines('.github/workflows/ci.yml', text, (name) => files[name] ?? null);
  assert.ok(report.ok, report.ok ? '' : report.failure.message);
  return report.value;
}

/** A step that has to be there. */
function stepOf({ pipelines: [pipeline] }: ImportReport, id: string): PipelineStep {
  const step = pipeline?.steps[id];
  assert.ok(step !== undefined, `there is no step ${id} among ${Object.keys(pipeline?.steps ?? {}).join(', ')}`);
  return step;
}

const missingOf = ({ findings }: ImportReport) =>
  findings.filter(({ outcome }) => outcome === 'missing').map(({ place, message }) => `${place}: ${message}`);

const installer = `
inputs: { node: { required: true } }
runs:
  using: composite
  steps:
    - if: runner.os == 'Windows' && startsWith(inputs.node, 'v10.')
      run: curl -sO https://example.com/npm.tgz
      shell: cmd
    - run: echo "$NODE_VERSION"
      shell: bash
      env: { NODE_VERSION: '\${{ inputs.node }}' }
`;

describe('an output of an action that is not run', () => {
  const job = (steps: string) => `
on: push
jobs:
  lint:
    runs-on: ubuntu-latest
    steps:
${steps}`;

  it('is found out by a step of its own where it is asked for', () => {
    const report = imported(
      job(`
      - { name: Setup Node, uses: actions/setup-node@v6, id: node, with: { node-version: 26.x } }
      - uses: ./.github/actions/install
        with: { node: '\${{ steps.node.outputs.node-version }}' }
`),
      { '.github/actions/install/action.yml': installer },
    );
    const setup = stepOf(report, 'lint-node');
    assert.equal(setup.command, 'value=$(node --version)\necho "node-version=$value" >> "$GITHUB_OUTPUT"');
    assert.equal(setup.name, 'Setup Node');
    assert.deepEqual(stepOf(report, 'lint-echo-node_version').needs, ['lint-node']);
    assert.equal(
      stepOf(report, 'lint-echo-node_version').environment['NODE_VERSION'],
      '${{ steps.lint-node.outputs.node-version }}',
    );
    assert.equal(missingOf(report).length, 1, missingOf(report).join('\n'));
  });

  it('costs no step where nothing asks for it', () => {
    const report = imported(job(`      - { uses: actions/setup-node@v6, id: node }\n      - run: npm test\n`));
    assert.deepEqual(Object.keys(report.pipelines[0]?.steps ?? {}), ['lint']);
  });

  it('is asked for under the condition of its setup', () => {
    const report = imported(
      job(`
      - run: echo "wanted=yes" >> "$GITHUB_OUTPUT"
        id: what
      - { uses: actions/setup-python@v5, id: py, if: "steps.what.outputs.wanted == 'yes'" }
      - run: echo \${{ steps['py'].outputs['python-version'] }}
`),
    );
    assert.equal(stepOf(report, 'lint-py').when, "steps.lint-what.outputs.wanted == 'yes'");
    assert.match(stepOf(report, 'lint-py').command ?? '', /^value=\$\(python3 .*python_version/);
    assert.match(
      stepOf(report, 'lint-echo-steps-py-outputs-python-version').command ?? '',
      /\$\{\{ steps\.lint-py\.outputs\.python-version \}\}/,
    );
  });

  it('of a cache is that of one that holds nothing, so that what fills it runs', () => {
    const report = imported(
      job(`
      - { uses: actions/cache@v4, id: cache, with: { path: node_modules, key: deps-1 } }
      - run: echo "[\${{ steps.cache.outputs.cache-hit }}] \${{ steps.cache.outputs.cache-primary-key }}"
      - if: steps.cache.outputs.cache-hit != 'true'
        run: npm ci
      - if: steps.cache.outputs.cache-hit == 'true'
        run: npm rebuild
      - run: echo \${{ steps.cache.outcome }}
`),
    );
    const commands = Object.values(report.pipelines[0]?.steps ?? {}).map(({ command, when }) => [command, when]);
    assert.deepEqual(commands, [
      ['echo "[] deps-1"', undefined],
      ['npm ci', undefined],
      ['echo success', undefined],
    ]);
    assert.equal(missingOf(report).length, 1, 'the step for a cache that was found is named');
  });

  it('is named where it is not known: in a command, an input of an action, and an output of the job', () => {
    const report = imported(
      `
on: push
jobs:
  a:
    runs-on: ubuntu-latest
    outputs: { tag: '\${{ steps.meta.outputs.tags }}' }
    steps:
      - { uses: docker/metadata-action@v5, id: meta }
      - { uses: actions/upload-artifact@v4, id: up, with: { path: dist } }
      - run: echo \${{ steps.up.outputs.artifact-url }}
      - uses: ./.github/actions/install
        with: { node: '\${{ steps.meta.outputs.version }}' }
`,
      { '.github/actions/install/action.yml': installer },
    );
    const empty = missingOf(report).filter((text) => text.includes('is not known here, and empty'));
    assert.deepEqual(empty, [
      'jobs.a.steps.2: ${{ steps.up.outputs.artifact-url }} is not known here, and empty',
      'jobs.a.steps.3: ${{ steps.meta.outputs.version }} is not known here, and empty',
      'jobs.a.outputs.tag: ${{ steps.meta.outputs.tags }} is not known here, and empty',
    ]);
  });
});

describe('the results of all jobs that a job needs', () => {
  it('are asked for one by one', () => {
    const report = imported(`
on: push
jobs:
  a: { runs-on: ubuntu-latest, steps: [{ run: make a }] }
  b: { runs-on: ubuntu-latest, steps: [{ run: make b }] }
  c: { runs-on: ubuntu-latest, steps: [{ run: make c }] }
  done:
    runs-on: ubuntu-latest
    needs: [a, b]
    if: always()
    steps:
      - if: contains(needs.*.result, 'failure') || contains(needs.*.result, 'cancelled')
        run: exit 1
`);
    assert.equal(
      stepOf(report, 'done').when,
      "(steps.a.result == 'failure' || steps.b.result == 'failure') || (steps.a.result == 'cancelled' || steps.b.result == 'cancelled')",
    );
    assert.deepEqual(missingOf(report), []);
  });
});
