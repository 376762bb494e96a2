import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { exportPipeline } from '../../../agent/pipelines/export/export.ts';
import type { ProjectFiles } from '../../../agent/pipelines/export/project-files.ts';
import { importPipelines } from '../../../agent/pipelines/import/import.ts';
import { TargetId } from '../../../agent/protocol/ids.ts';
import { PipelineDefinition, type ImportReport, type PipelineStep } from '../../../agent/protocol/pipeline.ts';
import { publishedSchema } from '../../../agent/protocol/published-schema.ts';
import { readPipelineFile } from '../../../agent/workspace/configuration.ts';
import { workflowProblems } from '../../rig/workflow-parser.ts';

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

/** A repository of files. */
function projectOf(files: Readonly<Record<string, string>>): ProjectFiles {
  return { files: Object.keys(files), read: (file) => files[file] ?? null };
}
const plain = { project: projectOf({}), targets: [] };

describe('a gate in an exported pipeline', () => {
  for (const format of ['github', 'gitlab'] as const)
    it(`is named, and lets nothing through unasked: ${format}`, () => {
      const definition = PipelineDefinition.parse({
        type: 'deploy',
        steps: { tested: { gate: { kind: 'pre-deployment' } }, deploy: { command: './deploy', needs: ['tested'] } },
      });
      const { text, notes } = exportPipeline({ id: 'release', definition, evidence: [], ...plain }, format);
      assert.deepEqual(notes, [
        'tested: the pre-deployment gate has no form there; its job fails until you say in it what decides',
      ]);
      assert.ok(text.includes("echo 'say here what decides: pre-deployment gate' && false"), text);
    });
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
    const { text, path: place, notes } = exportPipeline({ id: 'ci', definition, evidence: [], ...plain }, 'github');
    assert.equal(place, '.github/workflows/ci.yml');
    assert.match(notes.join(), /required reviewers/);
    const back = imported(place, text);
    const [build, test] = [stepOf(back, 'build'), stepOf(back, 'test')];
    assert.deepEqual([build.command, build.artifacts], ['npm run build', ['dist/**']]);
    assert.deepEqual(
      [test.needs, test.job?.when, test.matrix?.values],
      [['build'], "branch == 'main'", { node: [18, 20] }],
    );
    assert.equal(stepOf(back, 'tidy').job?.when, 'always()');
  });

  it('is a GitLab CI file that comes back as steps', () => {
    const { text } = exportPipeline({ id: 'ci', definition, evidence: [], ...plain }, 'gitlab');
    const test = stepOf(imported('.gitlab-ci.yml', text), 'test');
    assert.deepEqual([test.needs, test.retries, test.timeout], [['build'], 1, 90]);
    assert.deepEqual(test.matrix?.include, [{ MATRIX_NODE: '18' }, { MATRIX_NODE: '20' }]);
  });

  it('is a file of Noodle without what is the default anyway', () => {
    const { text } = exportPipeline(
      { id: 'ci', definition, evidence: [{ step: 'build', found: 'package.json script build' }], ...plain },
      'noodle',
    );
    assert.match(
      text,
      /^pipelines:\n {2}ci:\n {4}steps:\n {6}# package.json script build\n {6}build:\n {8}command: npm run build\n {8}artifacts:\n/,
    );
    assert.deepEqual(readPipelineFile(text).pipelines, { ci: definition });
  });
});

