import assert from 'node:assert/strict';
import { RepoPath, type TestId } from '../../../agent/protocol/ids.ts';
import { isAudited, type PlanRequest } from '../../../agent/protocol/plan.ts';
import { settingDeclarations, type Settings } from '../../../agent/protocol/settings.ts';
import type { TestStatus } from '../../../agent/protocol/test.ts';
import { testId, type TestProject } from '../../../agent/tests/adapter.ts';
import type { EvidenceJudge, Verdict } from '../../../agent/tests/evidence-judge.ts';
import { plainEstimator } from '../../../agent/tests/estimator.ts';
import { planTests, type TestPlan } from '../../../agent/tests/plan.ts';
import { impactWith } from '../../rig/impact.ts';

interface Case {
  readonly files?: readonly string[];
  /** Path from a change to a file, by the file. */
  readonly reached?: Record<string, readonly string[]>;
  readonly history?: Record<
    string,
    { lastStatus?: TestStatus; runs?: number; failures?: number; medianMs?: number; caseCount?: number }
  >;
  readonly request?: PlanRequest;
  readonly settings?: Partial<Settings>;
  readonly changed?: readonly string[];
  readonly built?: readonly string[];
  readonly configFiles?: readonly string[];
  /** What recordings say, by the file; nothing is recorded of the others. */
  readonly verdicts?: Record<string, Verdict>;
  /** Tests that were missed, by the file that had changed. */
  readonly regrets?: Record<string, readonly string[]>;
  /** Share of changes in common, by `file test`. */
  readonly coChanges?: Record<string, number>;
}

// Made of the declarations themselves.
const defaults = Object.fromEntries(settingDeclarations.map((each) => [each.key, each.default])) as Settings;
const path = (text: string) => RepoPath.parse(text);
const idOf = (file: string): TestId => testId('mocha', path(file));

function plan({
  files = ['a.js', 'b.js', 'c.js'],
  reached = {},
  history = {},
  request = {},
  settings = {},
  changed = [],
  built = [],
  configFiles = [],
  verdicts,
  regrets = {},
  coChanges = {},
}: Case): TestPlan {
  const project: TestProject = {
    framework: 'mocha',
    folder: '',
    files: files.map(path),
    configFiles: configFiles.map(path),
    args: [],
    foundIn: 'x',
  };
  return planTests({
    files: files.map((file) => ({ id: idOf(file), file: path(file), framework: 'mocha', project: '', cases: [] })),
    projects: new Map(files.map((file) => [idOf(file), project])),
    sources: new Set(files.filter((file) => !built.includes(file)).map(path)),
    changes: {
      base: 'HEAD',
      head: null,
      branch: null,
      notes: [],
      files: changed.map((each) => ({ path: path(each), kind: 'modified', lines: [] })),
    },
    impact: impactWith({
      reached: new Map(
        Object.entries(reached).map(([file, way]) => [path(file), { distance: way.length - 1, path: way }]),
      ),
    }),
    evidence: verdicts === undefined ? null : judgeOf(verdicts),
    history: new Map(
      Object.entries(history).map(([file, known]) => [
        idOf(file),
        {
          file: path(file),
          runs: 5,
          failures: 0,
          lastStatus: 'passed',
          lastRunAt: 1,
          medianMs: 100,
          p90Ms: 100,
          caseCount: 3,
          ...known,
        },
      ]),
    ),
    regrets: new Map(Object.entries(regrets).map(([file, tests]) => [path(file), new Set(tests.map(idOf))])),
    coChange: (file, other) => coChanges[`${file} ${other}`] ?? 0,
    settings: { ...defaults, ...settings },
    request,
    reuse: null,
    estimator: plainEstimator,
  });
}

const judgeOf = (verdicts: Record<string, Verdict>): EvidenceJudge => ({
  verdictOn: (test) => verdicts[test.file] ?? null,
  doubtAbout: () => null,
});

const order = (result: TestPlan) => result.tests.map((test) => test.file);

describe('planTests: recordings', () => {
  const reached = { 'a.js': ['x.js', 'a.js'], 'b.js': ['x.js', 'b.js'] };

  it('leave out what is reached and did not run the change, and add what ran it unreached', () => {
    const result = plan({
      reached,
      verdicts: {
        'a.js': { kind: 'unaffected', recordedAt: 1 },
        'c.js': { kind: 'affected', by: path('x.js'), how: 'ran' },
      },
    });
    assert.deepEqual(order(result).toSorted(), ['b.js', 'c.js']);
    assert.deepEqual(result.tests.find((test) => test.file === 'c.js')?.why, ['x.js', 'c.js']);
  });

  it('put what ran the change before what is nearer to it and was not recorded', () => {
    const result = plan({
      reached: { 'a.js': ['x.js', 'a.js'], 'c.js': ['x.js', 'y.js', 'z.js', 'c.js'] },
      verdicts: { 'c.js': { kind: 'affected', by: path('x.js'), how: 'ran' } },
    });
    assert.deepEqual(order(result), ['c.js', 'a.js']);
  });

  it('leave it to the graph where they cannot tell', () => {
    const unknown: Verdict = { kind: 'unknown', files: new Set([path('x.js')]), reason: 'old' };
    assert.deepEqual(
      order(
        plan({
          reached,
          verdicts: { 'a.js': unknown, 'b.js': { kind: 'unaffected', recordedAt: 1 }, 'c.js': unknown },
        }),
      ),
      ['a.js'],
    );
  });

  it('hold nobody back that changed, failed or is configured otherwise', () => {
    const verdicts = { 'a.js': { kind: 'unaffected', recordedAt: 1 } } as const;
    assert.deepEqual(order(plan({ reached: { 'a.js': ['a.js'] }, verdicts })), ['a.js']);
    assert.deepEqual(order(plan({ history: { 'a.js': { lastStatus: 'failed' } }, verdicts })), ['a.js']);
    assert.deepEqual(
      order(plan({ files: ['a.js'], reached: { 'x.config': ['x.config'] }, configFiles: ['x.config'], verdicts })),
      ['a.js'],
    );
  });
});

