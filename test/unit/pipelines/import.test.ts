import assert from 'node:assert/strict';
import { importPipelines } from '../../../agent/pipelines/import/import.ts';
import { evaluate, thisRepository } from '../../../agent/pipelines/import/github-evaluate.ts';
import type { ImportReport, PipelineStep } from '../../../agent/protocol/pipeline.ts';
import { readPipelineFile } from '../../../agent/workspace/configuration.ts';

function imported(file: string, text: string, files: Readonly<Record<string, string>> = {}): ImportReport {
  const report = importPipelines(file, text, (name) => files[name] ?? null);
  assert.ok(report.ok, report.ok ? '' : report.failure.message);
  return report.value;
}

/** A step that has to be there. */
function stepOf({ pipelines: [pipeline] }: ImportReport, id: string): PipelineStep {
  const step = pipeline?.steps[id];
  assert.ok(step !== undefined, `there is no step ${id}`);
  return step;
}

const workflow = (text: string) => imported('.github/workflows/ci.yml', text);
const missingOf = ({ findings }: ImportReport) =>
  findings.filter(({ outcome }) => outcome === 'missing').map(({ place, message }) => `${place}: ${message}`);

describe('a file that is no YAML', () => {
  it('is refused with line and column', () => {
    const report = importPipelines('bad.yml', 'jobs:\n  a: [1, 2\n  b: {\n');
    assert.match(report.ok ? '' : report.failure.message, /^bad\.yml:[2-4]:\d+: /);
  });
});

describe('a workflow of GitHub Actions', () => {
  const whole = workflow(`
name: CI
on: [push, pull_request]
env: { LEVEL: high }
concurrency: { group: 'ci-\${{ github.ref }}', cancel-in-progress: true }
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with: { node-version: 20 }
      - uses: actions/cache@v4
      - name: Build it
        run: npm run build
        working-directory: ./packages/web
        env: { TOKEN: '\${{ secrets.NPM_TOKEN }}', SHA: x }
        timeout-minutes: 5
      - uses: actions/upload-artifact@v4
        with: { name: dist, path: packages/web/dist }
      - uses: codecov/codecov-action@v4
  test:
    needs: build
    if: github.event_name == 'push' || github.event.pull_request.head.repo.full_name != github.repository
    runs-on: \${{ matrix.os }}
    strategy:
      matrix:
        os: [ubuntu-latest, windows-latest, macos-latest]
        part: [1, 2]
        node: [18, 20]
    steps:
      - uses: actions/download-artifact@v4
      - run: npm test -- --shard=\${{ matrix.part }}/2 \${{ matrix.part == 1 && '--lint' || '' }}
      - run: sudo apt-get install jq
      - if: failure()
        run: cat log.txt
        continue-on-error: true
`);
  const [pipeline] = whole.pipelines;

  it('becomes steps in a row, with needs, folders, variables, secrets and artifacts', () => {
    const build = pipeline?.steps['build'];
    assert.deepEqual(
      [
        build?.name,
        build?.command,
        build?.folder,
        build?.environment,
        build?.secrets,
        build?.timeout,
        build?.artifacts,
      ],
      [
        'Build it',
        'npm run build',
        'packages/web',
        { SHA: 'x' },
        { TOKEN: 'env:NPM_TOKEN' },
        300,
        ['packages/web/dist'],
      ],
    );
    assert.deepEqual([pipeline?.environment, build?.job], [{ LEVEL: 'high' }, { name: 'build', environment: {} }]);
    assert.deepEqual(pipeline?.concurrency, { group: 'CI', cancelInProgress: true });
  });

  it('keeps of the matrix what makes a difference here, with values that are worked out beforehand', () => {
    const test = pipeline?.steps['test-npm-test'];
    assert.equal(test?.command, 'npm test -- --shard=${{ matrix.part }}/2 ${{ matrix.part_is_1_and_lint }}');
    assert.deepEqual(test?.needs, ['build']);
    assert.equal(test?.when, undefined);
    assert.deepEqual(test?.matrix?.include, [
      { part: 1, part_is_1_and_lint: '--lint' },
      { part: 2, part_is_1_and_lint: '' },
    ]);
    const last = pipeline?.steps['test-cat-log-txt'];
    assert.deepEqual([last?.when, last?.needs, last?.allowFailure], ['failure()', ['build', 'test-npm-test'], true]);
  });

  it('says what cannot run here', () => {
    const missing = missingOf(whole);
    assert.ok(missing.includes('jobs.build.steps.5: the action codecov/codecov-action runs on GitHub alone'));
    assert.ok(
      missing.includes('jobs.test.steps.2: it would change this machine: `sudo apt-get install jq`; it is left out'),
    );
    assert.ok(missing.some((line) => line.startsWith('jobs.test: what runs on ')));
  });

  it('is written as a file that can be read again', () => {
    const { pipelines, problems } = readPipelineFile(whole.yaml);
    assert.deepEqual(problems, []);
    const { id: _id, ...definition } = pipeline ?? { id: '' };
    assert.deepEqual(pipelines, { ci: definition });
  });

  it('of which nothing can run here is answered with the reasons alone', () => {
    const report = workflow('on: release\njobs:\n  a:\n    steps:\n      - uses: some/action@v1\n');
    assert.deepEqual([report.pipelines, report.yaml], [[], '']);
    assert.deepEqual(missingOf(report), ['jobs.a.steps.0: the action some/action runs on GitHub alone']);
  });

  it('with a container as a service gets it from docker', () => {
    const report = workflow(
      'on: push\njobs:\n  a:\n    services:\n      db: { image: "postgres:16", ports: ["5432:5432"], env: { POSTGRES_PASSWORD: x } }\n    steps:\n      - run: npm test\n',
    );
    const [first] = report.pipelines;
    assert.deepEqual(first?.steps['a']?.services, ['a-db']);
    assert.deepEqual(
      [first?.services['a-db']?.command, first?.services['a-db']?.ready?.port],
      ["docker run --rm --init --publish '5432:5432' --env POSTGRES_PASSWORD 'postgres:16'", 5432],
    );
  });
});

