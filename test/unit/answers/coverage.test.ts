import assert from 'node:assert/strict';
import { exportCoverage } from '../../../agent/answers/test-coverage/coverage-formats.ts';
import { mergeCoverage, rangesOf } from '../../../agent/answers/test-coverage/merged-coverage.ts';
import { changesByFile, suggestTests } from '../../../agent/answers/test-coverage/next-tests.ts';
import { uncoveredChanges } from '../../../agent/answers/test-coverage/uncovered-changes.ts';
import { ExecutionId, RepoPath, TestId } from '../../../agent/protocol/ids.ts';
import type { CoveredFile, TestEvidence } from '../../../agent/store/evidence.ts';

const cart = RepoPath.parse('src/cart.ts');
const present = () => 'now';

describe('coverage', () => {
  it('is what any test ran, without the test files', () => {
    const merged = mergeCoverage(
      [
        evidence('a', [covered([[1, 2]], [[3, 6]])]),
        evidence('b', [
          covered(
            [
              [1, 1],
              [5, 5],
            ],
            [
              [2, 4],
              [6, 6],
            ],
          ),
        ]),
      ],
      present,
    );
    assert.deepEqual([...merged.keys()], [cart]);
    const file = merged.get(cart);
    assert.ok(file);
    assert.deepEqual(rangesOf(file.lines, true), [
      [1, 2],
      [5, 5],
    ]);
    assert.deepEqual(rangesOf(file.lines, false), [
      [3, 4],
      [6, 6],
    ]);
    assert.deepEqual(file.tests, ['mocha:test/a.js', 'mocha:test/b.js']);
  });

  it('counts the present content where it is on record, else the latest, and says that it is old', () => {
    const old = { ...evidence('a', [{ ...covered([[1, 9]], []), contentHash: 'then' }]), recordedAt: 9 };
    const both = mergeCoverage([old, evidence('b', [covered([[2, 2]], [[1, 1]])])], present).get(cart);
    assert.deepEqual([both?.isOutdated, both?.lines.size], [false, 2]);
    const alone = mergeCoverage([old], present).get(cart);
    assert.deepEqual([alone?.isOutdated, alone?.lines.size], [true, 9]);
    assert.equal(mergeCoverage([old], () => null).size, 0);
  });

  it('says nothing of files of which only the loading is known', () => {
    assert.equal(mergeCoverage([evidence('a', [covered([], [])])], present).size, 0);
  });

  it('is written as lcov', () => {
    const files = [...mergeCoverage([evidence('a', [covered([[1, 2]], [[3, 3]])])], present).values()];
    assert.equal(
      exportCoverage('lcov', files, { root: '/r', at: 0 }).text,
      'TN:\nSF:src/cart.ts\nFN:1,3,total\nFN:3,3,(anonymous:3)\nFNDA:1,total\nFNDA:0,(anonymous:3)\nFNF:2\nFNH:1\nDA:1,1\nDA:2,1\nDA:3,0\nLF:3\nLH:2\nend_of_record\n',
    );
  });

  it('is written as Cobertura, with what XML needs escaped', () => {
    const named = {
      ...covered([[1, 1]], [[2, 2]]),
      functions: [{ name: 'a<b>&"c"', startLine: 1, endLine: 2, executed: true }],
    };
    const files = [...mergeCoverage([evidence('a', [named])], present).values()];
    const { text } = exportCoverage('cobertura', files, { root: '/r & s', at: 1_000_000 });
    assert.match(text, /<coverage line-rate="0\.5000" .*lines-covered="1" lines-valid="2".* timestamp="1000">/);
    assert.match(text, /<source>\/r &amp; s<\/source>/);
    assert.match(text, /<method name="a&lt;b&gt;&amp;&quot;c&quot;"/);
    assert.match(text, /<package name="src" line-rate="0\.5000"/);
    assert.match(text, /<line number="2" hits="0"\/>/);
  });

  it('reads as a table', () => {
    const files = [...mergeCoverage([evidence('a', [covered([[1, 2]], [[3, 4]])])], present).values()];
    const lines = exportCoverage('text', files, { root: '/r', at: 0 }).text.split('\n');
    assert.match(lines[1] ?? '', /^all: 1 file\s+50\.0 %\s+50\.0 %$/);
    assert.match(lines[2] ?? '', /^src\/cart\.ts\s+50\.0 %\s+50\.0 %\s+3–4$/);
  });

  it('tells changed lines that no test runs, where the lines are those of now', () => {
    const merged = mergeCoverage([evidence('a', [covered([[1, 4]], [[5, 9]])])], present);
    const change = (lines: [number, number][]) => ({ files: [{ path: cart, kind: 'modified' as const, lines }] });
    assert.deepEqual(
      [
        ...uncoveredChanges(
          change([
            [4, 6],
            [9, 9],
          ]),
          merged,
        ),
      ],
      [
        [
          cart,
          [
            [5, 6],
            [9, 9],
          ],
        ],
      ],
    );
    assert.equal(uncoveredChanges(change([[1, 4]]), merged).size, 0);
    const old = mergeCoverage([evidence('a', [{ ...covered([], [[5, 9]]), contentHash: 'then' }])], present);
    assert.equal(uncoveredChanges(change([[5, 9]]), old).size, 0);
  });

  it('suggests what runs in no test, what changes often first', () => {
    const other = RepoPath.parse('src/other.ts');
    const functions = [{ name: 'never', startLine: 1, endLine: 3, executed: false }];
    const files = mergeCoverage(
      [
        evidence('a', [
          { ...covered([[5, 5]], [[1, 3]]), functions },
          { ...covered([[4, 4]], [[1, 2]]), path: other, functions },
        ]),
      ],
      present,
    );
    const changes = changesByFile('\nsrc/other.ts\n\nsrc/other.ts\nREADME.md\n');
    const [first, second] = suggestTests(files.values(), changes, 10);
    assert.deepEqual(
      [first?.path, first?.changes, first?.why],
      [other, 2, 'no test runs never (2 lines); its file changed in 2 commits of the last 500'],
    );
    assert.deepEqual([second?.path, second?.uncoveredLines], [cart, 3]);
    assert.equal(suggestTests(files.values(), changes, 1).length, 1);
  });
});

function evidence(name: string, files: readonly CoveredFile[]): TestEvidence {
  const test = RepoPath.parse(`test/${name}.js`);
  return {
    test: TestId.parse(`mocha:${test}`),
    executionId: ExecutionId.parse('run-1'),
    recordedAt: 1,
    isComplete: true,
    reads: [],
    covered: [...files, { ...covered([[1, 1]], []), path: test }],
  };
}

function covered(executed: [number, number][], missed: [number, number][]): CoveredFile {
  return {
    path: cart,
    contentHash: 'now',
    executed,
    missed,
    functions: [
      { name: 'total', startLine: 1, endLine: 3, executed: true },
      { name: '', startLine: 3, endLine: 3, executed: false },
    ],
  };
}
