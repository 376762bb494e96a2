// The files of the repository as a resolver sees them: questions are answered from memory, never from disk.
import path from 'node:path';
import type { RepoPath } from '../../protocol/ids.ts';

/** Extensions of code that a specifier may leave out, in no order: all that exist are taken. */
export const codeExtensions = [
  '.ts',
  '.tsx',
  '.js',
  '.jsx',
  '.mjs',
  '.cjs',
  '.mts',
  '.cts',
  '.vue',
  '.svelte',
  '.astro',
] as const;
/** What the name of a code file ends with. */
export const codeFile = /\.(?:[cm]?[jt]sx?|vue|svelte|astro)$/;
const declarationFile = /\.d\.[cm]?ts$/;
const otherExtensions = [
  '.json',
  '.node',
  '.css',
  '.scss',
  '.sass',
  '.less',
  '.json5',
  '.yaml',
  '.yml',
  '.wasm',
  '.graphql',
  '.gql',
  '.html',
  '.md',
  '.mdx',
  '.txt',
  '.coffee',
] as const;

/** What a written extension may stand for in sources. */
const sourceExtensions: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx', '.jsx'],
  '.jsx': ['.tsx'],
  '.mjs': ['.mts'],
  '.cjs': ['.cts'],
};

export class FileSet {
  readonly #files: ReadonlySet<RepoPath>;
  readonly #folders = new Map<string, RepoPath[]>();
  /** Code files by their path without extension: one look-up instead of one an extension. */
  readonly #code = new Map<string, RepoPath[]>();
  #lowerCase: Map<string, RepoPath[]> | null = null;
  #sorted: readonly RepoPath[] | null = null;

  constructor(files: ReadonlySet<RepoPath>) {
    this.#files = files;
    for (const file of files) {
      this.#addTo(folderOf(file), file);
      if (codeFile.test(file)) this.#addCode(withoutCodeExtension(file), file);
    }
  }

  get all(): ReadonlySet<RepoPath> {
    return this.#files;
  }

  /** The path when it is a file of the repository. */
  find(file: string): RepoPath | null {
    // Only members of the set are RepoPaths.
    return this.#files.has(file as RepoPath) ? (file as RepoPath) : null;
  }

  hasFolder(folder: string): boolean {
    return folder === '' || this.#folders.has(folder);
  }

  /** The files directly in a folder. */
  filesIn(folder: string): readonly RepoPath[] {
    return this.#folders.get(folder) ?? [];
  }

  /** Every file below a folder that `accepts`; '' is the repository. */
  below(folder: string, accepts: (file: RepoPath) => boolean): RepoPath[] {
    const prefix = folder === '' ? '' : `${folder}/`;
    this.#sorted ??= [...this.#files].toSorted((a, b) => (a < b ? -1 : 1));
    const found: RepoPath[] = [];
    for (let at = lowerBound(this.#sorted, prefix); at < this.#sorted.length; at++) {
      const file = this.#sorted[at];
      if (file === undefined || !file.startsWith(prefix)) break;
      if (accepts(file)) found.push(file);
    }
    return found;
  }

  /**
   * The files that `target`, a path without or with an extension, may load: exact, or with another extension. Where several would do (`x.js` beside `x.ts`), all of them: which one wins depends on the runner.
   */
  module(target: string): RepoPath[] {
    // The root is no file, though `.name.js` in it looks like one.
    if (target === '') return [];
    const exact = this.find(target);
    const dot = target.lastIndexOf('.');
    const extension = dot > target.lastIndexOf('/') ? target.slice(dot) : '';
    const accepted = sourceExtensions[extension];
    const sources =
      accepted === undefined
        ? []
        : this.#codeAt(target.slice(0, dot)).filter(
            (file) => accepted.some((source) => file.endsWith(source)) && !declarationFile.test(file),
          );
    if (exact !== null) return sources.length === 0 ? [exact] : [exact, ...sources];
    if (sources.length > 0) return sources;
    const completed = this.#completed(target);
    if (completed.length > 0) return completed;
    const isLoadable = this.index(target).length > 0 || this.find(join(target, 'package.json')) !== null;
    return isLoadable ? [] : this.#variants(target);
  }

