// The store beside what sql.js offers by itself: exporting the whole database to a file on every write.
import { spawnSync } from 'node:child_process';
import { open, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock } from '../../agent/platform/clock.ts';
import { systemFiles } from '../../agent/platform/files.ts';
import { silentLog } from '../../agent/platform/log.ts';
import { Connection, loadSqlite, type Sqlite } from '../../agent/store/sqlite.ts';
import { writeSnapshot } from '../../agent/store/state-files.ts';
import { openStore, type Store } from '../../agent/store/store.ts';

const sizesMb = [10, 50, 200];
const rowBytes = 1000;
const transactions = 20_000;
const waiting = 64;
const sql = 'UPDATE notes SET text = ? WHERE key = ?';

/** Stalls are turns of the event loop: by the clock, and in processor time of this thread, which other processes do not lengthen. */
interface Stalls {
  readonly byClockMs: number;
  readonly ofWorkMs: number;
}

interface Measured {
  readonly perSecond: number;
  readonly stalls: Stalls;
}

/** Prints, for databases of 10, 50 and 200 MB: start-up time, transactions a second, longest stall of the event loop. */
export async function run(report: (line: string) => void): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'noodle-bench-'));
  const sqlite = await loadSqlite();
  try {
    const empty = path.join(folder, 'empty');
    report(
      `start-up (in a fresh process, loading sql.js, up to the first answer): empty ${ms(startUpMs('store', empty))}`,
    );
    report(
      `a transaction changes one row of ${rowBytes} bytes and is on disk; ${waiting} wait at once, or one after the other`,
    );
    report('');
    report(row(['database', 'how', 'start-up', 'transactions/s', 'one by one/s', 'longest stall', 'own work in it']));
    for (const megabytes of sizesMb) await measureSize({ folder, sqlite, megabytes, report });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The best of three fresh processes that run this file as `open <how> <place>`. */
function startUpMs(how: 'store' | 'whole', place: string): number {
  const times = [1, 2, 3].map(() => {
    const { stdout } = spawnSync(process.execPath, [import.meta.filename, 'open', how, place], { encoding: 'utf8' });
    return Number(stdout);
  });
  return Math.min(...times);
}

async function printStartUp(how: string, place: string): Promise<void> {
  const begin = performance.now();
  if (how === 'store') {
    const store = await openStore({ ...quiet, directory: place, migrations });
    store.get('SELECT count(*) FROM noodle.sqlite_schema');
    process.stdout.write(String(performance.now() - begin));
    await store.dispose();
    return;
  }
  const [sqlite, content] = await Promise.all([loadSqlite(), readFile(place)]);
  new sqlite.Database(content).exec('SELECT count(*) FROM sqlite_schema');
  process.stdout.write(String(performance.now() - begin));
}

interface Size {
  readonly folder: string;
  readonly sqlite: Sqlite;
  readonly megabytes: number;
  readonly report: (line: string) => void;
}

async function measureSize({ folder, sqlite, megabytes, report }: Size): Promise<void> {
  const directory = path.join(folder, `store-${megabytes}`);
  const file = path.join(folder, `whole-${megabytes}.db`);
  await mkdir(directory);
  const rows = makeDatabase(sqlite, megabytes);
  await writeSnapshot(systemFiles, directory, { content: rows.content, sequence: 1 });
  await systemFiles.writeAtomically(file, rows.content);
  const starts = { journal: startUpMs('store', directory), whole: startUpMs('whole', file) };
  const journal = await measureStore(directory, rows.count);
  const whole = await measureWhole({ sqlite, file, rows: rows.count });
  const name = `${megabytes} MB`;
  report(
    row([
      name,
      'journal',
      ms(starts.journal),
      count(journal.perSecond),
      count(journal.oneByOne),
      ...stallCells(journal.stalls),
    ]),
  );
  report(row([name, 'export', ms(starts.whole), '', count(whole.perSecond), ...stallCells(whole.stalls)]));
}

function stallCells({ byClockMs, ofWorkMs }: Stalls): string[] {
  return [ms(byClockMs), ms(ofWorkMs)];
}

function makeDatabase(sqlite: Sqlite, megabytes: number): { content: Uint8Array; count: number } {
  const connection = new Connection(sqlite, null);
  connection.run('CREATE TABLE noodle.notes (key INTEGER PRIMARY KEY, text TEXT)');
  connection.run('PRAGMA noodle.user_version = 1');
  connection.run('BEGIN');
  let rows = 0;
  while (connection.sizeBytes() < megabytes * 1e6) {
    for (let index = 0; index < 1000; index += 1) {
      rows += 1;
      connection.run('INSERT INTO notes (key, text) VALUES (?, ?)', [rows, textOf(rows)]);
    }
  }
  connection.run('COMMIT');
  const content = connection.toFile();
  connection.close();
  return { content, count: rows };
}

const quiet = { clock: systemClock, log: silentLog, onNotice: () => {} };
const migrations = [{ version: 1, name: 'notes', apply: () => {} }];

async function measureStore(directory: string, rows: number): Promise<Measured & { readonly oneByOne: number }> {
  const store = await openStore({ ...quiet, directory, migrations });
  const stop = watchStalls();
  const perSecond = await rate(transactions, waiting, (index) => update(store, index, rows));
  const oneByOne = await rate(1000, 1, (index) => update(store, index, rows));
  // Until the snapshot that the load made due is done too.
  await store.dispose();
  return { perSecond, oneByOne, stalls: stop() };
}

function update(store: Store, index: number, rows: number): Promise<void> {
  return store.transact((tx) => tx.run(sql, [textOf(index), 1 + ((index * 7919) % rows)]));
}

/** The peer: the same change, then the whole database into a new file, on disk, renamed over the last. */
async function measureWhole(peer: { sqlite: Sqlite; file: string; rows: number }): Promise<Measured> {
  const database = new peer.sqlite.Database(await readFile(peer.file));
  const stop = watchStalls();
  const perSecond = await rate(10, 1, async (index) => {
    database.run(sql, [textOf(index), 1 + ((index * 7919) % peer.rows)]);
    await replaceFile(peer.file, database.export());
  });
  const stalls = stop();
  database.close();
  return { perSecond, stalls };
}

async function replaceFile(file: string, content: Uint8Array): Promise<void> {
  const handle = await open(`${file}.new`, 'w');
  await handle.writeFile(content);
  await handle.sync();
  await handle.close();
  await rename(`${file}.new`, file);
}

async function rate(total: number, atOnce: number, work: (index: number) => Promise<void>): Promise<number> {
  const begin = performance.now();
  let next = 0;
  const worker = async () => {
    while (next < total) {
      next += 1;
      await work(next);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return total / ((performance.now() - begin) / 1000);
}

/** Goes round the event loop as fast as it turns; the function that comes back ends it and tells the longest turns. */
function watchStalls(): () => Stalls {
  let last = { byClockMs: performance.now(), ofWorkMs: workMs() };
  let longest = { byClockMs: 0, ofWorkMs: 0 };
  let isOver = false;
  const turn = () => {
    const now = { byClockMs: performance.now(), ofWorkMs: workMs() };
    longest = {
      byClockMs: Math.max(longest.byClockMs, now.byClockMs - last.byClockMs),
      ofWorkMs: Math.max(longest.ofWorkMs, now.ofWorkMs - last.ofWorkMs),
    };
    last = now;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  return () => {
    isOver = true;
    return longest;
  };
}

function workMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

function textOf(index: number): string {
  return `${index} `.padEnd(rowBytes, 'lorem ipsum dolor sit amet ');
}

function row(cells: readonly string[]): string {
  return cells.map((cell, index) => (index < 2 ? cell.padEnd(9) : cell.padStart(15))).join(' ');
}

function ms(value: number): string {
  return `${value.toFixed(value < 100 ? 1 : 0)} ms`;
}

function count(value: number): string {
  return value.toFixed(value < 100 ? 1 : 0);
}

if (import.meta.main) {
  const [, , task, how = '', place = ''] = process.argv;
  if (task === 'open') await printStartUp(how, place);
  else await run((line) => void process.stdout.write(`${line}\n`));
}
