import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { importPipelines } from '../../../agent/pipelines/import/import.ts';
import type { ImportReport, PipelineStep } from '../../../agent/protocol/pipeline.ts';

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

const missingOf = ({ findings }: ImportReport) =>
  findings.filter(({ outcome }) => outcome === 'missing').map(({ place, message }) => `${place}: ${message}`);

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

describe('a GitLab CI file of several', () => {
  const report = imported(
    '.gitlab-ci.yml',
    `
include:
  - local: /ci/build.yml
  - { project: other/project, file: x.yml }
variables: { LEVEL: high }
make: { stage: build, script: [echo V=1 > build.env, apt-get install -y jq, make], artifacts: { reports: { dotenv: build.env } } }
`,
    { 'ci/build.yml': 'included: { stage: test, script: [echo $V] }\nmake: { script: [never] }\n' },
  );

  it('has the jobs of those of its repository, and says which are of others', () => {
    assert.deepEqual(Object.keys(report.pipelines[0]?.steps ?? {}), ['make', 'included']);
    assert.ok(
      missingOf(report).includes('include: project other/project, file x.yml is not read'),
      missingOf(report).join(),
    );
  });

  it('hands variables on by dotenv files, and leaves out what changes the machine', () => {
    const make = stepOf(report, 'make');
    assert.deepEqual(make.dotenv, ['build.env']);
    assert.equal(make.command, "echo V=1 > build.env\necho 'left out: apt-get install -y jq'\nmake");
  });
});

describe('variables of a GitLab CI file', () => {
  const report = imported(
    '.gitlab-ci.yml',
    `
variables: { OUT: $CI_PROJECT_DIR/out, LEVEL: low }
build:
  stage: build
  variables: { BIN: "\${OUT}/bin", PRICE: "5$$ \`x\`" }
  parallel: { matrix: [{ PLATFORM: [linux, darwin] }] }
  script: ['mkdir -p $BIN && echo "$CI_COMMIT_SHORT_SHA $CI_JOB_NAME $PLATFORM $CI_COMMIT_TAG" > $BIN/$PLATFORM', 'login $CI_REGISTRY']
  artifacts: { paths: [$CI_PROJECT_DIR/out, $HOME/x] }
`,
  );
  const step = report.pipelines[0]?.steps['build'];

  it('that GitLab sets are set as far as they mean something here, those that others name before those', () => {
    assert.deepEqual(step?.command?.split('\n').slice(0, -2), [
      'export CI_PROJECT_DIR="$PWD"',
      'export OUT="$CI_PROJECT_DIR/out"',
      'export BIN="${OUT}/bin"',
      'export PRICE="5\\$ \\`x\\`"',
      'export CI_COMMIT_SHORT_SHA="$(git rev-parse --short=8 HEAD)"',
      'export CI_JOB_NAME="build"',
    ]);
    assert.deepEqual(report.pipelines[0]?.environment, { LEVEL: 'low' });
    assert.deepEqual(step?.artifacts, ['out']);
  });

  it('of a matrix have their names', () => {
    assert.deepEqual(step?.environment, { PLATFORM: '${{ matrix.PLATFORM }}' });
  });

  it('that are not known here are named', () => {
    const missing = report.findings.flatMap(({ outcome, message }) => (outcome === 'missing' ? [message] : []));
    assert.deepEqual(missing, ['CI_REGISTRY is set on GitLab alone, and empty here', 'the files $HOME/x are not kept']);
  });
});

describe('what a GitLab job runs after its script', () => {
  it('runs however that ended, with the same variables, and changes nothing of it', () => {
    const report = imported(
      '.gitlab-ci.yml',
      `
build:
  script: [echo main, 'exit 3']
  after_script: ['false', 'echo "after $CI_JOB_NAME $CI_JOB_STATUS"']
`,
    );
    const ended = spawnSync('bash', ['-eo', 'pipefail', '-c', stepOf(report, 'build').command ?? ''], {
      encoding: 'utf8',
    });
    assert.deepEqual([ended.status, ended.stdout], [3, 'main\nafter build failed\n']);
    assert.deepEqual(missingOf(report), []);
  });
});

describe('a rule that somebody has to start a job by', () => {
  it('asks under its own condition, and the job goes on where nobody is asked', () => {
    const report = imported(
      '.gitlab-ci.yml',
      `
test:
  script: [make test]
  rules:
    - { if: '$CI_COMMIT_BRANCH == "never"', when: manual }
    - { if: '$CI_PIPELINE_SOURCE == "push"' }
`,
    );
    assert.equal(stepOf(report, 'approve-test').when, 'branch == "never"');
    assert.deepEqual(stepOf(report, 'test').needs, ['approve-test']);
    assert.equal(
      stepOf(report, 'test').when,
      '!failure() && !cancelled() && ((branch == "never") || (!(branch == "never")))',
    );
  });

  it('asks always where it is the only one', () => {
    const report = imported('.gitlab-ci.yml', 'ship:\n  script: [make]\n  rules: [{ when: manual }]\n');
    assert.equal(stepOf(report, 'approve-ship').when, undefined);
    assert.equal(stepOf(report, 'ship').when, undefined);
  });
});
