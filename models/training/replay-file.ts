// The table of replayed changes (`npm run bench:replay`): a compressed CSV file, one row for each change and test.
import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { testChangeFeatures } from '../features/test-change.ts';
import { BadInput, numberIn, parseTable } from './csv.ts';

export interface ReplayRow {
  readonly repository: string;
  /** The commit, what was done to it, and a number. */
  readonly change: string;
  readonly test: string;
  readonly durationMs: number;
  readonly hasFailed: boolean;
  /** The graph and the recordings would have it run. */
  readonly isImpacted: boolean;
  readonly features: Float32Array;
}

/** All tests of one change. */
export interface ReplayedChange {
  readonly repository: string;
  readonly change: string;
  readonly tests: readonly ReplayRow[];
}

const columns = ['repository', 'change', 'test', 'durationMs', 'hasFailed', 'isImpacted'] as const;

/** Writes the table; the same rows give the same bytes. */
export function writeReplayTable(file: string, rows: readonly ReplayRow[]): number {
  const lines = rows.map((row) =>
    [
      row.repository,
      row.change,
      row.test,
      row.durationMs.toFixed(1),
      Number(row.hasFailed),
      Number(row.isImpacted),
      ...Array.from(row.features, (value) => Number(value.toPrecision(4))),
    ].join(';'),
  );
  const head = [...columns, ...testChangeFeatures.map(({ name }) => name)].join(';');
  const bytes = gzipSync(`${[head, ...lines].join('\n')}\n`, { level: 9 });
  writeFileSync(file, bytes);
  return bytes.length;
}

/** The changes in the order of the table. Throws `BadInput`. */
export function readReplayTable(file: string): ReplayedChange[] {
  const names = testChangeFeatures.map(({ name }) => name);
  const table = parseTable(file, unpacked(file), [...columns, ...names]);
  const [repositories, changes, tests, durations, failed, impacted] = columns.map((name) => table.column(name));
  const features = names.map((name) => table.column(name));
  const found = new Map<string, ReplayRow[]>();
  for (let row = 0; row < table.rowCount; row += 1) {
    const [repository, change] = [repositories?.[row] ?? '', changes?.[row] ?? ''];
    const rows = found.get(`${repository} ${change}`) ?? [];
    found.set(`${repository} ${change}`, rows);
    rows.push({
      repository,
      change,
      test: tests?.[row] ?? '',
      durationMs: numberIn(durations?.[row]) ?? 0,
      hasFailed: failed?.[row] === '1',
      isImpacted: impacted?.[row] === '1',
      features: Float32Array.from(features, (column) => numberIn(column[row]) ?? -1),
    });
  }
  return [...found.values()].map((rows) => ({
    repository: rows[0]?.repository ?? '',
    change: rows[0]?.change ?? '',
    tests: rows,
  }));
}

function unpacked(file: string): string {
  try {
    return gunzipSync(readFileSync(file)).toString('utf8');
  } catch {
    throw new BadInput(`${file} cannot be read: expected the compressed table that bench:replay writes`);
  }
}
