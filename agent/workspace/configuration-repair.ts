// Takes out of a configuration what does not fit its schema, so that the rest counts.
import type { z } from 'zod';

/** What did not fit, at its place in the value as it was found. */
export interface Misfit {
  readonly path: readonly (string | number)[];
  /**
   * `unknown`: there is no such key. `wrong`: the value does not fit. `missing`: the value has to be there. `misnamed`: a
   * name that the user gives does not fit.
   */
  readonly kind: 'unknown' | 'wrong' | 'missing' | 'misnamed';
  /** Of a name: what it may be made of, where that is known. */
  readonly expected?: string;
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
      // What lacks something goes whole, and may be missing in turn.
      if (misfit.kind === 'missing') reported.add(JSON.stringify(misfit.path.slice(0, -1)));
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
  if (issue.code === 'invalid_key') {
    const expected = issue.issues.find(({ code }) => code === 'invalid_format')?.message;
    return [{ path, kind: 'misnamed', found: path.at(-1), ...(expected === undefined ? {} : { expected }) }];
  }
  return [{ path, kind: found === undefined ? 'missing' : 'wrong', found }];
}

/** What stands at a place; undefined where nothing does. */
export function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
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
