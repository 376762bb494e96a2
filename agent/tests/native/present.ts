// Results leave out what is not known.

/** The object without the keys whose value is null, undefined or an empty text. */
export function present<T extends object>(object: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const kept = Object.entries(object).filter(([, value]) => value !== null && value !== undefined && value !== '');
  // Each entry is one of the object, and none of them is null.
  return Object.fromEntries(kept) as { [K in keyof T]?: NonNullable<T[K]> };
}
