// A process that writes into a store until it is killed: `node store-writer.ts <directory>`.
// First it prints what it found, as one line of JSON; then the number of each transaction that was acknowledged.
import { flushCompileCache } from 'node:module';
import { systemClock } from '../../agent/platform/clock.ts';
import { silentLog } from '../../agent/platform/log.ts';
import type { Limits } from '../../agent/store/durable-store.ts';
import { openStore, type Store, type Transaction } from '../../agent/store/store.ts';

/** What a run of the writer found at its start. */
export interface Found {
  /** Numbers of the transactions whose two halves are there, first and last of each unbroken series. */
  readonly whole: readonly (readonly [number, number])[];
  /** Transactions of which only one half is there. */
  readonly half: readonly number[];
  readonly notices: readonly string[];
}

const writers = 8;

if (import.meta.main) await write(process.argv[2] ?? '');

async function write(directory: string): Promise<void> {
  const notices: string[] = [];
  const migration = { version: 1, name: 'halves', apply: createTables };
  // Small, so that files are closed, snapshots made and old files removed all the time.
  const limits: Limits = { segmentBytes: 10_000, journalBytes: () => 30_000 };
  const store = await openStore({
    directory,
    clock: systemClock,
    log: silentLog,
    onNotice: ({ id }) => notices.push(id),
    migrations: [migration],
    limits,
  });
  // A process that is killed leaves no compile cache behind by itself.
  flushCompileCache();
  const found = { ...look(store), notices };
  process.stdout.write(`${JSON.stringify(found)}\n`);
  const load = { next: 1 + (found.whole.at(-1)?.[1] ?? 0) };
  await Promise.all(Array.from({ length: writers }, () => writeOn(store, load)));
}

async function writeOn(store: Store, load: { next: number }): Promise<never> {
  for (;;) {
    const number = load.next;
    load.next += 1;
    await store.transact((tx) => {
      tx.run('INSERT INTO first_half (number, text) VALUES (?, ?)', [number, 'x'.repeat(number % 100)]);
      tx.run('INSERT INTO second_half (number) VALUES (?)', [number]);
    });
    process.stdout.write(`${number}\n`);
  }
}

function createTables(tx: Transaction): void {
  tx.run('CREATE TABLE noodle.first_half (number INTEGER PRIMARY KEY, text TEXT)');
  tx.run('CREATE TABLE noodle.second_half (number INTEGER PRIMARY KEY)');
}

function look(store: Store): Pick<Found, 'whole' | 'half'> {
  const numbers = (sql: string) => store.all<{ number: number }>(sql).map(({ number }) => number);
  const both = numbers('SELECT number FROM first_half JOIN second_half USING (number) ORDER BY number');
  const half = numbers(
    'SELECT number FROM first_half FULL JOIN second_half USING (number) WHERE first_half.number IS NULL OR second_half.number IS NULL',
  );
  const whole: [number, number][] = [];
  for (const number of both) {
    const series = whole.at(-1);
    if (series?.[1] === number - 1) series[1] = number;
    else whole.push([number, number]);
  }
  return { whole, half };
}
