import assert from 'node:assert/strict';
import type { ChangedFile, Impact } from '../../../agent/graph/graph.ts';
import { ExecutionId, RepoPath } from '../../../agent/protocol/ids.ts';
import type { CoveredFile, TestEvidence } from '../../../agent/store/evidence.ts';
import { testId } from '../../../agent/tests/adapter.ts';
import {
  createEvidenceJudge,
  ranPlaces,
  type JudgeOptions,
  type Verdict,
} from '../../../agent/tests/evidence-judge.ts';
import { impactWith } from '../../rig/impact.ts';

const path = (text: string) => RepoPath.parse(text);
const test = {
  id: testId('mocha', path('a.test.js')),
  file: path('a.test.js'),
  framework: 'mocha' as const,
  project: '',
  cases: [],
};

function covered(file: string, more: Partial<CoveredFile> = {}): CoveredFile {
  return { path: path(file), contentHash: `${file} 1`, executed: [[1, 3]], missed: [[4, 6]], functions: [], ...more };
}

function recorded(more: Partial<TestEvidence> = {}): TestEvidence {
  return {
    test: test.id,
    executionId: ExecutionId.parse('run-1'),
    recordedAt: 5,
    covered: [covered('a.test.js'), covered('a.js')],
    reads: [],
    isComplete: true,
    ...more,
  };
}

function changed(more: Partial<ChangedFile> = {}): ChangedFile {
  const places = (line: number) => ({ lines: [[line, line] as const], functions: [] });
  return {
    kind: 'modified',
    difference: { kind: 'bodies', base: places(5), current: places(6), touched: new Set(['f']) },
    baseHash: 'a.js 1',
    currentHash: 'a.js 2',
    ...more,
  };
}

interface Case {
  readonly evidence?: TestEvidence;
  readonly others?: readonly TestEvidence[];
  readonly change?: Record<string, ChangedFile>;
  readonly impact?: Partial<Impact>;
  readonly options?: Partial<JudgeOptions>;
}

function verdict({
  evidence = recorded(),
  others = [],
  change = { 'a.js': changed() },
  impact = {},
  options = {},
}: Case = {}): Verdict | null {
  const judge = createEvidenceJudge({
    evidence: new Map([evidence, ...others].map((each) => [each.test, each])),
    impact: impactWith({
      changed: new Map(Object.entries(change).map(([file, each]) => [path(file), each])),
      contentOf: (file) => `${file} 1`,
      ...impact,
    }),
    contentOnDisk: (file) => `${file} 1`,
    isRandom: () => false,
    isSetting: (file) => file === 'package.json',
    ...options,
  });
  return judge.verdictOn(test);
}

const kinds = (found: Verdict | null) => (found?.kind === 'affected' ? found.how : found?.kind);

