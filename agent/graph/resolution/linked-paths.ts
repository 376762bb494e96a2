// Symbolic links inside the repository: they are not among its files, but what is loaded through them is.
import { realpathSync } from 'node:fs';
import path from 'node:path';
import { codeExtensions, folderOf, join } from './file-set.ts';

export class LinkedPaths {
  readonly #root: string;
  readonly #real = new Map<string, string | null>();

  /** `root` is absolute. */
  constructor(root: string) {
    this.#root = root;
  }

  /** Where a path that is no file of the repository really lies inside of it: itself a link, or below one. */
  real(target: string): string | null {
    const known = this.#real.get(target);
    if (known !== undefined) return known;
    const found = this.#follow(target);
    this.#real.set(target, found);
    return found;
  }

  /** The same for a module's name, whose extension may be left out. */
  module(target: string): string | null {
    const folder = folderOf(target);
    const real = folder === '' ? null : this.real(folder);
    if (real !== null) return join(real, target.slice(folder.length + 1));
    for (const extension of ['', ...codeExtensions]) {
      const found = this.real(target + extension);
      if (found !== null) return found;
    }
    return null;
  }

  #follow(target: string): string | null {
    try {
      const root = realpathSync(this.#root);
      const real = path.relative(root, realpathSync(path.join(this.#root, target)));
      const relative = real.split(path.sep).join('/');
      const isInside = !relative.startsWith('..') && !path.isAbsolute(relative);
      return isInside && relative !== target ? relative : null;
    } catch {
      // It does not exist, or its links go round in a circle.
      return null;
    }
  }
}
