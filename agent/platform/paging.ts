// Lists that are answered a page at a time, in the order of a key that does not change.
import { failure, success, type Result } from '../protocol/failure.ts';

export interface PageRequest {
  readonly limit: number;
  /** The `nextCursor` of the page before; none for the first page. */
  readonly cursor?: string | undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Null on the last page. */
  readonly nextCursor: string | null;
}

/** The page of `items`, which are in ascending order of their keys. What was added or removed meanwhile shifts nothing. */
export function pageOf<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  { limit, cursor }: PageRequest,
): Result<Page<T>> {
  const after = cursor === undefined ? null : keyIn(cursor);
  if (after !== null && !after.ok) return after;
  const rest = after === null ? items : items.filter((item) => keyOf(item) > after.value);
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  return success({
    items: page,
    nextCursor: last === undefined || rest.length <= limit ? null : cursorOf(keyOf(last)),
  });
}

/** An opaque cursor for a key. */
export function cursorOf(key: string): string {
  return Buffer.from(key).toString('base64url');
}

/** The key in a cursor that a client sent. */
export function keyIn(cursor: string): Result<string> {
  const key = Buffer.from(cursor, 'base64url').toString();
  if (key !== '' && cursorOf(key) === cursor) return success(key);
  return failure('invalid_input', '`cursor`: expected the `nextCursor` of an earlier answer, found something else.', {
    place: 'cursor',
  });
}