describe('recordings', () => {
  it('clear a test that never ran what changed', () => {
    assert.deepEqual(verdict(), { kind: 'unaffected', recordedAt: 5 });
  });

  it('name a test that ran it, by the lines of the version that ran', () => {
    const ran = changed({
      difference: {
        kind: 'bodies',
        base: { lines: [[2, 2]], functions: [] },
        current: { lines: [[5, 5]], functions: [] },
        touched: new Set(),
      },
    });
    assert.equal(kinds(verdict({ change: { 'a.js': ran } })), 'ran');
    const newer = recorded({ covered: [covered('a.js', { contentHash: 'a.js 2' })] });
    assert.equal(kinds(verdict({ change: { 'a.js': ran }, evidence: newer })), 'unaffected');
  });

  it('are carried over changes of what the test did not run', () => {
    const evidence = recorded({ covered: [covered('a.js', { contentHash: 'a.js 0' })] });
    const bodies = (lines: readonly [number, number][]) => ({
      kind: 'bodies' as const,
      base: { lines, functions: [] },
      current: { lines: [], functions: [] },
      touched: new Set<string>(),
    });
    const since = (lines: readonly [number, number][]) => ({ options: { since: () => bodies(lines) } });
    for (const change of [{ 'a.js': changed() }, { 'b.js': changed() }]) {
      const asked = {
        evidence,
        others: [recorded({ test: testId('mocha', path('o.js')), covered: [covered('b.js')] })],
        change,
      };
      assert.equal(kinds(verdict(asked)), 'unknown');
      assert.equal(kinds(verdict({ ...asked, ...since([[5, 5]]) })), 'unaffected');
      assert.equal(kinds(verdict({ ...asked, ...since([[2, 2]]) })), 'unknown');
      const reloaded = { kind: 'module' as const, reason: '', touched: 'everything' as const };
      assert.equal(kinds(verdict({ ...asked, options: { since: () => reloaded } })), 'unknown');
    }
  });

  it('name who loaded a file that does something else when it is loaded', () => {
    assert.equal(
      kinds(
        verdict({ change: { 'a.js': changed({ difference: { kind: 'module', reason: '', touched: 'everything' } }) } }),
      ),
      'loaded',
    );
    assert.equal(kinds(verdict({ change: { 'a.js': changed({ difference: null }) } })), 'loaded');
    assert.equal(
      kinds(
        verdict({
          change: { 'a.js': changed({ kind: 'deleted', difference: null, baseHash: null, currentHash: null }) },
        }),
      ),
      'loaded',
    );
  });

  it('clear a test of changes of comments and types, unless it reads the text', () => {
    const change = { 'b.js': changed({ difference: { kind: 'nothing' } }) };
    assert.equal(kinds(verdict({ change })), 'unaffected');
    const reader = recorded({ reads: [{ path: path('b.js'), contentHash: 'b.js 1', isFolder: false }] });
    assert.equal(kinds(verdict({ change, evidence: reader })), 'read');
  });

  it('name who read a file, looked for it, or listed its folder', () => {
    const json = changed({ difference: null });
    const reader = recorded({ reads: [{ path: path('f/x.json'), contentHash: 'f/x.json 1', isFolder: false }] });
    assert.equal(kinds(verdict({ change: { 'f/x.json': json }, evidence: reader })), 'read');
    const lister = recorded({ reads: [{ path: path('f'), contentHash: '1', isFolder: true }] });
    assert.equal(kinds(verdict({ change: { 'f/x.json': { ...json, kind: 'added' } }, evidence: lister })), 'read');
    assert.equal(kinds(verdict({ change: { 'f/x.json': json }, evidence: lister })), 'unknown');
  });

  it('leave to the graph what no recorder sees: new files, data, settings, and code that shows in no recording', () => {
    const other = changed({ difference: null });
    assert.equal(kinds(verdict({ change: { 'n.js': { ...other, kind: 'added' } } })), 'unknown');
    assert.equal(kinds(verdict({ change: { 'n.json': other } })), 'unknown');
    const reader = recorded({ reads: [{ path: path('package.json'), contentHash: 'x', isFolder: false }] });
    assert.equal(kinds(verdict({ change: { 'package.json': other }, evidence: reader })), 'unknown');
    assert.equal(kinds(verdict({ change: { 'z.js': other } })), 'unknown');
    const elsewhere = recorded({ test: testId('mocha', path('z.test.js')), covered: [covered('z.js')] });
    assert.equal(kinds(verdict({ change: { 'z.js': other }, others: [elsewhere] })), 'unaffected');
    assert.equal(kinds(verdict({ impact: { beyondRecordings: new Set([path('a.js')]) } })), 'unknown');
  });

  it('cannot tell of types that a test checks, and can of tests that compile no TypeScript', () => {
    const checked = new Set([path('a.js')]);
    const impact = { beyondRecordings: checked, typeChecked: checked };
    const typed = recorded({ covered: [covered('a.test.ts'), covered('a.js')] });
    const types = { 'a.js': changed({ difference: { kind: 'types' as const } }) };
    assert.equal(kinds(verdict({ impact, evidence: typed })), 'unknown');
    assert.equal(kinds(verdict({ impact, evidence: typed, change: types })), 'unknown');
    assert.equal(kinds(verdict({ impact })), 'unaffected');
    assert.equal(kinds(verdict({ impact, change: types })), 'unaffected');
  });

  it('do not hold when they are old, incomplete, or of a test with random values', () => {
    assert.equal(
      kinds(verdict({ impact: { contentOf: (file) => (file === 'a.test.js' ? 'other' : `${file} 1`) } })),
      'unknown',
    );
    assert.equal(
      kinds(verdict({ evidence: recorded({ covered: [covered('a.js', { contentHash: 'before' })] }) })),
      'unknown',
    );
    assert.equal(kinds(verdict({ evidence: recorded({ isComplete: false }) })), 'unknown');
    assert.equal(kinds(verdict({ options: { isRandom: () => true } })), 'unknown');
    const reader = recorded({ reads: [{ path: path('f.json'), contentHash: 'before', isFolder: false }] });
    assert.equal(kinds(verdict({ evidence: reader })), 'unknown');
  });

  it('name a test that used what a build makes of the change, though another one loaded what changed', () => {
    const evidence = recorded({ covered: [covered('a.test.js'), covered('index.js')] });
    const other = recorded({ test: testId('mocha', path('b.test.js')), covered: [covered('a.js')] });
    const madeOf: Impact['madeOf'] = (file) =>
      file === 'index.js' ? { by: path('a.js'), through: 'build target x' } : null;
    const given = { evidence, others: [other] };
    assert.equal(verdict(given)?.kind, 'unaffected');
    assert.deepEqual(verdict({ ...given, impact: { madeOf } }), {
      kind: 'affected',
      by: 'a.js',
      how: 'built',
      through: ['build target x', 'index.js'],
    });
  });

  it('tell of a built file by what its source map names, and by what that loads', () => {
    const bundle = covered('dist/index.js', { executed: [], missed: [] });
    const evidence = recorded({ covered: [covered('a.test.js'), covered('main.js'), bundle] });
    const other = recorded({ test: testId('mocha', path('b.test.js')), covered: [covered('a.js')] });
    const contentOf: Impact['contentOf'] = (file) => (file === 'dist/index.js' ? null : `${file} 1`);
    const contentOnDisk = () => 'built anew';
    const given = { evidence, others: [other], options: { contentOnDisk } };
    assert.equal(verdict({ ...given, impact: { contentOf } })?.kind, 'unaffected');
    const reachedFrom = () => new Map([[path('main.js'), { distance: 1, path: ['a.js', 'main.js'] }]]);
    const found = verdict({ ...given, impact: { contentOf, madeOf: () => null, reachedFrom } });
    assert.deepEqual(found, { kind: 'affected', by: 'a.js', how: 'built', through: ['main.js'] });
  });

  it('say nothing of a test that was never recorded', () => {
    assert.equal(verdict({ evidence: recorded({ test: testId('mocha', path('other.js')) }) }), null);
  });
});

describe('places that ran', () => {
  const file = covered('a.js', {
    executed: [
      [1, 2],
      [10, 10],
    ],
    missed: [[4, 5]],
    functions: [
      { name: 'f', startLine: 3, endLine: 6, executed: false },
      { name: 'g', startLine: 8, endLine: 12, executed: true },
    ],
  });
  const lines = (first: number, last: number) => ranPlaces(file, { lines: [[first, last]], functions: [] });
  const called = (first: number, last: number) => ranPlaces(file, { lines: [], functions: [[first, last]] });

  it('are lines that ran; lines without code count by the function around them', () => {
    assert.equal(lines(2, 4), true);
    assert.equal(lines(4, 4), false);
    assert.equal(lines(6, 6), false);
    assert.equal(lines(9, 9), true);
    assert.equal(lines(20, 20), true);
  });

  it('are functions that were called', () => {
    assert.equal(called(3, 6), false);
    assert.equal(called(8, 12), true);
    assert.equal(called(4, 4), false);
    assert.equal(called(14, 15), true);
  });
});
