// What a SQL text does, as far as the journal has to know.

/** `unrepeatable`: a change that would come out differently when it is replayed, because it asks for the time or for chance. */
export type SqlKind = 'query' | 'change' | 'unrepeatable';

const opening = /^\s*(\w+)/;
const changing = /\b(insert|update|delete|replace)\b/i;
const inconstant =
  /\b(?:random|randomblob)\s*\(|'now'|\bcurrent_(?:time|date|timestamp)\b|\b(?:date|time|datetime|julianday|unixepoch)\s*\(\s*\)/i;

/** Whether a statement only reads. `WITH … INSERT` changes, and so does everything that is not known to read. */
export function kindOf(sql: string): SqlKind {
  const first = opening.exec(sql)?.[1]?.toLowerCase();
  if (first === 'select' || first === 'values' || first === 'explain') return 'query';
  if (first === 'with' && !changing.test(sql)) return 'query';
  return inconstant.test(sql) ? 'unrepeatable' : 'change';
}