describe('what steps of GitHub Actions hand on', () => {
  const report = workflow(`
on: push
jobs:
  meta:
    runs-on: ubuntu-latest
    outputs:
      version: v\${{ steps.read.outputs.version }}
      is-new: \${{ steps.read.outputs.new }}
    steps:
      - id: read
        run: echo "version=1" >> "$GITHUB_OUTPUT"
      - run: echo \${{ steps.read.outputs.version }} \${{ github.sha }} \${{ env.X || 'none' }} \${{ steps.gone.outputs.x }}
        if: steps.read.outcome == 'success' && steps.read.outputs.new != 'no'
        env: { V: '\${{ steps.read.outputs.version }}', T: 'a-\${{ secrets.TOKEN }}' }
  deploy:
    needs: meta
    if: needs.meta.outputs.is-new == 'yes' && needs.meta.result == 'success'
    runs-on: ubuntu-latest
    steps:
      - run: ./deploy \${{ needs.meta.outputs.version }} \${{ secrets.TOKEN }}
`);

  it('is asked for when a step has its turn', () => {
    const step = stepOf(report, 'meta-echo-steps-read-outputs-version');
    assert.equal(
      step.command,
      "echo ${{ steps['meta-read'].outputs.version }} ${{ env.GITHUB_SHA }} ${{ env.X || 'none' }}".replaceAll(
        "['meta-read']",
        '.meta-read',
      ),
    );
    assert.deepEqual(
      [step.environment, step.secrets],
      [{ V: '${{ steps.meta-read.outputs.version }}', T: 'a-${{ env.TOKEN }}' }, { TOKEN: 'env:TOKEN' }],
    );
    assert.equal(step.when, "steps.meta-read.outcome == 'success' && steps.meta-read.outputs.new != 'no'");
    assert.deepEqual(missingOf(report), [
      'jobs.meta.steps.1: ${{ steps.gone.outputs.x }} is not known here, and empty',
    ]);
  });

  it('reaches other jobs as their outputs', () => {
    const step = stepOf(report, 'deploy');
    assert.equal(step.command, './deploy v${{ steps.meta-read.outputs.version }} ${TOKEN}');
    assert.equal(
      step.job?.when,
      "steps.meta-read.outputs.new == 'yes' && steps.meta-echo-steps-read-outputs-version.result == 'success'",
    );
  });
});

