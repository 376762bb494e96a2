import assert from 'node:assert/strict';
import { ExecutionId, RepoPath, TestId } from '../../../agent/protocol/ids.ts';
import {
  evidenceAges,
  listingHash,
  loadTestEvidence,
  removeTestEvidence,
  removeUnusedCoverage,
  saveTestEvidence,
  testEvidenceOf,
  type CoveredFile,
  type TestEvidence,
} from '../../../agent/store/evidence.ts';
import { decodeNumbers, encodeNumbers } from '../../../agent/store/varint.ts';
import { MemoryDatabase } from '../../rig/memory-database.ts';

describe('the evidence of what tests use', () => {
  let db: MemoryDatabase;
  beforeEach(async () => (db = await MemoryDatabase.create()));
  afterEach(() => db[Symbol.dispose]());

  it('comes back as it was recorded', () => {
    const evidence = [evidenceOf('a', [covered('src/a.ts', 3), covered('src/b.ts', 1)]), evidenceOf('b', [])];
    db.transact((tx) => saveTestEvidence(tx, evidence));
    assert.deepEqual(plain(loadTestEvidence(db)), plain(evidence));
    assert.deepEqual(plain([testEvidenceOf(db, idOf('a'))]), plain(evidence.slice(0, 1)));
    assert.equal(testEvidenceOf(db, idOf('c')), null);
  });

  it('replaces what was recorded of the same test, and can be removed', () => {
    db.transact((tx) => saveTestEvidence(tx, [evidenceOf('a', [covered('src/a.ts', 1)]), evidenceOf('b', [])]));
    const later = { ...evidenceOf('a', [covered('src/b.ts', 1)]), isComplete: false };
    db.transact((tx) => saveTestEvidence(tx, [later]));
    assert.deepEqual(plain(loadTestEvidence(db)), plain([later, evidenceOf('b', [])]));
    assert.deepEqual(evidenceAges(db).get(idOf('a')), { recordedAt: 1000, isComplete: false });
    db.transact((tx) => removeTestEvidence(tx, [idOf('a')]));
    assert.deepEqual(plain(loadTestEvidence(db)), plain([evidenceOf('b', [])]));
  });

  it('keeps equal lines of a file once, and lets them go when no test has them', () => {
    const tests = ['a', 'b', 'c'].map((name) => evidenceOf(name, [covered('src/a.ts', 1), covered('src/b.ts', 2)]));
    db.transact((tx) => saveTestEvidence(tx, [...tests, evidenceOf('d', [covered('src/a.ts', 2)])]));
    assert.equal(unitCount(), 3);
    const [one, other] = loadTestEvidence(db);
    assert.equal(one?.covered[0], other?.covered[0]);
    db.transact((tx) => removeTestEvidence(tx, [idOf('a'), idOf('b'), idOf('c')]));
    assert.equal(
      db.transact((tx) => removeUnusedCoverage(tx, 1)),
      1,
    );
    assert.equal(
      db.transact((tx) => removeUnusedCoverage(tx, 10)),
      1,
    );
    assert.equal(unitCount(), 1);
    assert.deepEqual(db.all('SELECT path FROM coverage_files'), [{ path: 'src/a.ts' }]);
    assert.deepEqual(plain(loadTestEvidence(db)), plain([evidenceOf('d', [covered('src/a.ts', 2)])]));
  });

  it('replays to the same rows', () => {
    db.transact((tx) => saveTestEvidence(tx, [evidenceOf('a', [covered('src/a.ts', 1)])]));
    db.transact((tx) => saveTestEvidence(tx, [evidenceOf('a', [covered('src/a.ts', 2)])]));
    db.transact((tx) => removeUnusedCoverage(tx, 10));
    const { original, replay } = db.replayed();
    assert.deepEqual(replay, original);
  });

  it('tells one listing of a folder from another, in any order', () => {
    assert.equal(listingHash(['a', 'b']), listingHash(['b', 'a']));
    assert.notEqual(listingHash(['a', 'b']), listingHash(['a']));
  });

  it('writes numbers of any size', () => {
    const numbers = [0, 1, 127, 128, 16_383, 16_384, 4_294_967_296, Number.MAX_SAFE_INTEGER];
    assert.deepEqual(decodeNumbers(encodeNumbers(numbers)), numbers);
  });

  function unitCount(): number {
    return db.get<{ count: number }>('SELECT count(*) AS count FROM coverage_units')?.count ?? -1;
  }
});

function idOf(name: string): TestId {
  return TestId.parse(`vitest:test/${name}.test.ts`);
}

function evidenceOf(name: string, files: readonly CoveredFile[]): TestEvidence {
  return {
    test: idOf(name),
    executionId: ExecutionId.parse('run-1'),
    recordedAt: 1000,
    isComplete: true,
    covered: files,
    reads: [
      { path: RepoPath.parse('test/data.json'), contentHash: 'h', isFolder: false },
      { path: RepoPath.parse('test/absent.json'), contentHash: null, isFolder: false },
      { path: RepoPath.parse('.'), contentHash: 'l', isFolder: true },
    ],
  };
}

function covered(path: string, lines: number): CoveredFile {
  return {
    path: RepoPath.parse(path),
    contentHash: 'c0',
    executed: [
      [1, lines],
      [300, 1000],
    ],
    missed: [[lines + 1, 299]],
    functions: [
      { name: 'f', startLine: 1, endLine: 10, executed: true },
      { name: '', startLine: 20, endLine: 300, executed: false },
      { name: 'C.m', startLine: 300, endLine: 320, executed: lines > 1 },
    ],
  };
}

/** Getters as values. */
function plain(evidence: readonly (TestEvidence | null)[]): unknown {
  return evidence.map(
    (each) =>
      each && {
        ...each,
        reads: each.reads,
        covered: each.covered.map(({ path, contentHash, executed, missed, functions }) => ({
          path,
          contentHash,
          executed,
          missed,
          functions,
        })),
      },
  );
}
