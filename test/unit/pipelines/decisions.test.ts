// What is decided before anything runs: which steps, in which order, for how long.
import assert from 'node:assert/strict';
import { estimate } from '../../../agent/pipelines/estimates.ts';
import { expandPipeline, type ExpandedStep } from '../../../agent/pipelines/expansion.ts';
import { inferPipeline } from '../../../agent/pipelines/inference.ts';
import { decideSteps } from '../../../agent/pipelines/pruning.ts';
import { passingReason, pauseBefore } from '../../../agent/pipelines/retrying.ts';
import { expectedDuration, prioritize, type ScheduledStep } from '../../../agent/pipelines/schedule.ts';
import { planSteps } from '../../../agent/pipelines/step-plan.ts';
import type { ChangeSet } from '../../../agent/protocol/change-set.ts';
import { RepoPath, StepId, TargetId } from '../../../agent/protocol/ids.ts';
import { PipelineDefinition, type WrittenPipeline } from '../../../agent/protocol/pipeline.ts';

const id = (text: string) => StepId.parse(text);

function expanded(
  written: WrittenPipeline,
  others: Readonly<Record<string, WrittenPipeline>> = {},
): readonly ExpandedStep[] {
  const definitions = Object.fromEntries(
    Object.entries({ ...others, p: written }).map(([name, each]) => [name, PipelineDefinition.parse(each)]),
  );
  const result = expandPipeline('p', { definitions, approvalRequired: false, autoDeployment: true });
  assert.ok(result.ok, result.ok ? '' : result.failure.message);
  return result.value.steps;
}

const changes = (...paths: string[]): ChangeSet => ({
  base: 'HEAD',
  head: null,
  branch: 'main',
  files: paths.map((path) => ({ path: RepoPath.parse(path), kind: 'modified' as const, lines: [] })),
  notes: [],
});

describe('which steps run', () => {
  const steps = expanded({
    steps: {
      web: { command: 'x', inputs: ['web/**'], artifacts: ['web/dist/**'] },
      docs: { command: 'x', inputs: ['docs/**'] },
      api: { command: 'x', folder: 'api' },
      all: { command: 'x' },
      pack: { command: 'x', inputs: ['pack/**'], needs: ['web'] },
      ask: { approval: 'Deploy?' },
    },
    finally: { tidy: { command: 'x', inputs: ['nothing/**'] } },
  });
  const decided = (changed: ChangeSet, reached: ReadonlyMap<string, { path: readonly string[] }> = new Map()) =>
    Object.fromEntries(
      [...decideSteps({ steps, changes: changed, reached })].map(([step, { runs, why }]) => [
        step,
        `${runs ? 'runs' : 'not'}: ${why}`,
      ]),
    );

  it('is told by what they read, and by what the change can affect', () => {
    assert.deepEqual(decided(changes('lib/a.js'), new Map([['api/b.js', { path: ['lib/a.js', 'api/b.js'] }]])), {
      web: 'not: nothing of web/** changed or depends on what changed',
      docs: 'not: nothing of docs/** changed or depends on what changed',
      api: 'runs: lib/a.js → api/b.js',
      all: 'runs: no inputs are declared, so that every change can affect it',
      pack: 'not: nothing of pack/** changed or depends on what changed',
      ask: 'runs: it decides whether the pipeline goes on',
      tidy: 'runs: it runs after all others, whatever changed',
    });
  });

  it('goes on to what may use the artifacts of one that runs', () => {
    const { web, pack } = decided(changes('web/x.js'));
    assert.deepEqual([web, pack], ['runs: web/x.js changed', 'runs: it may use the artifacts of web, which runs']);
  });
});

describe('the order of steps', () => {
  const step = (
    name: string,
    durationMs: number,
    needs: readonly string[] = [],
    failureProbability = 0,
  ): ScheduledStep => ({ id: id(name), durationMs, needs: needs.map(id), failureProbability });
  // Declared as somebody wrote it: the long row last.
  const row = [
    step('lint', 10),
    step('docs', 100),
    step('build', 200),
    step('test', 700, ['build']),
    step('flaky', 20, [], 0.6),
  ];

  it('follows the longest way, after what likely fails and is quick', () => {
    const { of, critical, early } = prioritize(row);
    const order = row.map((each) => each.id).toSorted((a, b) => (of.get(b) ?? 0) - (of.get(a) ?? 0));
    assert.deepEqual(order, ['flaky', 'build', 'test', 'docs', 'lint']);
    assert.deepEqual([...critical], ['build', 'test']);
    assert.deepEqual([...early], ['flaky']);
  });

  it('makes the whole shorter than the plain one', () => {
    const { of } = prioritize(row);
    const wide = [...row, step('other', 300)];
    assert.ok(expectedDuration(wide, 2, (each) => of.get(each) ?? 0) < expectedDuration(wide, 2, () => 0));
    assert.equal(
      expectedDuration(row, 100, () => 0),
      900,
    );
  });
});