describe('a workflow that uses others of its repository', () => {
  const files = {
    '.github/workflows/build.yml': `
on:
  workflow_call:
    inputs: { level: { default: low }, part: {} }
    secrets: { key: {} }
    outputs: { built: { value: '\${{ jobs.make.outputs.file }}' } }
env: { SHARED: yes }
jobs:
  make:
    runs-on: ubuntu-latest
    outputs: { file: '\${{ steps.m.outputs.file }}' }
    steps:
      - id: m
        run: make \${{ inputs.level }} \${{ inputs.part }}
        env: { KEY: '\${{ secrets.key }}' }
`,
    '.github/actions/set-up/action.yml': `
inputs: { tool: { default: gcc }, version: {} }
outputs: { where: { value: '\${{ steps.find.outputs.path }}' } }
runs:
  using: composite
  steps:
    - uses: actions/checkout@v4
    - id: find
      shell: bash
      run: \${{ github.action_path }}/find.sh \${{ inputs.tool }} \${{ inputs.version }}
    - if: inputs.tool == 'clang'
      shell: bash
      run: never
`,
    'tools/js/action.yml': 'inputs: { who-to-greet: {} }\nruns: { using: node20, main: dist/index.js }\n',
  };
  const report = imported(
    '.github/workflows/ci.yml',
    `
on: push
jobs:
  call:
    strategy: { matrix: { part: [a, b] } }
    uses: ./.github/workflows/build.yml
    with: { part: '\${{ matrix.part }}' }
    secrets: { key: '\${{ secrets.REAL_KEY }}' }
  after:
    needs: call
    runs-on: ubuntu-latest
    steps:
      - uses: ./.github/actions/set-up
        id: setup
        with: { version: '12' }
      - uses: ./tools/js
        with: { who-to-greet: me }
      - run: use \${{ steps.setup.outputs.where }} \${{ needs.call.outputs.built }}
  elsewhere: { uses: other/repo/.github/workflows/x.yml@v1 }
`,
    files,
  );

  it('runs the jobs of a called workflow with its inputs, secrets and outputs', () => {
    const step = stepOf(report, 'call-make');
    assert.equal(step.command, 'make low ${{ matrix.part }}');
    assert.deepEqual(
      [step.secrets, step.job],
      [{ KEY: 'env:REAL_KEY' }, { name: 'call-make', environment: { SHARED: 'yes' } }],
    );
    assert.deepEqual(step.matrix?.values, { part: ['a', 'b'] });
  });

  it('runs the steps of its own actions where they are used', () => {
    const step = stepOf(report, 'after-find');
    assert.equal(step.command, '${{ env.GITHUB_WORKSPACE }}/.github/actions/set-up/find.sh gcc 12');
    assert.deepEqual(step.needs, ['call-make']);
    const js = stepOf(report, 'after-js');
    assert.deepEqual(
      [js.command, js.environment['INPUT_WHO-TO-GREET']],
      ['node "$GITHUB_WORKSPACE/tools/js/dist/index.js"', 'me'],
    );
    assert.equal(
      stepOf(report, 'after-use-steps-setup-outputs-where').command,
      'use ${{ steps.after-find.outputs.path }} ${{ steps.call-make.outputs.file }}',
    );
  });

  it('says what of it cannot run here', () => {
    assert.deepEqual(missingOf(report), [
      "jobs.after.steps.0 ./.github/actions/set-up.2: its condition does not hold for a run on this machine: inputs.tool == 'clang'",
      'jobs.elsewhere: the workflow other/repo/.github/workflows/x.yml@v1 of another repository is not called',
    ]);
  });
});

describe('commands of a workflow that reach the network, and its secrets', () => {
  it('are named in the report', () => {
    const { findings } = workflow(`
jobs:
  up:
    steps:
      - run: bash <(curl -s https://x.test/bash)
      - run: curl -fsSL https://x.test | sh
      - run: npm publish
        env: { KEY: '\${{ secrets.KEY }}' }
      - run: curl https://x.test/health
`);
    const end = 'reaches the network, and would run on this machine';
    assert.deepEqual(
      findings.filter(({ place }) => place.includes('steps')).map(({ message }) => message),
      [
        `\`bash <(curl -s https://x.test/bash)\` ${end}`,
        `\`curl -fsSL https://x.test | sh\` ${end}`,
        `\`npm publish\` ${end}`,
        'it takes the secret env:KEY; where that is not set it is empty, as on GitHub',
      ],
    );
  });
});

