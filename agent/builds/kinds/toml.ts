// Tables of a TOML file, as far as they have the expected shape.
import { parse } from 'smol-toml';
import type { z } from 'zod';

/** What fits the schema; null when the text is no TOML, or does not fit. */
export function parseToml<T>(schema: z.ZodType<T>, text: string | null): T | null {
  if (text === null) return null;
  try {
    return schema.safeParse(parse(text)).data ?? null;
  } catch {
    return null;
  }
}
