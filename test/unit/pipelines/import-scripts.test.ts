import assert from 'node:assert/strict';
import { importPipelines } from '../../../agent/pipelines/import/import.ts';

/** The steps with their needs, and what is said of the scripts that are none. */
function imported(scripts: Readonly<Record<string, string>>) {
  const report = importPipelines('package.json', JSON.stringify({ name: 'shop', scripts }));
  assert.ok(report.ok, report.ok ? '' : report.failure.message);
  const steps = Object.entries(report.value.pipelines[0]?.steps ?? {}).map(([id, { needs }]) => [id, needs]);
  const others = report.value.findings.flatMap(({ place, outcome, message }) =>
    outcome === 'same' ? [] : [`${place}: ${message}`],
  );
  return { steps, others };
}

describe('scripts of a package.json that run others', () => {
  it('are left out where they do nothing else', () => {
    assert.deepEqual(
      imported({
        lint: 'oxlint',
        types: 'tsc',
        check: 'npm-run-all lint types',
        unit: 'mocha',
        test: 'npm run lint && npm run unit',
      }),
      {
        steps: [
          ['lint', []],
          ['types', []],
          ['unit', ['lint', 'types']],
        ],
        others: [
          'scripts.check: it runs what the steps lint, types run',
          'scripts.test: it runs what the steps lint, unit run',
        ],
      },
    );
  });

  it('run a check in their own step, which is then not repeated', () => {
    assert.deepEqual(imported({ lint: 'oxlint', test: 'mocha', pretest: 'yarn lint' }), {
      steps: [['test', []]],
      others: ['scripts.lint: the step test runs it', 'scripts.pretest: it neither checks nor builds nor tests'],
    });
    assert.deepEqual(imported({ lint: 'oxlint', test: 'npm run -s lint && mocha' }).steps, [['test', []]]);
  });

  it('leave a build where other steps need it', () => {
    const all = { build: 'tsc', test: 'pnpm run build && mocha' };
    assert.deepEqual(imported(all).steps, [['test', []]]);
    assert.deepEqual(imported({ ...all, 'test:e2e': 'playwright test' }).steps, [
      ['build', []],
      ['test', ['build']],
      ['test-e2e', ['build']],
    ]);
  });

  it('with arguments, or beside other commands, are steps of their own', () => {
    assert.deepEqual(
      imported({ 'lint:js': 'eslint .', lint: 'npm run lint:js -- --max-warnings 0', test: 'mocha' }).steps.map(
        ([id]) => id,
      ),
      ['lint', 'test'],
    );
    assert.deepEqual(imported({ test: 'npm run test' }).steps, [['test', []]]);
  });

  it('run the tests with coverage are not run beside the tests', () => {
    assert.deepEqual(imported({ test: 'vitest run', coverage: 'vitest run --coverage' }), {
      steps: [['test', []]],
      others: ['scripts.coverage: it runs the tests of test again, with coverage'],
    });
    assert.deepEqual(imported({ coverage: 'c8 mocha' }).steps, [['coverage', []]]);
  });
});
