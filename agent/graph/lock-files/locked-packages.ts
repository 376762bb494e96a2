// What every kind of lock file says in the end.

/** What a lock file says, by package name: a package that is there in several versions is one. */
export interface LockedPackages {
  /** Everything that is said about a package, as one text: another text is another package. */
  readonly contents: ReadonlyMap<string, string>;
  /** The names that a package needs. */
  readonly needs: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Collects entries; several of one name are put together. */
export class PackageCollector implements LockedPackages {
  readonly contents = new Map<string, string>();
  readonly needs = new Map<string, Set<string>>();

  add(name: string, content: string, needed: Iterable<string>): void {
    this.contents.set(name, [...(this.contents.get(name)?.split('\n') ?? []), content].toSorted().join('\n'));
    const known = this.needs.get(name) ?? new Set();
    for (const each of needed) known.add(each);
    this.needs.set(name, known);
  }
}

/** The name of a Python distribution as PEP 503 compares it. */
export function normalizedName(name: string): string {
  return name.replace(/[-_.]+/g, '-').toLowerCase();
}
