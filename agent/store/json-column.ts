// JSON in columns: written from checked values, parsed with their schema when it comes back.
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { z } from 'zod';

/** The value of a JSON column, or `fallback` for null and for what does not fit: one bad row must not hide the others. */
export function fromJson<T>(schema: z.ZodType<T>, text: string | null, fallback: T): T {
  if (text === null) return fallback;
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return fallback;
  }
}

/** Large JSON as deflated bytes: lists of paths shrink to a tenth. */
export function packJson(value: unknown): Uint8Array {
  return deflateRawSync(JSON.stringify(value), { level: 3 });
}

/** The value that `packJson` packed, or null when it does not fit. */
export function unpackJson<T>(schema: z.ZodType<T>, bytes: Uint8Array): T | null {
  try {
    return schema.parse(JSON.parse(inflateRawSync(bytes).toString('utf8')));
  } catch {
    return null;
  }
}
