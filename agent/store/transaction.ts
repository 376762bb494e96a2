// A transaction that remembers what it changed.
import type { Change } from './record.ts';
import type { SqlValue, Transaction } from './sql.ts';
import type { Connection } from './sqlite.ts';

export class RecordingTransaction implements Transaction {
  readonly #connection: Connection;
  readonly #changes: Change[] = [];
  #isOver = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  get changes(): readonly Change[] {
    return this.#changes;
  }

  run(sql: string, params: readonly SqlValue[] = []): void {
    this.#rows(sql, params, 0);
  }

  all<T>(sql: string, params: readonly SqlValue[] = []): T[] {
    // The caller says what the columns of its own SQL are.
    return this.#rows(sql, params, Infinity) as T[];
  }

  get<T>(sql: string, params: readonly SqlValue[] = []): T | undefined {
    // As above.
    return this.#rows(sql, params, 1)[0] as T | undefined;
  }

  /** Nothing can be done with the transaction any more. */
  end(): void {
    this.#isOver = true;
  }

  #rows(sql: string, params: readonly SqlValue[], limit: number) {
    if (this.#isOver) throw new Error('a transaction was used after its end: its work has to be synchronous');
    const kind = this.#connection.kindOf(sql);
    if (kind === 'query') return this.#connection.all(sql, params, limit);
    if (kind === 'unrepeatable') throw new Error(`a change has to come out the same when it is replayed: ${sql}`);
    const rows = this.#connection.all(sql, params, limit);
    this.#changes.push({ sql, params: params.map(ownCopy) });
    return rows;
  }
}

/** Bytes can be changed by their owner before they are encoded. */
function ownCopy(value: SqlValue): SqlValue {
  return value instanceof Uint8Array ? value.slice() : value;
}
