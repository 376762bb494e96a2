// Takes out of a configuration what does not fit its schema, so that the rest counts.
import type { z } from 'zod';

/** What did not fit, at its place in the value as it was found. */
export interface Misfit {
  readonly path: readonly (string | number)[];
  /** `unknown`: there is no such key. `wrong`: the value does not fit. `missing`: the value has to be there. */
  readonly kind: 'unknown' | 'wrong' | 'missing';
  readonly found: unknown;
}

/** Each round takes out at least one value, and a value can only sit so deep. */
const maximumRounds = 16;

/** The parts of `value` that fit, and what was taken out. A part that lacks something it must have is taken out whole. */
export function fitTo<T>(schema: z.ZodType<T>, value: unknown, fallback: T): { value: T; misfits: Misfit[] } {
  const misfits: Misfit[] = [];
  const reported = new Set<string>();
  let remaining: unknown = structuredClone(value);
  for (let round = 0; round < maximumRounds; round++) {
    const parsed = schema.safeParse(remaining);
    if (parsed.success) return { value: parsed.data, misfits };
    const found = parsed.error.issues.flatMap((issue) => misfitsOf(issue, remaining));
    for (const misfit of found) {
      // A value that was taken out is missing in the next round; that is no second fault.
      const place = JSON.stringify(misfit.path);
      if (!reported.has(place)) misfits.push(misfit);
      reported.add(place);
    }
    for (const misfit of found.toReversed()) remaining = without(remaining, misfit);
  }
  return { value: fallback, misfits };
}

function misfitsOf(issue: z.core.$ZodIssue, value: unknown): Misfit[] {
  const path = issue.path.map((segment) => (typeof segment === 'number' ? segment : String(segment)));
  const found = valueAt(value, path);
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ path: [...path, key], kind: 'unknown', found: valueAt(found, [key]) }));
  return [{ path, kind: found === undefined ? 'missing' : 'wrong', found }];
}

function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  let current: unknown = value;
  for (const segment of path)
    current = isContainer(current) && Object.hasOwn(current, segment) ? current[segment] : undefined;
  return current;
}

/** What is missing cannot be taken out, so that what lacks it goes. */
function without(value: unknown, { path, kind }: Misfit): unknown {
  const removed = kind === 'missing' ? path.slice(0, -1) : path;
  const key = removed.at(-1);
  if (key === undefined) return {};
  const parent = valueAt(value, removed.slice(0, -1));
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else if (isContainer(parent)) delete parent[key];
  return value;
}

function isContainer(value: unknown): value is Record<string | number, unknown> {
  return (
    Array.isArray(value) ||
    (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype)
  );
}
