// The schema in memory, without a journal, and a look at whether what was journaled would replay to the same database.
import { Connection, loadSqlite, type Sqlite } from '../../agent/store/sqlite.ts';
import { migrations } from '../../agent/store/migrations/migrations.ts';
import { decodeTransaction, encodeTransaction } from '../../agent/store/record.ts';
import type { Reader, SqlValue, Transaction } from '../../agent/store/sql.ts';
import type { Store } from '../../agent/store/store.ts';
import { RecordingTransaction } from '../../agent/store/transaction.ts';

export class MemoryDatabase implements Reader {
  readonly #sqlite: Sqlite;
  readonly #connection: Connection;
  readonly #journal: string[] = [];

  private constructor(sqlite: Sqlite) {
    this.#sqlite = sqlite;
    this.#connection = new Connection(sqlite, null);
    for (const migration of migrations) this.transact((tx) => migration.apply(tx));
  }

  static async create(): Promise<MemoryDatabase> {
    return new MemoryDatabase(await loadSqlite());
  }

  /** How many transactions changed something. */
  get changes(): number {
    return this.#journal.length;
  }

  transact<T>(work: (tx: Transaction) => T): T {
    const tx = new RecordingTransaction(this.#connection);
    const value = work(tx);
    if (tx.changes.length > 0) this.#journal.push(encodeTransaction(tx.changes));
    return value;
  }

  all<T>(sql: string, params: readonly SqlValue[] = []): T[] {
    return this.#connection.all(sql, params) as T[];
  }

  get<T>(sql: string, params: readonly SqlValue[] = []): T | undefined {
    return this.#connection.all(sql, params, 1)[0] as T | undefined;
  }

  /** The same database for parts that take a store: what they write is there when their promise resolves. */
  get store(): Store {
    return {
      all: (sql, params) => this.all(sql, params),
      get: (sql, params) => this.get(sql, params),
      transact: async (work) => this.transact(work),
      statistics: () => ({ databaseBytes: 0, journalBytes: 0, stateBytes: 0, transactions: this.changes, isDurable: true }),
      flush: async () => {},
      dispose: async () => {},
    };
  }

  /** Every row of every table, here and in a database that replayed the journal. */
  replayed(): { readonly original: unknown; readonly replay: unknown } {
    const replay = new Connection(this.#sqlite, null);
    for (const line of this.#journal) {
      for (const { sql, params } of decodeTransaction(line)) replay.run(sql, params);
    }
    const result = { original: dump(this.#connection), replay: dump(replay) };
    replay.close();
    return result;
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }
}

function dump(connection: Connection): unknown {
  const tables = connection.all("SELECT name FROM noodle.sqlite_schema WHERE type = 'table' ORDER BY name");
  return tables.map(({ name }) => [name, connection.all(`SELECT * FROM "${String(name)}" ORDER BY 1, 2`)]);
}