describe('commands of a workflow that change the machine', () => {
  const job = (run: string) =>
    workflow(
      `on: push\njobs:\n  a:\n    steps:\n      - run: |\n${run.replace(/^/gm, '          ')}\n      - run: make test\n`,
    );

  it('of its package manager are left out, line by line', () => {
    const report = job('sudo apt-get update && sudo apt-get install -y \\\n  libfoo\nmake deps');
    assert.equal(
      stepOf(report, 'a-sudo-apt-get-update').command,
      "echo 'left out: sudo apt-get update && sudo apt-get install -y libfoo'\nmake deps",
    );
    assert.match(missingOf(report).join(), /would change this machine; the line is left out/);
    assert.deepEqual(Object.keys(job('sudo apt-get install x').pipelines[0]?.steps ?? {}), ['a-make-test']);
    assert.deepEqual(Object.keys(job('if true; then sudo reboot; fi').pipelines[0]?.steps ?? {}), ['a-make-test']);
    assert.equal(stepOf(job('apt-get update && make deps'), 'a-apt-get-update').command, 'make deps');
  });

  for (const command of [
    'npm config set loglevel error',
    'git config --global user.name x',
    'npm install -g yarn',
    'npm i --location=global x',
    'cargo install x',
  ]) {
    it(`get a home of their own: ${command}`, () => {
      const report = job(command);
      assert.equal(Object.keys(report.pipelines[0]?.steps ?? {})[0], 'a-home');
      assert.match(report.findings.map(({ message }) => message).join(), /a home folder that is made for it/);
    });
  }

  for (const command of ['npm install', 'git config user.name x', 'npm run config set', 'npm install\nfoo -g']) {
    it(`are not: ${command}`, () => {
      assert.equal(stepOf(job(command), 'a-make-test').command, 'make test');
      assert.equal(Object.hasOwn(job(command).pipelines[0]?.steps ?? {}, 'a-home'), false);
    });
  }

  it('install Python packages into an environment of their own', () => {
    assert.match(stepOf(job('pip install x'), 'a-python').command ?? '', /-m venv/);
  });
});

describe('expressions of GitHub Actions', () => {
  const lookUp = (names: readonly string[]) => {
    const known: Record<string, unknown> = {
      'github.event_name': 'push',
      'github.repository': thisRepository,
      'matrix.node': 20,
      'matrix.list': ['a', 'b'],
    };
    const name = names.join('.');
    return name in known ? ({ known: true, value: known[name] } as const) : ({ known: false } as const);
  };
  for (const [text, expected] of [
    [`github.event_name == 'push' || unknown.thing`, true],
    [`unknown.thing && false`, false],
    [`github.repository == 'some/fork'`, true],
    [`github.repository != 'some/fork'`, false],
    [`matrix.node >= 18 && 'new' || 'old'`, 'new'],
    [`format('{0}-{1}', matrix.node, 'x')`, '20-x'],
    [`contains(matrix.list, 'b') && !contains('abc', 'z')`, true],
    [`fromJSON('[1, 2]')[1]`, undefined],
    [`toJSON(matrix.list)`, '["a","b"]'],
    [`'it''s' == 'IT''S'`, true],
    ['unknown.thing', undefined],
    ['(((', undefined],
  ] as const) {
    it(`${text} is ${String(expected)}`, () => {
      const found = evaluate(text, lookUp);
      assert.deepEqual(found.known ? found.value : undefined, expected);
    });
  }
});

describe('a package.json', () => {
  it('becomes checks, builds and tests in this order', () => {
    const text = JSON.stringify({
      name: 'x',
      scripts: { test: 'mocha', build: 'tsc', lint: 'eslint', dev: 'vite', 'test:watch': 'mocha -w' },
    });
    const report = imported('package.json', text);
    const steps = Object.entries(report.pipelines[0]?.steps ?? {}).map(
      ([id, { command, needs }]) => `${id}: ${command} < ${needs.join()}`,
    );
    assert.deepEqual(steps, ['lint: npm run lint < ', 'build: npm run build < lint', 'test: npm run test < build']);
    assert.equal(missingOf(report).length, 2);
  });
});

describe('what is no such file', () => {
  for (const [file, text, expected] of [
    ['x.yml', 'a: 1', /is neither a workflow/],
    ['x.yml', 'jobs: [1]', /jobs/],
    ['x.yml', '', /neither|empty/],
    ['package.json', '[]', /no package.json/],
  ] as const) {
    it(`is refused with a sentence: ${text}`, () => {
      const report = importPipelines(file, text);
      assert.ok(!report.ok);
      assert.match(report.failure.message, expected);
    });
  }
});
