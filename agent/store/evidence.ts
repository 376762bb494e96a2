// What the test files were seen to use when they last ran with recording: the lines of which files ran, and what else was
// read (test_evidence, coverage_files, coverage_units). Many tests run the same lines of a file, so each such set of lines
// is one row (a unit), and a test's row lists its units.
import { hash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { ExecutionId, RepoPath, TestId } from '../protocol/ids.ts';
import { decodeCovered, encodeCovered, type CoveredLines } from './coverage-units.ts';
import { nextKey } from './keys.ts';
import type { Reader, Transaction } from './sql.ts';
import { decodeNumbers, encodeNumbers } from './varint.ts';

export type { CoveredFunction, CoveredLines, LineRange } from './coverage-units.ts';

/** What one test file used the last time it was recorded. */
export interface TestEvidence {
  /** The test file. */
  readonly test: TestId;
  readonly executionId: ExecutionId;
  /** Milliseconds since 1970. */
  readonly recordedAt: number;
  /** The files below the repository of which code ran, the test file among them. Modules that an earlier test file loaded count too. */
  readonly covered: readonly CoveredFile[];
  /** What else was opened or looked for below the repository, without what the test wrote itself. */
  readonly reads: readonly ReadPath[];
  /** False: more may have been used than is listed. The test was cut off, or started processes that were not followed. */
  readonly isComplete: boolean;
}

/** Lines of a file that ran, and those that did not; with neither, that it was loaded is all that is known. */
export interface CoveredFile extends CoveredLines {
  readonly path: RepoPath;
  /** Of the content that ran, as in `FileFacts.contentHash`. */
  readonly contentHash: string;
}

export interface ReadPath {
  readonly path: RepoPath;
  /** Of a file, as in `FileFacts.contentHash`; of a folder, that of its listing (`listingHash`); null: looked for, absent. */
  readonly contentHash: string | null;
  /** The names in a folder were listed; `path` is `.` for the repository's root. */
  readonly isFolder: boolean;
}

/** The hash of a folder's listing: of the names in it, in any order. */
export function listingHash(names: readonly string[]): string {
  return hash('sha256', names.toSorted().join('\n'), 'hex').slice(0, 32);
}

/** Replaces what is recorded of these tests. About 1 ms a test with 200 covered files: hand over a few dozen at once. */
export function saveTestEvidence(tx: Transaction, evidence: readonly TestEvidence[]): void {
  const units = new UnitKeys(tx);
  for (const each of evidence) {
    const keys = each.covered.map((file) => units.keyOf(file)).toSorted((one, other) => one - other);
    tx.run(
      'INSERT OR REPLACE INTO test_evidence (test, execution_id, recorded_at, is_complete, units, reads) VALUES (?, ?, ?, ?, ?, ?)',
      [
        each.test,
        each.executionId,
        Math.round(each.recordedAt),
        each.isComplete ? 1 : 0,
        encodeNumbers(keys.map((key, index) => key - (keys[index - 1] ?? 0))),
        packReads(each.reads),
      ],
    );
  }
}

/**
 * Everything that is recorded, by test. Lines, functions and reads are decoded when they are first looked at, and a unit
 * that several tests share is one object: 5,000 tests of 200 files take a few tenths of a second.
 */
export function loadTestEvidence(db: Reader): TestEvidence[] {
  const units = loadUnits(db);
  return db
    .all<EvidenceRow>(`SELECT ${evidenceColumns} FROM test_evidence ORDER BY test`)
    .map((row) => evidenceOf(row, units));
}

/** What is recorded of one test file, or null. */
export function testEvidenceOf(db: Reader, test: TestId): TestEvidence | null {
  const row = db.get<EvidenceRow>(`SELECT ${evidenceColumns} FROM test_evidence WHERE test = ?`, [test]);
  if (row === undefined) return null;
  const units = new Map<number, CoveredFile>();
  for (const key of unitKeys(row)) {
    const unit = db.get<UnitRow>(`SELECT ${unitColumns} WHERE u.key = ?`, [key]);
    if (unit !== undefined) units.set(key, new StoredCoverage(unit));
  }
  return evidenceOf(row, units);
}

/** Of which tests there is evidence, from when, and whether it is complete: enough to decide what to record. */
export function evidenceAges(db: Reader): Map<TestId, { readonly recordedAt: number; readonly isComplete: boolean }> {
  const rows = db.all<Pick<EvidenceRow, 'test' | 'recorded_at' | 'is_complete'>>(
    'SELECT test, recorded_at, is_complete FROM test_evidence',
  );
  return new Map(rows.map((row) => [row.test, { recordedAt: row.recorded_at, isComplete: row.is_complete === 1 }]));
}

/** Another text whenever something was recorded or removed since; cheap enough to be asked before every plan. */
export function evidenceStamp(db: Reader): string {
  const row = db.get<{ count: number; latest: number | null; sum: number | null }>(
    'SELECT count(*) AS count, max(recorded_at) AS latest, sum(recorded_at) AS sum FROM test_evidence',
  );
  return `${row?.count ?? 0} ${row?.latest ?? 0} ${row?.sum ?? 0}`;
}

export function removeTestEvidence(tx: Transaction, tests: readonly TestId[]): void {
  for (const test of tests) tx.run('DELETE FROM test_evidence WHERE test = ?', [test]);
}

/** Removes at most `limit` units that no test has any more, and says how many. */
export function removeUnusedCoverage(tx: Transaction, limit: number): number {
  const used = new Set<number>();
  for (const row of tx.all<Pick<EvidenceRow, 'units'>>('SELECT units FROM test_evidence')) {
    for (const key of unitKeys(row)) used.add(key);
  }
  const unused = tx
    .all<{ key: number }>('SELECT key FROM coverage_units')
    .filter(({ key }) => !used.has(key))
    .slice(0, limit);
  for (const { key } of unused) tx.run('DELETE FROM coverage_units WHERE key = ?', [key]);
  if (unused.length > 0) {
    tx.run('DELETE FROM coverage_files WHERE key NOT IN (SELECT file_key FROM coverage_units)');
  }
  return unused.length;
}

interface EvidenceRow {
  readonly test: TestId;
  readonly execution_id: ExecutionId;
  readonly recorded_at: number;
  readonly is_complete: number;
  readonly units: Uint8Array;
  readonly reads: Uint8Array;
}

interface UnitRow {
  readonly key: number;
  readonly path: RepoPath;
  readonly content_hash: string;
  readonly functions: string;
  readonly lines: Uint8Array;
}

const evidenceColumns = 'test, execution_id, recorded_at, is_complete, units, reads';
const unitColumns =
  'u.key, f.path, f.content_hash, f.functions, u.lines FROM coverage_units u JOIN coverage_files f ON f.key = u.file_key';

function loadUnits(db: Reader): Map<number, CoveredFile> {
  const rows = db.all<UnitRow>(`SELECT ${unitColumns}`);
  return new Map(rows.map((row) => [row.key, new StoredCoverage(row)]));
}

function evidenceOf(row: EvidenceRow, units: ReadonlyMap<number, CoveredFile>): TestEvidence {
  let reads: readonly ReadPath[] | null = null;
  return {
    test: row.test,
    executionId: row.execution_id,
    recordedAt: row.recorded_at,
    isComplete: row.is_complete === 1,
    covered: unitKeys(row).flatMap((key) => units.get(key) ?? []),
    get reads() {
      reads ??= unpackReads(row.reads);
      return reads;
    },
  };
}

function unitKeys({ units }: Pick<EvidenceRow, 'units'>): number[] {
  let key = 0;
  return decodeNumbers(units).map((difference) => (key += difference));
}

/** A unit as it lies in its row, decoded at the first look. */
class StoredCoverage implements CoveredFile {
  readonly path: RepoPath;
  readonly contentHash: string;
  readonly #row: UnitRow;
  #lines: CoveredLines | null = null;

  constructor(row: UnitRow) {
    this.path = row.path;
    this.contentHash = row.content_hash;
    this.#row = row;
  }

  get executed(): CoveredLines['executed'] {
    return this.#decoded.executed;
  }

  get missed(): CoveredLines['missed'] {
    return this.#decoded.missed;
  }

  get functions(): CoveredLines['functions'] {
    return this.#decoded.functions;
  }

  get #decoded(): CoveredLines {
    this.#lines ??= decodeCovered(this.#row);
    return this.#lines;
  }
}

