// The table of replayed changes (`npm run bench:replay`): a compressed CSV file, one row for each change and test.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { testChangeFeatures } from '../features/test-change.ts';
import { BadInput, numberIn, parseTable } from './csv.ts';

/** The table that is committed beside the models. */
const committedTable = path.resolve(import.meta.dirname, '../data/replay.csv.gz');

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

/** The changes of the data folder's own `replay.csv.gz`, or, where it has none, of the committed table. Throws `BadInput`. */
export function replayedChanges(folder: string): ReplayedChange[] {
  const own = path.join(folder, 'replay.csv.gz');
  return readReplayTable(existsSync(own) ? own : committedTable);
}

/** The changes in the order of the table. Throws `BadInput`. */
export function readReplayTable(file: string): ReplayedChange[] {
  const names = testChangeFeatures.map(({ name }) => name);
  const table = parseTable(file, unpacked(file), [...columns, ...names]);
  const texts = columns.map((name) => table.column(name));
  const features = names.map((name) => table.column(name));
  const found = new Map<string, ReplayRow[]>();
  for (let index = 0; index < table.rowCount; index += 1) {
    const row = rowOf(
      texts.map((column) => column[index] ?? ''),
      Float32Array.from(features, (column) => numberIn(column[index]) ?? -1),
    );
    const key = `${row.repository} ${row.change}`;
    found.set(key, [...(found.get(key) ?? []), row]);
  }
  return [...found.values()].map((rows) => ({
    repository: rows[0]?.repository ?? '',
    change: rows[0]?.change ?? '',
    tests: rows,
  }));
}

/** From the fields in the order of `columns`. */
function rowOf(fields: readonly string[], features: Float32Array): ReplayRow {
  const [repository = '', change = '', test = '', durationMs, hasFailed, isImpacted] = fields;
  return {
    repository,
    change,
    test,
    durationMs: numberIn(durationMs) ?? 0,
    hasFailed: hasFailed === '1',
    isImpacted: isImpacted === '1',
    features,
  };
}

function unpacked(file: string): string {
  try {
    return gunzipSync(readFileSync(file)).toString('utf8');
  } catch {
    throw new BadInput(`${file} cannot be read: expected the compressed table that bench:replay writes`);
  }
}
