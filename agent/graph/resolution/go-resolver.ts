// Go: a package is all files of its folder, so they depend on each other; an importer depends on the package. One file
// stands for each package, so that this takes one edge a file instead of one a pair.
import type { RepoPath } from '../../protocol/ids.ts';
import type { EdgeCollector } from './edges.ts';
import { folderOf, foldersUp, isWithin, join } from './file-set.ts';
import { addTo, hasTrait, namesOf, specifiersOf } from './language-resolver.ts';
import type { LanguageParts, LanguageResolver } from './language-resolver.ts';

const withoutCgo = /\.(?:s|S|sx|syso)$/;
const withCgo = /\.(?:s|S|sx|syso|c|cc|cpp|cxx|m|mm|h|hh|hpp|hxx|f|F|for|f90|swig|swigcxx|a|o)$/;

interface GoPackage {
  /** Files that every user of the package loads. */
  readonly files: RepoPath[];
  /** Test files by the names that they declare. */
  readonly testNames: Map<string, RepoPath[]>;
  /** Test files that run something before the tests. */
  readonly testSetups: RepoPath[];
}

interface GoModule {
  readonly folder: string;
  readonly path: string;
  /** Import paths and the folders of the repository that take their place. */
  readonly replaced: readonly (readonly [string, string])[];
}

export class GoResolver implements LanguageResolver {
  readonly #parts: LanguageParts;
  readonly #modules: readonly GoModule[];
  readonly #packages = new Map<string, GoPackage>();
  readonly #folders = new Map<string, readonly string[]>();

  constructor(parts: LanguageParts) {
    this.#parts = parts;
    this.#modules = readModules(parts);
    for (const file of parts.sources) this.#index(file);
  }

  addEdges(edges: EdgeCollector, file: RepoPath): void {
    const facts = this.#parts.factsOf(file);
    for (const path of specifiersOf(facts, 'use'))
      for (const folder of this.#foldersOf(path, file))
        edges.addModules(this.#packages.get(folder)?.files.slice(0, 1) ?? [], false);
    const folder = folderOf(file);
    const own = this.#packages.get(folder);
    if (hasTrait(facts, 'builds')) edges.addFolder(this.#moduleOf(file)?.folder ?? folder, 'all');
    if (own === undefined || hasTrait(facts, 'ignored')) return;
    if (file.endsWith('_test.go')) this.#addTests(edges, file, own);
    const isRepresentative = file === own.files[0];
    edges.addModules(isRepresentative ? [...own.files, ...this.#nativeIn(folder, own)] : own.files.slice(0, 1), false);
  }

  #index(file: RepoPath): void {
    const facts = this.#parts.factsOf(file);
    if (hasTrait(facts, 'ignored')) return;
    const folder = folderOf(file);
    const known: GoPackage = this.#packages.get(folder) ?? { files: [], testNames: new Map(), testSetups: [] };
    this.#packages.set(folder, known);
    if (!file.endsWith('_test.go')) {
      known.files.push(file);
      return;
    }
    if (hasTrait(facts, 'init')) known.testSetups.push(file);
    for (const name of namesOf(facts, 'declares')) addTo(known.testNames, name, file);
  }

  /** Test files of a package share their names, what runs before them, and the folder testdata. */
  #addTests(edges: EdgeCollector, file: RepoPath, own: GoPackage): void {
    for (const name of namesOf(this.#parts.factsOf(file), 'names'))
      edges.addModules(own.testNames.get(name) ?? [], false);
    edges.addModules(own.testSetups, false);
    const testdata = join(folderOf(file), 'testdata');
    if (this.#parts.files.hasFolder(testdata)) edges.addFolder(testdata, 'all');
  }

  /** What the go command compiles beside the Go files: assembly always, other languages where cgo is used. */
  #nativeIn(folder: string, own: GoPackage): RepoPath[] {
    const native = own.files.some((file) => hasTrait(this.#parts.factsOf(file), 'cgo')) ? withCgo : withoutCgo;
    return this.#parts.files.filesIn(folder).filter((file) => native.test(file));
  }

  /** The folders of the repository that an import path may mean. */
  #foldersOf(path: string, file: RepoPath): readonly string[] {
    if (/^\.{1,2}\//.test(path)) return [join(folderOf(file), path)];
    const module = this.#moduleOf(file);
    const key = `${module?.folder ?? ''} ${path}`;
    const known = this.#folders.get(key) ?? this.#locate(path, module, file);
    this.#folders.set(key, known);
    return known;
  }

  #locate(path: string, module: GoModule | null, file: RepoPath): readonly string[] {
    const found = new Set<string>();
    const within = (prefix: string, folder: string) => {
      if (path === prefix) found.add(folder);
      else if (path.startsWith(`${prefix}/`)) found.add(join(folder, path.slice(prefix.length + 1)));
    };
    for (const [prefix, folder] of module?.replaced ?? []) within(prefix, folder);
    for (const each of this.#modules) {
      within(each.path, each.folder);
      // The standard library's packages leave out the name of their module.
      if (each.path === 'std') found.add(join(each.folder, path));
      found.add(join(each.folder, `vendor/${path}`));
    }
    const existing = [...found].filter((folder) => this.#packages.has(folder));
    if (existing.length > 0 || module !== null) return existing;
    // Without a go.mod the path begins somewhere above the repository.
    for (const folder of foldersUp(folderOf(file))) found.add(join(folder, `vendor/${path}`));
    const parts = path.split('/');
    const tail = parts.findIndex((_, index) => this.#packages.has(parts.slice(index).join('/')));
    return [...found, ...(tail === -1 ? [] : [parts.slice(tail).join('/')])].filter((folder) =>
      this.#packages.has(folder),
    );
  }

  /** The module with the longest folder round a file. */
  #moduleOf(file: string): GoModule | null {
    return this.#modules.find(({ folder }) => isWithin(folder, folderOf(file))) ?? null;
  }
}

/** Deepest first. */
function readModules({ files, read }: LanguageParts): GoModule[] {
  const found: GoModule[] = [];
  const shared = [...files.all].flatMap((file) =>
    /(?:^|\/)go\.work$/.test(file) ? replacements(folderOf(file), read(file) ?? '') : [],
  );
  for (const file of files.all) {
    if (!/(?:^|\/)go\.mod$/.test(file)) continue;
    const text = read(file) ?? '';
    const path = /^[ \t]*module\s+"?([^\s"]+)/m.exec(text)?.[1];
    const folder = folderOf(file);
    if (path !== undefined) found.push({ folder, path, replaced: [...replacements(folder, text), ...shared] });
  }
  return found.toSorted((a, b) => b.folder.length - a.folder.length);
}

/** `replace a/b v1 => ../c`, alone or in a list. */
function replacements(folder: string, text: string): (readonly [string, string])[] {
  return [...text.matchAll(/^[ \t]*(?:replace[ \t]+)?(\S+)(?:[ \t]+v\S+)?[ \t]*=>[ \t]*(\.{1,2}\/\S*)/gm)].map(
    (match) => [match[1] ?? '', join(folder, match[2] ?? '')],
  );
}
