import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { exportPipeline } from '../../../agent/pipelines/export/export.ts';
import { importPipelines } from '../../../agent/pipelines/import/import.ts';
import { evaluate, thisRepository } from '../../../agent/pipelines/import/github-evaluate.ts';
import { PipelineDefinition, type ImportReport, type PipelineStep } from '../../../agent/protocol/pipeline.ts';
import { publishedSchema } from '../../../agent/protocol/published-schema.ts';
import { readPipelineFile } from '../../../agent/workspace/configuration.ts';

function imported(file: string, text: string): ImportReport {
  const report = importPipelines(file, text);
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
        { LEVEL: 'high', SHA: 'x' },
        { TOKEN: 'env:NPM_TOKEN' },
        300,
        ['packages/web/dist'],
      ],
    );
    assert.deepEqual(pipeline?.concurrency, { group: 'CI', cancelInProgress: true });
  });

  it('keeps of the matrix what makes a difference here, with values that are worked out beforehand', () => {
    const test = pipeline?.steps['test-npm-test'];
    assert.equal(test?.command, 'npm test -- --shard=${{ matrix.part }}/2 ${{ matrix.value_1 }}');
    assert.deepEqual(test?.needs, ['build']);
    assert.equal(test?.when, undefined);
    assert.deepEqual(test?.matrix?.include, [
      { part: 1, value_1: '--lint' },
      { part: 2, value_1: '' },
    ]);
    const last = pipeline?.steps['test-cat-log-txt'];
    assert.deepEqual([last?.when, last?.needs, last?.allowFailure], ['failure()', ['test-npm-test'], true]);
  });

  it('says what cannot run here', () => {
    const missing = missingOf(whole);
    assert.ok(missing.includes('jobs.build.steps.5: the action codecov/codecov-action runs on GitHub alone'));
    assert.ok(missing.includes('jobs.test.steps.2: it would change this machine; it is left out'));
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

describe('a GitLab CI file', () => {
  const report = imported(
    '.gitlab-ci.yml',
    `
stages: [build, test, deploy]
variables: { LEVEL: high }
.base: { before_script: [echo before], retry: 2 }
compile: { stage: build, extends: .base, script: [make], artifacts: { paths: [out/] }, timeout: 1h 30m }
unit: { stage: test, script: [make test], parallel: { matrix: [{ PART: [a, b] }] }, allow_failure: true }
docs: { stage: test, needs: [], script: make docs, rules: [{ changes: [docs/**] }] }
tagged: { stage: test, script: [x], only: [tags] }
release: { stage: deploy, script: [make release], rules: [{ if: '$CI_COMMIT_BRANCH == "main"', when: manual }], environment: production }
child: { stage: deploy, trigger: other/project }
`,
  );
  const [pipeline] = report.pipelines;

  it('becomes a step for each job, after the stages before it', () => {
    assert.deepEqual(Object.keys(pipeline?.steps ?? {}), ['compile', 'unit', 'docs', 'approve-release', 'release']);
    assert.deepEqual([pipeline?.type, pipeline?.environment], ['deploy', { LEVEL: 'high' }]);
    const [compile, unit] = [stepOf(report, 'compile'), stepOf(report, 'unit')];
    const [docs, release] = [stepOf(report, 'docs'), stepOf(report, 'release')];
    assert.deepEqual(
      [compile.command, compile.retries, compile.timeout, compile.artifacts],
      ['echo before\nmake', 2, 5400, ['out/']],
    );
    assert.deepEqual(
      [unit.needs, unit.matrix?.include, unit.allowFailure],
      [['compile'], [{ PART: 'a' }, { PART: 'b' }], true],
    );
    assert.deepEqual([docs.needs, docs.when], [[], "(changed('docs/**'))"]);
    assert.deepEqual([release.needs, release.when], [['approve-release'], 'branch == "main"']);
  });

  it('says what cannot run here', () => {
    const missing = missingOf(report);
    assert.ok(
      missing.includes('tagged: it runs for tags, merge requests or schedules alone; it is left out'),
      missing.join('\n'),
    );
    assert.ok(missing.includes('child: it starts a pipeline elsewhere; it is left out'));
  });
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

describe('an exported pipeline', () => {
  const definition = PipelineDefinition.parse({
    steps: {
      build: { command: 'npm run build', artifacts: ['dist/**'] },
      test: {
        command: 'npm test ${{ matrix.node }}',
        needs: ['build'],
        matrix: { values: { node: [18, 20] } },
        when: "branch == 'main'",
        timeout: 90,
        retries: 1,
        idempotent: true,
      },
      ask: { approval: 'Deploy?', needs: ['test'] },
    },
    finally: { tidy: { command: 'rm -rf tmp' } },
  });

  it('is a workflow that comes back as it was, but for what GitHub does otherwise', () => {
    const { text, path: place, notes } = exportPipeline({ id: 'ci', definition, evidence: [] }, 'github');
    assert.equal(place, '.github/workflows/ci.yml');
    assert.match(notes.join(), /required reviewers/);
    const back = workflow(text);
    const [build, test] = [stepOf(back, 'build'), stepOf(back, 'test')];
    assert.deepEqual([build.command, build.artifacts], ['npm run build', ['dist/**']]);
    assert.deepEqual([test.needs, test.when, test.matrix?.values], [['build'], "branch == 'main'", { node: [18, 20] }]);
    assert.equal(stepOf(back, 'tidy').when, 'always()');
  });

  it('is a GitLab CI file that comes back as steps', () => {
    const { text } = exportPipeline({ id: 'ci', definition, evidence: [] }, 'gitlab');
    const test = stepOf(imported('.gitlab-ci.yml', text), 'test');
    assert.deepEqual([test.needs, test.retries, test.timeout], [['build'], 1, 90]);
    assert.deepEqual(test.matrix?.include, [{ MATRIX_NODE: '18' }, { MATRIX_NODE: '20' }]);
  });

  it('is a file of Noodle without what is the default anyway', () => {
    const { text } = exportPipeline(
      { id: 'ci', definition, evidence: [{ step: 'build', found: 'package.json script build' }] },
      'noodle',
    );
    assert.match(
      text,
      /^pipelines:\n {2}ci:\n {4}steps:\n {6}# package.json script build\n {6}build:\n {8}command: npm run build\n {8}artifacts:\n/,
    );
    assert.deepEqual(readPipelineFile(text).pipelines, { ci: definition });
  });
});

describe('the published schema', () => {
  it('is what the product reads', () => {
    const file = path.resolve(import.meta.dirname, '../../../agent/protocol/noodle.schema.json');
    const published = `${JSON.stringify(publishedSchema(), null, 2)}\n`;
    assert.equal(
      readFileSync(file, 'utf8'),
      published,
      'write it anew: npm run -s noodle -- pipeline schema > agent/protocol/noodle.schema.json',
    );
  });
});