  /** The index files of a folder. */
  index(folder: string): RepoPath[] {
    return this.hasFolder(folder) ? this.#completed(join(folder, 'index')) : [];
  }

  /** Files that differ from `target` in the case of letters only: the same file for macOS and Windows. */
  ignoringCase(target: string): readonly RepoPath[] {
    if (this.#lowerCase === null) {
      this.#lowerCase = new Map();
      for (const file of this.#files) {
        const key = withoutCodeExtension(file).toLowerCase();
        const same = this.#lowerCase.get(key);
        if (same === undefined) this.#lowerCase.set(key, [file]);
        else same.push(file);
      }
    }
    return this.#lowerCase.get(withoutCodeExtension(target).toLowerCase()) ?? [];
  }

  #completed(target: string): RepoPath[] {
    const code = this.#codeAt(target);
    if (code.length === 0) return otherExtensions.flatMap((extension) => this.find(target + extension) ?? []);
    const running = code.length === 1 ? code : code.filter((file) => !declarationFile.test(file));
    return [...(running.length > 0 ? running : code)];
  }

  #codeAt(stem: string): readonly RepoPath[] {
    return this.#code.get(stem) ?? [];
  }

  #addCode(stem: string, file: RepoPath): void {
    const same = this.#code.get(stem);
    if (same === undefined) this.#code.set(stem, [file]);
    else same.push(file);
  }

  /** `./view` that exists as `view.web.tsx` and `view.native.tsx` alone. */
  #variants(target: string): RepoPath[] {
    const prefix = `${target}.`;
    return this.filesIn(folderOf(target)).filter(
      (file) =>
        file.startsWith(prefix) &&
        /^\w+\.[cm]?[jt]sx?$/.test(file.slice(prefix.length)) &&
        !/\.(?:test|spec|d|stories|bench|snap)\./.test(`.${file.slice(prefix.length)}`),
    );
  }

  #addTo(folder: string, file: RepoPath): void {
    const files = this.#folders.get(folder);
    if (files !== undefined) {
      files.push(file);
      return;
    }
    this.#folders.set(folder, [file]);
    for (let parent = folder; parent !== '';) {
      parent = folderOf(parent);
      if (this.#folders.has(parent)) break;
      this.#folders.set(parent, []);
    }
  }
}

/** The first index whose value is not before `prefix`. */
function lowerBound(sorted: readonly string[], prefix: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? '') < prefix) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** '' for a file at the root. */
export function folderOf(file: string): string {
  const slash = file.lastIndexOf('/');
  return slash === -1 ? '' : file.slice(0, slash);
}

/** Joins and normalizes; '' is the root, and what climbs out of the repository keeps its `..`. */
export function join(folder: string, relative: string): string {
  if (plainRelative.test(relative)) return joinPlain(folder, relative);
  const joined = path.posix.join(folder, relative);
  const clean = joined.endsWith('/') ? joined.slice(0, -1) : joined;
  return clean === '.' ? '' : clean;
}

const plainRelative = /^(?:\.\/|(?:\.\.\/)+)?(?:[^./][^/]*\/)*[^./][^/]*$/;

/** The common form, `./a/b` or `../../a`, without the cost of the general one. */
function joinPlain(folder: string, relative: string): string {
  let base = folder;
  let rest = relative;
  if (rest.startsWith('./')) rest = rest.slice(2);
  for (; rest.startsWith('../'); rest = rest.slice(3)) {
    // Above the root there is nothing of the repository; the general form keeps what is written.
    if (base === '') return path.posix.join(base, rest);
    base = folderOf(base);
  }
  return base === '' ? rest : `${base}/${rest}`;
}

export function withoutCodeExtension(file: string): string {
  return file.replace(/(?:\.d)?\.(?:[cm]?[jt]sx?|vue|svelte|astro|pyi?|json)$/, '');
}

/** `folder` itself or one of its parents holds `file`. */
export function isWithin(folder: string, file: string): boolean {
  return folder === '' || file === folder || file.startsWith(`${folder}/`);
}

/** The folder and its parents up to '', nearest first. */
export function foldersUp(folder: string): string[] {
  const folders = [folder];
  for (let at = folder; at !== '';) {
    at = folderOf(at);
    folders.push(at);
  }
  return folders;
}
