// The keys that a schema knows at a place, to name the nearest of one that it does not know.
import { z } from 'zod';

/** The keys of the object at `path`; none where the schema has no object there, or one with keys of its own choice. */
export function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const [key, ...rest] = path;
  const whole = bare(schema);
  if (key === undefined) return whole instanceof z.ZodObject ? Object.keys(whole.shape) : [];
  const next = below(whole, key);
  return next === null ? [] : keysAt(next, rest);
}

function below(schema: z.ZodType, key: PropertyKey): z.ZodType | null {
  const part = partOf(schema, key);
  return part instanceof z.ZodType ? part : null;
}

function partOf(schema: z.ZodType, key: PropertyKey): unknown {
  if (schema instanceof z.ZodObject) return schema.shape[String(key)];
  if (schema instanceof z.ZodRecord) return schema.valueType;
  return schema instanceof z.ZodArray ? schema.element : null;
}

/** Without what says only whether it has to be there. */
function bare(schema: z.ZodType): z.ZodType {
  const isWrapped =
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault;
  const inner: unknown = isWrapped ? schema.def.innerType : null;
  return inner instanceof z.ZodType ? bare(inner) : schema;
}
