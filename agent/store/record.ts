// A transaction as a line of JSON: its SQL texts, each once, and its changes as [index of the text, parameters…].
import type { SqlValue } from './sql.ts';

export interface Change {
  readonly sql: string;
  readonly params: readonly SqlValue[];
}

/** JSON has no bytes and no infinite numbers. */
type WireValue = string | number | null | { readonly b: string } | { readonly n: string };

interface Line {
  readonly s: readonly string[];
  readonly c: readonly (readonly [number, ...WireValue[]])[];
}

/** One line without line breaks in it. */
export function encodeTransaction(changes: readonly Change[]): string {
  const indexes = new Map<string, number>();
  const lines = changes.map(({ sql, params }) => {
    const index = indexes.get(sql) ?? indexes.size;
    indexes.set(sql, index);
    return params.every(isJson) ? [index, ...params] : [index, ...params.map(toWire)];
  });
  return JSON.stringify({ s: [...indexes.keys()], c: lines });
}

/** The changes of a line that `encodeTransaction` made. */
export function decodeTransaction(line: string): Change[] {
  // A checksum stands before every line, so that it is what was written; a shape that does not fit throws below.
  const { s, c } = JSON.parse(line) as Line;
  return c.map(([index, ...params]) => {
    const sql = s[index];
    if (sql === undefined) throw new Error(`a journal record names the statement ${index} of ${s.length}`);
    return { sql, params: params.map(fromWire) };
  });
}

function isJson(value: SqlValue): boolean {
  return typeof value === 'string' || value === null || Number.isFinite(value);
}

function toWire(value: SqlValue): WireValue {
  if (typeof value === 'number') return Number.isFinite(value) ? value : { n: String(value) };
  if (value instanceof Uint8Array) return { b: Buffer.from(value).toString('base64') };
  return value;
}

function fromWire(value: WireValue): SqlValue {
  if (typeof value !== 'object' || value === null) return value;
  return 'b' in value ? new Uint8Array(Buffer.from(value.b, 'base64')) : Number(value.n);
}
