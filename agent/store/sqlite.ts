// SQLite as sql.js offers it, kept in memory in a way that never stalls.
import { readFile } from 'node:fs/promises';
import type { Database, SqlJsStatic, Statement } from 'sql.js';
import { assetPath } from '../platform/assets.ts';
import { kindOf, type SqlKind } from './sql-text.ts';
import type { Row, SqlValue } from './sql.ts';

/** The part of SQLite's backup interface that sql.js exports but does not type. Pointers are numbers. */
interface BackupInterface {
  _sqlite3_backup_init(target: number, targetName: number, source: number, sourceName: number): number;
  _sqlite3_backup_step(backup: number, pages: number): number;
  _sqlite3_backup_finish(backup: number): number;
  stringToNewUTF8(text: string): number;
  _free(pointer: number): void;
}

export type Sqlite = SqlJsStatic & BackupInterface;

/** Loads sql.js: about 10 ms, hence only when a store is opened. */
export async function loadSqlite(): Promise<Sqlite> {
  const [{ default: initSqlJs }, wasmBinary] = await Promise.all([import('sql.js'), readFile(assetPath('sql-wasm'))]);
  const sqlite = await initSqlJs({
    wasmBinary: wasmBinary.buffer.slice(wasmBinary.byteOffset, wasmBinary.byteOffset + wasmBinary.byteLength),
  });
  // sql.js exports these functions for its own extensions; its types leave them out. `isSqlite` checks that they are there.
  const candidate = sqlite as Sqlite;
  if (!isSqlite(candidate)) throw new Error('this version of sql.js does not export the backup interface of SQLite');
  return candidate;
}

function isSqlite(candidate: Partial<BackupInterface>): boolean {
  return typeof candidate._sqlite3_backup_init === 'function' && typeof candidate.stringToNewUTF8 === 'function';
}

interface Prepared {
  readonly statement: Statement;
  readonly columns: readonly string[];
  readonly kind: SqlKind;
}

const cachedStatements = 256;

/**
 * One database in memory. sql.js keeps the main database as a file in JavaScript's memory, which is copied whole whenever
 * it grows (0.6 s at 200 MB). So the tables live in an attached `:memory:` database, `noodle`, that grows page by page.
 */
export class Connection {
  readonly #sqlite: Sqlite;
  readonly #database: Database;
  readonly #prepared = new Map<string, Prepared>();

  /** `content`: a SQLite file to start from. Throws when it is not one. */
  constructor(sqlite: Sqlite, content: Uint8Array | null) {
    this.#sqlite = sqlite;
    this.#database = new sqlite.Database();
    this.#database.run("ATTACH ':memory:' AS noodle; PRAGMA temp_store = MEMORY");
    if (content !== null) this.#load(content);
  }

  run(sql: string, params: readonly SqlValue[] = []): void {
    const { statement } = this.#prepare(sql);
    try {
      statement.bind([...params]);
      while (statement.step());
    } finally {
      statement.reset();
    }
  }

  all(sql: string, params: readonly SqlValue[] = [], limit = Infinity): Row[] {
    const { statement, columns } = this.#prepare(sql);
    const rows: Row[] = [];
    try {
      statement.bind([...params]);
      while (statement.step()) {
        if (rows.length < limit) rows.push(rowOf(columns, statement.get()));
      }
    } finally {
      statement.reset();
    }
    return rows;
  }

  kindOf(sql: string): SqlKind {
    return this.#prepare(sql).kind;
  }

  sizeBytes(): number {
    const [row] = this.all('SELECT page_count * page_size AS size FROM pragma_page_count(?), pragma_page_size(?)', [
      'noodle',
      'noodle',
    ]);
    return Number(row?.['size'] ?? 0);
  }

  version(): number {
    return Number(this.all('PRAGMA noodle.user_version')[0]?.['user_version'] ?? 0);
  }

  /** Whether SQLite finds the file's structure sound. */
  isSound(): boolean {
    return this.all('PRAGMA noodle.quick_check(1)')[0]?.['quick_check'] === 'ok';
  }

  /** Whether a table was made outside of the `noodle` database, where it would be lost. */
  hasStrayTables(): boolean {
    return this.all('SELECT 1 FROM main.sqlite_schema UNION ALL SELECT 1 FROM temp.sqlite_schema').length > 0;
  }

  /** The database as a SQLite file. Copies everything: for the snapshot worker and for repairs. */
  toFile(): Uint8Array {
    const copy = new this.#sqlite.Database();
    try {
      this.#backup({ database: this.#database, name: 'noodle' }, { database: copy, name: 'main' });
      return copy.export();
    } finally {
      copy.close();
    }
  }

  /** Forgets prepared statements, whose columns a migration may have changed. */
  forgetStatements(): void {
    for (const { statement } of this.#prepared.values()) statement.free();
    this.#prepared.clear();
  }

  close(): void {
    this.forgetStatements();
    this.#database.close();
  }

  #load(content: Uint8Array): void {
    const file = new this.#sqlite.Database(content);
    try {
      this.#backup({ database: file, name: 'main' }, { database: this.#database, name: 'noodle' });
    } finally {
      file.close();
    }
  }

  #backup(source: Place, target: Place): void {
    const names = [source.name, target.name].map((name) => this.#sqlite.stringToNewUTF8(name));
    const [sourceName = 0, targetName = 0] = names;
    try {
      const backup = this.#sqlite._sqlite3_backup_init(
        pointerOf(target.database),
        targetName,
        pointerOf(source.database),
        sourceName,
      );
      if (backup === 0) throw new Error('SQLite refuses to copy the database');
      const allPages = -1;
      this.#sqlite._sqlite3_backup_step(backup, allPages);
      const code = this.#sqlite._sqlite3_backup_finish(backup);
      if (code !== 0) throw new Error(`SQLite cannot copy the database: code ${code}`);
    } finally {
      for (const name of names) this.#sqlite._free(name);
    }
  }

  #prepare(sql: string): Prepared {
    const found = this.#prepared.get(sql);
    if (found !== undefined) return found;
    const statement = this.#database.prepare(sql);
    const prepared = { statement, columns: statement.getColumnNames(), kind: kindOf(sql) };
    this.#prepared.set(sql, prepared);
    if (this.#prepared.size > cachedStatements) this.#dropOldest();
    return prepared;
  }

  #dropOldest(): void {
    for (const [sql, { statement }] of this.#prepared) {
      statement.free();
      this.#prepared.delete(sql);
      return;
    }
  }
}

interface Place {
  readonly database: Database;
  readonly name: string;
}

function pointerOf(database: Database): number {
  // sql.js keeps the connection's pointer in `db`, which its types leave out.
  const { db } = database as Database & { readonly db?: unknown };
  if (typeof db !== 'number') throw new Error('this version of sql.js hides its connection');
  return db;
}

function rowOf(columns: readonly string[], values: readonly SqlValue[]): Row {
  const row: Record<string, SqlValue> = {};
  for (let index = 0; index < columns.length; index += 1) row[columns[index] ?? ''] = values[index] ?? null;
  return row;
}