/** Finds or makes the rows of units, each looked up once in a call. */
class UnitKeys {
  readonly #tx: Transaction;
  readonly #known = new WeakMap<CoveredFile, number>();
  readonly #files = new Map<string, number>();

  constructor(tx: Transaction) {
    this.#tx = tx;
  }

  keyOf(file: CoveredFile): number {
    const known = this.#known.get(file);
    if (known !== undefined) return known;
    const { functions, lines } = encodeCovered(file);
    const fileKey = this.#fileKeyOf(file, functions);
    const found = this.#tx.get<{ key: number }>('SELECT key FROM coverage_units WHERE file_key = ? AND lines = ?', [
      fileKey,
      lines,
    ]);
    const key = found?.key ?? this.#insert(fileKey, lines);
    this.#known.set(file, key);
    return key;
  }

  #insert(fileKey: number, lines: Uint8Array): number {
    const key = nextKey(this.#tx, 'coverage_units');
    this.#tx.run('INSERT INTO coverage_units (key, file_key, lines) VALUES (?, ?, ?)', [key, fileKey, lines]);
    return key;
  }

  #fileKeyOf({ path, contentHash }: CoveredFile, functions: string): number {
    const name = `${path}\0${contentHash}\0${functions}`;
    const known = this.#files.get(name);
    if (known !== undefined) return known;
    const found = this.#tx.get<{ key: number }>(
      'SELECT key FROM coverage_files WHERE path = ? AND content_hash = ? AND functions = ?',
      [path, contentHash, functions],
    );
    const key = found?.key ?? nextKey(this.#tx, 'coverage_files');
    if (found === undefined) {
      this.#tx.run('INSERT INTO coverage_files (key, path, content_hash, functions) VALUES (?, ?, ?, ?)', [
        key,
        path,
        contentHash,
        functions,
      ]);
    }
    this.#files.set(name, key);
    return key;
  }
}

/** Triples of path, hash and kind: paths were branded when they were recorded. */
function packReads(reads: readonly ReadPath[]): Uint8Array {
  const rows = reads.map(({ path, contentHash, isFolder }) => [path, contentHash, isFolder ? 1 : 0]);
  return deflateRawSync(JSON.stringify(rows), { level: 3 });
}

function unpackReads(bytes: Uint8Array): ReadPath[] {
  // Written by `packReads` and by nothing else; checking each of many thousand rows would cost more than reading them.
  const rows = JSON.parse(inflateRawSync(bytes).toString('utf8')) as [RepoPath, string | null, number][];
  return rows.map(([path, contentHash, isFolder]) => ({ path, contentHash, isFolder: isFolder === 1 }));
}
