import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { exportPipeline } from '../../../agent/pipelines/export/export.ts';
import { importPipelines } from '../../../agent/pipelines/import/import.ts';
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