describe('an exported pipeline on another machine', () => {
  const definition = PipelineDefinition.parse({
    steps: {
      make: { build: 'all', artifacts: ['dist/**'] },
      check: { tests: 'impacted', needs: ['make'] },
      ask: { approval: 'Go?', needs: ['check'] },
    },
    finally: { tidy: { command: 'rm -rf tmp', when: 'failure()' } },
  });
  const exported = (files: Readonly<Record<string, string>>, format: 'github' | 'gitlab') =>
    exportPipeline({ id: 'ci', definition, evidence: [], project: projectOf(files), targets: [] }, format);
  const scripts = { build: 'tsc', test: 'mocha' };

  for (const [what, files, expected] of [
    [
      'npm and its lock file',
      { 'package.json': JSON.stringify({ scripts }), 'package-lock.json': '{}', '.nvmrc': 'v20.1.0\n' },
      [/node-version-file: .nvmrc\n +cache: npm/, /run: npm ci\n/, /run: npm run build\n/, /run: npm test\n/],
    ],
    [
      'npm without one',
      { 'package.json': JSON.stringify({ scripts, engines: { node: '>= 18' } }) },
      [/node-version: lts/, /run: npm install\n/],
    ],
    [
      'pnpm',
      { 'package.json': JSON.stringify({ scripts, packageManager: 'pnpm@10.1.0' }), 'pnpm-lock.yaml': '' },
      [/pnpm\/action-setup@v4\n +- uses: actions\/setup-node/, /cache: pnpm/, /pnpm install --frozen-lockfile/],
    ],
    [
      'yarn',
      { 'package.json': JSON.stringify({ scripts, volta: { node: '22.1.0' } }), 'yarn.lock': '', '.yarnrc.yml': '' },
      [/corepack enable/, /node-version-file: package.json/, /yarn install --immutable/],
    ],
    [
      'pytest',
      {
        'pyproject.toml':
          '[project]\nname = "x"\nrequires-python = ">=3.9"\n[project.optional-dependencies]\ntest = ["pytest"]\n',
        'requirements.txt': 'click\n',
      },
      [
        /python-version-file: pyproject.toml/,
        /pip install -r requirements.txt\n/,
        /pip install -e '.\[test\]'/,
        /run: python -m pytest/,
      ],
    ],
    ['uv', { 'pyproject.toml': '[project]\nname = "x"\n', 'uv.lock': '' }, [/astral-sh\/setup-uv/, /uv sync --locked/]],
    ['Go', { 'go.mod': 'module x\n\ngo 1.22.1\n' }, [/go-version-file: go.mod/, /go test \.\/\.\.\./]],
    [
      'Maven',
      { 'pom.xml': '<project><properties><maven.compiler.release>17</maven.compiler.release></properties></project>' },
      [/java-version: "17"\n +cache: maven/, /mvn -B verify/],
    ],
    [
      'Gradle',
      { 'build.gradle.kts': 'java { toolchain { languageVersion = JavaLanguageVersion.of(11) } }', gradlew: '' },
      [/java-version: "11"\n +cache: gradle/, /\.\/gradlew check/],
    ],
    ['Cargo', { 'Cargo.toml': '', 'Cargo.lock': '' }, [/cargo test --workspace --locked/]],
  ] as const) {
    it(`gets what a project of ${what} needs, and GitHub finds nothing wrong in it`, async () => {
      const { text } = exported(files, 'github');
      for (const pattern of expected) assert.match(text, pattern);
      assert.doesNotMatch(text, /noodle/);
      assert.deepEqual(await workflowProblems(text), []);
    });
  }

  it('is refused by the parser where it is wrong', async () => {
    assert.notDeepEqual(
      await workflowProblems('on: push\njobs:\n  a:\n    runs-on: x\n    needs: b\n    steps: [{ run: 1, uses: x }]\n'),
      [],
    );
  });

  it('gets them on GitLab, too', () => {
    const { text } = exported(
      { 'package.json': JSON.stringify({ scripts }), 'package-lock.json': '{}', '.nvmrc': '20' },
      'gitlab',
    );
    assert.match(text, /image: node:20\n/);
    assert.match(text, /script:\n +- npm ci\n +- npm test\n/);
    assert.doesNotMatch(text, /noodle/);
  });

  it('builds its targets with what they need', () => {
    const target = { folder: '', automatic: true, needs: [] };
    const targets = [
      { ...target, id: TargetId.parse('core'), command: 'make core' },
      { ...target, id: TargetId.parse('web'), command: 'make', folder: 'web', needs: [TargetId.parse('core')] },
      { ...target, id: TargetId.parse('other'), command: 'make other' },
    ];
    const one = PipelineDefinition.parse({ steps: { web: { build: 'web' } } });
    const { text } = exportPipeline(
      { id: 'ci', definition: one, evidence: [], project: projectOf({}), targets },
      'github',
    );
    assert.match(text, /make core\n +\(cd 'web' && make\)\n/);
    assert.doesNotMatch(text, /make other/);
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

describe('an exported pipeline that was imported', () => {
  const report = importPipelines(
    '.github/workflows/ci.yml',
    'on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: pip install tox\n      - run: tox\n',
  );
  assert.ok(report.ok);
  const [imported] = report.value.pipelines;
  assert.ok(imported !== undefined);
  const { id, ...definition } = imported;
  const exported = (format: 'github' | 'gitlab') =>
    exportPipeline({ id, definition, evidence: [], project: { files: [], read: () => null }, targets: [] }, format);

  for (const format of ['github', 'gitlab'] as const) {
    it(`has no steps that prepare this machine: ${format}`, () => {
      assert.ok(Object.values(definition.steps).some(({ name }) => name === 'A Python environment of its own'));
      const { text } = exported(format);
      assert.ok(!text.includes('venv') && !text.includes('test-python'), text);
    });
  }

  it('has on GitLab somewhere to write what GitHub hands on', () => {
    assert.match(exported('gitlab').text, /export GITHUB_ENV=\/dev\/null/);
  });

  it('says where a job fails until somebody says what it does', () => {
    const steps = { build: { build: 'impacted' } };
    const plain = PipelineDefinition.parse({ steps });
    const { notes, text } = exportPipeline(
      { id, definition: plain, evidence: [], project: { files: [], read: () => null }, targets: [] },
      'gitlab',
    );
    assert.match(text, /say here what builds it/);
    assert.ok(
      notes.includes('build: what does it there is not known; its job fails until you say it in it'),
      notes.join('\n'),
    );
  });
});