describe('a plan', () => {
  const steps = expanded({
    steps: {
      a: { command: 'x' },
      b: { command: 'x', when: "branch == 'main'" },
      c: { command: 'x', inputs: ['c/**'] },
    },
  });
  const decisions = decideSteps({ steps, changes: changes('x'), reached: new Map() });
  const estimates = new Map([
    [id('a'), estimate([{ hasFailed: false, durationMs: 1000 }])],
    [
      id('b'),
      estimate([
        { hasFailed: true, durationMs: 50 },
        { hasFailed: false, durationMs: 50 },
      ]),
    ],
    [id('c'), estimate([{ hasFailed: false, durationMs: 5000 }])],
  ]);
  const input = {
    pipeline: 'p',
    steps,
    decisions,
    estimates,
    reused: new Set<StepId>(),
    isOptimized: true,
    slots: 1,
    changedFiles: 1,
    notes: [],
  };

  it('tells what runs, for how long and how likely it fails', () => {
    const { plan } = planSteps(input);
    assert.deepEqual(
      plan.steps.map(({ id: step, decision }) => `${step} ${decision}`),
      ['b conditional', 'a run', 'c pruned'],
    );
    assert.deepEqual([plan.expectedMs, plan.plainMs], [1050, 6050]);
    const uneven = [1000, 1000, 1000, 2000].map((durationMs) => ({ hasFailed: false, durationMs }));
    const { plan: later } = planSteps({ ...input, estimates: new Map([...estimates, [id('a'), estimate(uneven)]]) });
    const step = later.steps.find((each) => each.id === 'a');
    assert.deepEqual([step?.expectedMs, Math.round(step?.p90Ms ?? 0)], [1000, 1700]);
    assert.match(plan.notes.join(), /leaving out and ordering save 5\.0 s of 6\.0 s|save 5\.0 s of 6\.[01] s/);
    assert.ok((plan.failureProbability ?? 0) > 0.3 && (plan.failureProbability ?? 1) < 0.8);
    assert.match(
      plan.steps[0]?.why ?? '',
      /when branch == 'main'; first, as it failed 1 of the last 2 times and is quick/,
    );
  });

  it('is the plain order where optimization is switched off', () => {
    const { plan, priorities } = planSteps({ ...input, isOptimized: false });
    assert.deepEqual(
      plan.steps.map((step) => step.id),
      ['a', 'b', 'c'],
    );
    assert.equal(priorities.size, 0);
  });
});

describe('nested pipelines', () => {
  it('stand where they are named, with its needs, and what follows needs their last steps', () => {
    const inner = { steps: { one: { command: 'x' }, two: { command: 'x', needs: ['one'] } } };
    const steps = expanded(
      {
        steps: {
          first: { command: 'x' },
          sub: { pipeline: 'inner', needs: ['first'] },
          last: { command: 'x', needs: ['sub'] },
        },
      },
      { inner },
    );
    assert.deepEqual(
      steps.map((step) => `${step.id} < ${step.needs.join()}`),
      ['first < ', 'sub/one < first', 'sub/two < sub/one', 'last < sub/two'],
    );
  });

  it('that name each other are refused', () => {
    const definitions = {
      p: PipelineDefinition.parse({ steps: { a: { pipeline: 'q' } } }),
      q: PipelineDefinition.parse({ steps: { a: { pipeline: 'p' } } }),
    };
    const result = expandPipeline('p', { definitions, approvalRequired: false, autoDeployment: true });
    assert.ok(!result.ok);
    assert.equal(result.failure.message, 'the pipelines name each other in a circle: p → q → p');
  });
});

