// One step from a version of the schema to the next.
import type { Transaction } from '../sql.ts';

export interface Migration {
  /** Counts from 1 without gaps. */
  readonly version: number;
  readonly name: string;
  /**
   * Runs in one transaction, which is journaled like any other. Tables and indexes are made in the database `noodle`
   * (`CREATE TABLE noodle.…`). A migration that was released is never changed.
   */
  apply(tx: Transaction): void;
}
