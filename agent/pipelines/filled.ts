// Objects that are written for people: without what says nothing.

/** Without keys whose value is undefined, null, false, 0, or an empty text, list or map. */
export function filled<T extends object>(values: T): Partial<T> {
  const entries = Object.entries(values).filter(([, value]) => !isEmpty(value));
  // Every key of the result is one of `values`, with its value.
  return Object.fromEntries(entries) as Partial<T>;
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === 0 || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
