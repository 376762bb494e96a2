// What code that reads and writes the database sees of it.

export type SqlValue = string | number | null | Uint8Array;
export type Row = Readonly<Record<string, SqlValue>>;

export interface Reader {
  /** All rows of a query. `T` is what the query's columns promise; SQLite itself does not check it. */
  all<T = Row>(sql: string, params?: readonly SqlValue[]): T[];
  /** The first row of a query, undefined when there is none. */
  get<T = Row>(sql: string, params?: readonly SqlValue[]): T | undefined;
}

/**
 * A transaction under way. What it writes is recorded as SQL with its parameters and replayed at the next start,
 * so times, ids and random values come in as parameters: SQL that asks for the time or for chance is refused.
 */
export interface Transaction extends Reader {
  run(sql: string, params?: readonly SqlValue[]): void;
}
