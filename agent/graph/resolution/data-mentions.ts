// Files that are no code, found by what a text says of the end of their path: `"config/a.json"`, `"a.json"`, `"fixtures"`.
// Programs of compiled languages look for files below roots that only their build knows, so every fitting file counts.
import type { RepoPath } from '../../protocol/ids.ts';
import { isFixture, roleOf } from '../file-roles.ts';
import type { EdgeCollector } from './edges.ts';
import { folderOf, isWithin } from './file-set.ts';
import type { FileSet } from './file-set.ts';

/** A name that so many files bear says nothing of one of them. */
const mostNamed = 200;

export class DataMentions {
  readonly #byName = new Map<string, RepoPath[]>();
  readonly #folders = new Map<string, Set<string>>();

  constructor(files: FileSet) {
    for (const file of files.all) {
      if (!isData(file)) continue;
      const name = lastName(file).toLowerCase();
      const same = this.#byName.get(name);
      if (same === undefined) this.#byName.set(name, [file]);
      else same.push(file);
      this.#addFolders(folderOf(file));
    }
  }

  /** Adds what `text` may mean for a file of the unit in folder `unit`. */
  add(edges: EdgeCollector, unit: string, text: string): void {
    const path = text
      .replace(/^(?:\.{1,2}\/)+/, '')
      .replace(/\/+$/, '')
      .toLowerCase();
    if (path === '') return;
    const name = lastName(path);
    const isPart = path.includes('/');
    const fits = (each: string) =>
      (isPart || isWithin(unit, each)) && (each.toLowerCase() === path || each.toLowerCase().endsWith(`/${path}`));
    const found = (this.#byName.get(name) ?? []).filter(fits);
    if (found.length <= mostNamed) edges.addModules(found, false);
    for (const folder of this.#folders.get(name) ?? []) if (fits(folder)) edges.addFolder(folder, 'data');
  }

  #addFolders(folder: string): void {
    for (let at = folder; at !== ''; at = folderOf(at)) {
      const name = lastName(at).toLowerCase();
      const same = this.#folders.get(name) ?? new Set();
      if (same.has(at)) return;
      same.add(at);
      this.#folders.set(name, same);
    }
  }
}

function isData(file: RepoPath): boolean {
  const role = roleOf(file);
  return role === 'data' || role === 'documentation' || isFixture(file);
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
