// Circles among things that need each other.

/** The first circle as a list that ends where it begins: a, b, a. Null when there is none; what does not exist is passed over. */
export function findCircle(needs: ReadonlyMap<string, readonly string[]>): string[] | null {
  const done = new Set<string>();
  for (const start of needs.keys()) {
    const circle = done.has(start) ? null : walk(start, needs, done);
    if (circle !== null) return circle;
  }
  return null;
}

/** Depth first, with a stack of its own: ten thousand steps in a row are no reason to run out of the other one. */
function walk(start: string, needs: ReadonlyMap<string, readonly string[]>, done: Set<string>): string[] | null {
  const way: { readonly id: string; next: number }[] = [{ id: start, next: 0 }];
  const onWay = new Set([start]);
  for (let top = way.at(-1); top !== undefined; top = way.at(-1)) {
    const need = needs.get(top.id)?.[top.next++];
    if (need === undefined) {
      way.pop();
      onWay.delete(top.id);
      done.add(top.id);
    } else if (onWay.has(need)) {
      const ids = way.map(({ id }) => id);
      return [...ids.slice(ids.indexOf(need)), need];
    } else if (needs.has(need) && !done.has(need)) {
      way.push({ id: need, next: 0 });
      onWay.add(need);
    }
  }
  return null;
}
