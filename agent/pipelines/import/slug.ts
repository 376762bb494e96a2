// Names of other systems as ids of ours.

/** A text as an id. */
export function slug(text: string): string {
  const plain = text
    .trim()
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
  return /^[a-z_]/.test(plain) ? plain : `s-${plain}`;
}

/** Gives each text an id that none before it has. */
export function createIds(): (text: string) => string {
  const used = new Set<string>();
  return (text) => {
    const base = slug(text);
    let id = base;
    for (let count = 2; used.has(id); count++) id = `${base}-${count}`;
    used.add(id);
    return id;
  };
}