describe('planTests: what selections missed', () => {
  it('is in when a file changes that had changed then', () => {
    const result = plan({ changed: ['x.js'], regrets: { 'x.js': ['b.js'], 'y.js': ['c.js'] } });
    assert.deepEqual(order(result), ['b.js']);
    assert.deepEqual(result.tests[0]?.why, ['x.js', 'failed once when it had been left out', 'b.js']);
  });

  it('is looked for by an audit: the selection first, then the rest', () => {
    const result = plan({
      reached: { 'c.js': ['x.js', 'c.js'] },
      history: { 'c.js': { medianMs: 9000 } },
      request: { audit: true },
    });
    assert.deepEqual(order(result), ['c.js', 'a.js', 'b.js']);
    assert.deepEqual(result.tests.map(isAudited), [false, true, true]);
    assert.deepEqual(result.skipped.files, []);
  });
});

describe('planTests: what changed together before', () => {
  it('decides between tests of one distance, and never over a nearer one', () => {
    const reached = { 'a.js': ['x.js', 'y.js', 'a.js'], 'b.js': ['x.js', 'y.js', 'b.js'], 'c.js': ['x.js', 'c.js'] };
    assert.deepEqual(order(plan({ reached, changed: ['x.js'], coChanges: { 'x.js b.js': 1 } })), [
      'c.js',
      'b.js',
      'a.js',
    ]);
  });
});

describe('planTests: the rules', () => {
  it('selects what the graph reaches, with the path', () => {
    const result = plan({ reached: { 'b.js': ['src/x.js', 'b.js'] } });
    assert.deepEqual(order(result), ['b.js']);
    assert.deepEqual(result.tests[0]?.why, ['src/x.js', 'b.js']);
    assert.deepEqual(result.skipped, { count: 2, files: ['a.js', 'c.js'] });
  });

  it('selects a changed test file', () => {
    assert.deepEqual(plan({ reached: { 'c.js': ['c.js'] } }).tests[0]?.why, ['c.js']);
  });

  it('selects all of a project whose configuration is reached', () => {
    const result = plan({ configFiles: ['setup.js'], reached: { 'setup.js': ['env.js', 'setup.js'] } });
    assert.deepEqual(order(result), ['a.js', 'b.js', 'c.js']);
    assert.deepEqual(result.tests[0]?.why, ['env.js', 'setup.js', 'a.js']);
  });

  it('selects what failed last time, and says so', () => {
    const result = plan({
      history: {
        'a.js': { lastStatus: 'failed' },
        'b.js': { lastStatus: 'timed_out' },
        'c.js': { lastStatus: 'skipped' },
      },
    });
    assert.deepEqual(order(result), ['a.js', 'b.js']);
    assert.deepEqual(result.tests[0]?.why, ['failed last time', 'a.js']);
    assert.deepEqual(result.notes, ['2 test files run only because they failed last time.']);
  });

  it('selects built tests, which the graph does not know, at any change below their project', () => {
    const result = plan({ built: ['b.js'], changed: ['src/x.ts'] });
    assert.deepEqual(order(result), ['b.js']);
    assert.deepEqual(result.tests[0]?.why, ['src/x.ts', 'b.js']);
    assert.deepEqual(order(plan({ built: ['b.js'] })), []);
  });

  it('selects tests of which only a declaration is known at any change below their project', () => {
    const files = ['a.js', 'tests/CMakeLists.txt'];
    assert.deepEqual(order(plan({ files, changed: ['src/x.c'] })), ['tests/CMakeLists.txt']);
    assert.deepEqual(order(plan({ files })), []);
  });

  it('selects everything when all is asked for or selection is off', () => {
    assert.deepEqual(order(plan({ request: { all: true } })), ['a.js', 'b.js', 'c.js']);
    const off = plan({ settings: { 'test.aiSelection': false } });
    assert.equal(off.tests.length, 3);
    assert.match(off.notes[0] ?? '', /test\.aiSelection/);
  });

  it('selects what is named: files, and files of named cases', () => {
    const result = plan({
      request: { tests: [idOf('c.js'), testId('mocha', path('a.js'), ['s', 'x'])] },
      reached: { 'b.js': ['b.js'] },
    });
    assert.deepEqual(order(result).toSorted(), ['a.js', 'c.js']);
  });

  it('does not take a file for another whose name begins alike', () => {
    assert.deepEqual(order(plan({ files: ['a.js', 'a.jsx'], request: { tests: [idOf('a.jsx')] } })), ['a.jsx']);
  });

  it('selects only failures when they are asked for', () => {
    const history = { 'b.js': { lastStatus: 'errored' } } as const;
    assert.deepEqual(order(plan({ request: { failed: true }, history, reached: { 'a.js': ['a.js'] } })), ['b.js']);
  });

  it('selects of what is named only the failures when those are asked for', () => {
    const history = { 'b.js': { lastStatus: 'errored' }, 'c.js': { lastStatus: 'failed' } } as const;
    const tests = [idOf('a.js'), testId('mocha', path('b.js'), ['adds', 'up'])];
    assert.deepEqual(order(plan({ request: { failed: true, tests }, history })), ['b.js']);
  });

  it('selects nothing for builds only', () => {
    const result = plan({ request: { buildsOnly: true }, reached: { 'a.js': ['a.js'] } });
    assert.deepEqual([result.tests, result.skipped.count], [[], 0]);
  });

  it('counts known tests among what is skipped, a file that never ran as one', () => {
    assert.deepEqual(plan({ history: { 'a.js': { caseCount: 7 } } }).skipped.count, 9);
  });
});