describe('an inferred pipeline', () => {
  const infer = (
    files: Readonly<Record<string, string>>,
    more: { targets?: readonly { id: TargetId; foundIn: string }[]; tests?: readonly string[] } = {},
  ) =>
    inferPipeline({
      files: Object.keys(files).map((file) => RepoPath.parse(file)),
      read: (file) => files[file] ?? null,
      targets: more.targets ?? [],
      tests: more.tests ?? [],
    });

  it('says of each step what it was found in', () => {
    const found = infer(
      {
        'package.json': JSON.stringify({ scripts: { lint: 'eslint', build: 'tsc', test: 'vitest' } }),
        'pnpm-lock.yaml': '',
      },
      { targets: [{ id: TargetId.parse('core'), foundIn: 'package.json script build' }], tests: ['vitest (41 files)'] },
    );
    assert.deepEqual(found?.evidence, [
      { step: 'lint', found: 'package.json script lint' },
      { step: 'build', found: 'package.json script build' },
      { step: 'test', found: 'vitest (41 files)' },
    ]);
    assert.deepEqual(
      [found?.definition.steps['lint']?.command, found?.definition.steps['test']?.needs],
      ['pnpm run lint', ['build']],
    );
  });

  it('makes steps of what the test script does besides starting the runner, and of checks', () => {
    const of = (scripts: Readonly<Record<string, string>>) =>
      infer({ 'package.json': JSON.stringify({ scripts }) }, { tests: ['node:test (9 files)'] });
    const found = of({
      test: 'node --test && npm run check:type:ts && tsd',
      'check:lint': 'eslint .',
      'check:type:ts': 'tsc -p tsconfig.ts.json',
    });
    assert.deepEqual(
      Object.entries(found?.definition.steps ?? {}).map(([step, { command }]) => [step, command]),
      [
        ['check-lint', 'npm run check:lint'],
        ['check-type-ts', 'npm run check:type:ts'],
        ['test', undefined],
        ['tsd', 'npm exec -c "tsd"'],
      ],
    );
    assert.equal(found?.evidence.at(-1)?.found, 'package.json script test: npm exec -c "tsd"');
    const compiled = of({ pretest: 'npm run compile', compile: 'tsc', test: 'node --test' })?.definition.steps;
    assert.deepEqual([compiled?.['test']?.needs, compiled?.['compile']?.command], [['compile'], 'npm run compile']);
    assert.deepEqual(of({ test: './all.sh; mocha' })?.evidence, [
      { step: 'test', found: 'node:test (9 files); not told apart from the runner, and no step: ./all.sh; mocha' },
    ]);
  });

  it('makes no step of a check that another step runs in any case', () => {
    const steps = (scripts: Record<string, string>, tests: string[] = []) =>
      Object.entries(infer({ 'package.json': JSON.stringify({ scripts }) }, { tests })?.definition.steps ?? {}).map(
        ([name, { command }]) => `${name}: ${command ?? 'tests'}`,
      );
    const checks = { lint: 'eslint .', 'check:types': 'tsc', check: 'npm run lint && npm run check:types' };
    assert.deepEqual(steps({ ...checks, test: 'npm run check && mocha' }, ['mocha (2 files)']), [
      'test: tests',
      'check: npm run check',
    ]);
    assert.deepEqual(steps({ ...checks, test: 'npm run check && ./run' }), ['test: npm test']);
    assert.deepEqual(steps({ 'check:types': 'tsc', lint: 'run-p eslint check:*', eslint: 'eslint' }), [
      'lint: npm run lint',
    ]);
    assert.deepEqual(steps({ lint: 'eslint', types: 'tsc', test: './run' }), [
      'lint: npm run lint',
      'types: npm run types',
      'test: npm test',
    ]);
    assert.deepEqual(steps({ lint: 'npm run types', types: 'npm run lint' }), ['lint: npm run lint']);
  });

  it('knows other tools by their files, and makes nothing of nothing', () => {
    assert.deepEqual(Object.keys(infer({ 'go.mod': '' })?.definition.steps ?? {}), ['build', 'vet', 'test']);
    assert.deepEqual(Object.keys(infer({ Makefile: 'test: all\n\techo\nall:\n' })?.definition.steps ?? {}), [
      'all',
      'test',
    ]);
    assert.equal(infer({ 'readme.md': '' }), null);
  });
});

describe('trying again', () => {
  const exit = { exitCode: 1, signalName: null, startError: null, durationMs: 1 };
  it('is for what fails for a passing reason', () => {
    assert.equal(passingReason({ exit, lastOutput: 'assert failed' }), null);
    assert.equal(passingReason({ exit, lastOutput: 'npm ERR! network ETIMEDOUT' }), 'it printed ETIMEDOUT');
    assert.equal(
      passingReason({ exit: { ...exit, exitCode: 75 }, lastOutput: '' }),
      'it exited with 75, a temporary failure',
    );
    assert.equal(passingReason({ exit: { ...exit, startError: 'ENOENT' }, lastOutput: '' }), null);
  });

  it('waits twice as long each time, and never over a minute', () => {
    assert.deepEqual(
      [2, 3, 4, 20].map((attempt) => pauseBefore(attempt, 0)),
      [1000, 2000, 4000, 60_000],
    );
    assert.equal(pauseBefore(2, 1), 500);
  });
});
