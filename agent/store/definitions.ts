// What was named through the API to be run again (build_definitions, suite_definitions), and its executions.
import type { z } from 'zod';
import { ExecutionId } from '../protocol/ids.ts';
import { BuildConfig, TestSuite } from '../protocol/named-run.ts';
import { fromJson } from './json-column.ts';
import type { Reader, Transaction } from './sql.ts';

export interface Definitions {
  readonly build: BuildConfig;
  readonly suite: TestSuite;
}

export type DefinitionKind = keyof Definitions;

const tables = {
  build: { table: 'build_definitions', schema: BuildConfig },
  suite: { table: 'suite_definitions', schema: TestSuite },
} as const;

/** In the order of their ids. */
export function listDefinitions<K extends DefinitionKind>(db: Reader, kind: K): Definitions[K][] {
  const rows = db.all<{ content: string }>(`SELECT content FROM ${tables[kind].table} ORDER BY id`);
  return rows.flatMap(({ content }) => parsed(kind, content) ?? []);
}

export function getDefinition<K extends DefinitionKind>(db: Reader, kind: K, id: string): Definitions[K] | null {
  const row = db.get<{ content: string }>(`SELECT content FROM ${tables[kind].table} WHERE id = ?`, [id]);
  return row === undefined ? null : parsed(kind, row.content);
}

/** Inserts or replaces. */
export function saveDefinition<K extends DefinitionKind>(tx: Transaction, kind: K, definition: Definitions[K]): void {
  tx.run(`INSERT OR REPLACE INTO ${tables[kind].table} (id, content, created_at) VALUES (?, ?, ?)`, [
    definition.id,
    JSON.stringify(definition),
    definition.createdAt,
  ]);
}

/** Its executions are no longer known as its own; what was recorded of them stays. */
export function removeDefinition(tx: Transaction, kind: DefinitionKind, id: string): void {
  tx.run(`DELETE FROM ${tables[kind].table} WHERE id = ?`, [id]);
  tx.run('DELETE FROM definition_executions WHERE kind = ? AND id = ?', [kind, id]);
}

export function saveDefinitionExecution(
  tx: Transaction,
  kind: DefinitionKind,
  id: string,
  execution: { readonly id: ExecutionId; readonly at: number },
): void {
  tx.run('INSERT OR REPLACE INTO definition_executions (kind, id, at, execution_id) VALUES (?, ?, ?, ?)', [
    kind,
    id,
    execution.at,
    execution.id,
  ]);
  tx.run(
    `DELETE FROM definition_executions WHERE kind = ? AND id = ? AND at <
       (SELECT min(at) FROM (SELECT at FROM definition_executions WHERE kind = ? AND id = ? ORDER BY at DESC LIMIT ${keptExecutions}))`,
    [kind, id, kind, id],
  );
}

/** The latest first, at most a thousand; some of them may have been forgotten since. */
export function definitionExecutions(db: Reader, kind: DefinitionKind, id: string): ExecutionId[] {
  const rows = db.all<{ execution_id: string }>(
    'SELECT execution_id FROM definition_executions WHERE kind = ? AND id = ? ORDER BY at DESC, execution_id DESC',
    [kind, id],
  );
  return rows.map(({ execution_id }) => ExecutionId.parse(execution_id));
}

const keptExecutions = 1000;

function parsed<K extends DefinitionKind>(kind: K, content: string): Definitions[K] | null {
  // The schema of a kind parses what belongs to that kind; TypeScript cannot relate the two lookups.
  const schema = tables[kind].schema as unknown as z.ZodType<Definitions[K]>;
  return fromJson<Definitions[K] | null>(schema.nullable(), content, null);
}