describe('planTests: the order', () => {
  const all = { 'a.js': ['x', 'a.js'], 'b.js': ['x', 'b.js'], 'c.js': ['x', 'c.js'] };

  it('runs what failed last time first', () => {
    assert.deepEqual(
      order(plan({ reached: all, history: { 'c.js': { lastStatus: 'failed', medianMs: 60_000 } } }))[0],
      'c.js',
    );
  });

  it('then the likeliest failure per millisecond', () => {
    const reached = { ...all, 'b.js': ['b.js'], 'c.js': ['x', 'y', 'z', 'c.js'] };
    assert.deepEqual(order(plan({ reached })), ['b.js', 'a.js', 'c.js']);
    const history = { 'a.js': { medianMs: 9000 }, 'b.js': { medianMs: 30 }, 'c.js': { medianMs: 300 } };
    assert.deepEqual(order(plan({ reached: all, history })), ['b.js', 'c.js', 'a.js']);
  });

  it("keeps the runner's order without prioritization, and when all is asked for", () => {
    const history = { 'c.js': { lastStatus: 'failed' } } as const;
    assert.deepEqual(order(plan({ reached: all, history, settings: { 'test.intelligentPrioritization': false } })), [
      'a.js',
      'b.js',
      'c.js',
    ]);
    assert.deepEqual(order(plan({ history, request: { all: true } })), ['a.js', 'b.js', 'c.js']);
  });

  it("expects a file's median, else its framework's, else a constant", () => {
    const expected = (history: Case['history']) =>
      plan({ reached: all, ...(history === undefined ? {} : { history }) }).tests.find((test) => test.file === 'a.js')
        ?.expectedMs;
    assert.equal(expected({ 'a.js': { medianMs: 1234 } }), 1234);
    assert.equal(expected({ 'b.js': { medianMs: 10 }, 'c.js': { medianMs: 70 } }), 70);
    assert.equal(expected(undefined), 500);
  });
});

describe('plainEstimator', () => {
  const history = (runs: number, failures: number, lastStatus: TestStatus = 'passed') => ({
    file: path('a'),
    runs,
    failures,
    lastStatus,
    lastRunAt: 1,
    medianMs: 1,
    p90Ms: 1,
    caseCount: 1,
  });
  const at = (distance: number | null, known: ReturnType<typeof history> | null = null) =>
    plainEstimator.probability({ isChanged: distance === 0, distance, coChange: 0, history: known });

  it('falls with distance', () => {
    const row = [at(0), at(1), at(2), at(3), at(null)];
    assert.deepEqual(
      row,
      row.toSorted((a, b) => b - a),
    );
    assert.ok(row.every((value) => value > 0 && value < 1));
  });

  it('is higher for what ran the change, however far the graph holds it for', () => {
    const ran = (distance: number, known: ReturnType<typeof history> | null = null) =>
      plainEstimator.probability({ isChanged: false, distance, ranChange: true, coChange: 0, history: known });
    assert.ok(ran(4) > at(1));
    assert.equal(ran(4), ran(1));
    assert.ok(ran(4, history(10, 5)) > ran(4, history(10, 0)));
  });

  it('grows with own failures', () => {
    assert.ok(at(1, history(10, 5)) > at(1, history(10, 1)));
    assert.ok(at(1, history(10, 1)) > at(1, history(10, 0)));
  });

  it('is high for what failed last time, whatever the distance', () => {
    for (const distance of [0, 1, 5, null]) assert.ok(at(distance, history(3, 1, 'failed')) >= 0.7);
  });
});
