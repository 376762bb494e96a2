// C and C++: an include means every file whose path ends as it is written, so that include folders need not be known; where
// they are, they decide between several. Programs depend on the sources that are linked to them.
import path from 'node:path';
import type { RepoPath } from '../../protocol/ids.ts';
import { translationUnit } from './build-target.ts';
import { CBuilds } from './c-builds.ts';
import type { EdgeCollector } from './edges.ts';
import { folderOf, isWithin, join } from './file-set.ts';
import { IncludeFolders } from './include-folders.ts';
import { addTo, hasTrait, specifiersOf } from './language-resolver.ts';
import type { LanguageParts, LanguageResolver } from './language-resolver.ts';

export class CResolver implements LanguageResolver {
  readonly #parts: LanguageParts;
  readonly #builds: CBuilds;
  readonly #folders: IncludeFolders;
  /** All files by their names in lower case: some file systems do not tell cases apart. */
  readonly #byName = new Map<string, RepoPath[]>();
  readonly #macros = new Map<string, string[]>();
  readonly #modules = new Map<string, RepoPath[]>();
  /** Sources that any program of a build may be linked with. */
  readonly #linkable = new Map<string, readonly RepoPath[]>();

  constructor(parts: LanguageParts) {
    this.#parts = parts;
    this.#builds = new CBuilds(parts.files, parts.read);
    this.#folders = new IncludeFolders({
      root: parts.disk.root,
      files: parts.files.all,
      read: parts.read,
      commands: parts.disk.compileCommands.read(parts.files.all),
      listings: this.#builds.listings,
    });
    for (const file of parts.files.all) addTo(this.#byName, lastName(file), file);
    for (const file of parts.sources) {
      const facts = parts.factsOf(file);
      for (const module of specifiersOf(facts, 'scope')) addTo(this.#modules, module.split(':')[0] ?? '', file);
      for (const trait of specifiersOf(facts, 'trait')) {
        const define = /^define (\w+) (.*)$/.exec(trait);
        if (define !== null) addTo(this.#macros, define[1] ?? '', define[2] ?? '');
      }
    }
  }

  addEdges(edges: EdgeCollector, file: RepoPath): void {
    const facts = this.#parts.factsOf(file);
    for (const include of specifiersOf(facts, 'use')) {
      if (/^["<]/.test(include)) this.#addInclude(edges, file, include);
      else edges.addModules(this.#modules.get(include.split(':')[0] ?? '') ?? [], false);
    }
    for (const trait of specifiersOf(facts, 'trait')) {
      if (!trait.startsWith('computed ')) continue;
      for (const include of this.#macros.get(trait.slice('computed '.length)) ?? [])
        this.#addInclude(edges, file, include);
    }
    if (translationUnit.test(file)) this.#addCompiled(edges, file);
  }

  /** What a source has beside what it names: headers that its command includes, and of a program what is linked to it. */
  #addCompiled(edges: EdgeCollector, file: RepoPath): void {
    for (const header of this.#folders.forcedInto(file)) {
      const exact = this.#parts.files.find(header);
      edges.addModules(exact === null ? this.#endingWith(header) : [exact], false);
    }
    for (const problem of this.#folders.problems) edges.addNote(problem);
    const facts = this.#parts.factsOf(file);
    const isStart = facts.definesTests === true || hasTrait(facts, 'main') || this.#builds.standsForTest(file);
    if (isStart) this.#addLinked(edges, file);
  }

  #addInclude(edges: EdgeCollector, file: RepoPath, include: string): void {
    const written = include.slice(1, -1).replaceAll('\\', '/').trim();
    const beside = include.startsWith('"') ? this.#parts.files.find(join(folderOf(file), written)) : null;
    if (beside !== null) {
      edges.addModules([beside], false);
      return;
    }
    // `a/../b.h` is `b.h`.
    const header = path.posix.normalize(written);
    const found = this.#among(this.#endingWith(header), file, header);
    // A header that the configuration makes out of a template.
    const templates = [`${header}.in`, `${header}.cmake`, `${header}.cmake.in`, header.replace(/\.(\w+)$/, '.in.$1')];
    edges.addModules(
      found.length > 0
        ? found
        : [...templates.flatMap((each) => this.#endingWith(each)), ...this.#linked(file, header)],
      false,
    );
  }

  /** Of several files that an include may mean those in the folders that are searched, where these are known. */
  #among(found: readonly RepoPath[], file: RepoPath, include: string): readonly RepoPath[] {
    if (found.length < 2) return found;
    const { folders, areAll } = this.#folders.searchedFor(file);
    if (!areAll) return found;
    const searched = new Set(folders.map((folder) => join(folder, include).toLowerCase()));
    const within = found.filter((each) => searched.has(each.toLowerCase()));
    return within.length > 0 ? within : found;
  }

  /** Behind symbolic links, which are no files of the repository: `include/acme` may lead to `src`. */
  #linked(file: RepoPath, include: string): RepoPath[] {
    const folders = [...this.#folders.searchedFor(file).folders, folderOf(file), '', 'include'];
    return [...new Set(folders)].flatMap((folder) => {
      const real = this.#parts.disk.links.real(join(folder, include));
      return real === null ? [] : (this.#parts.files.find(real) ?? []);
    });
  }

  #endingWith(include: string): RepoPath[] {
    const tail = include.replace(/^(?:\.{1,2}\/)+/, '').toLowerCase();
    return (this.#byName.get(lastName(tail)) ?? []).filter((file) => {
      const lower = file.toLowerCase();
      return lower === tail || lower.endsWith(`/${tail}`);
    });
  }

  #addLinked(edges: EdgeCollector, file: RepoPath): void {
    const { sources, wholeBuild } = this.#builds.linkedWith(file);
    edges.addModules(sources, false);
    if (wholeBuild === null) return;
    const name = wholeBuild === '' ? 'the repository' : `${wholeBuild}/`;
    edges.addNote(`which sources are linked to the program is not known, so all of ${name} that is no program counts`);
    edges.addModules(this.#linkableIn(wholeBuild), false);
  }

  #linkableIn(root: string): readonly RepoPath[] {
    const known = this.#linkable.get(root);
    if (known !== undefined) return known;
    const { sources, factsOf } = this.#parts;
    const found = sources.filter((file) => {
      if (!isWithin(root, file) || !translationUnit.test(file)) return false;
      const facts = factsOf(file);
      return facts.definesTests !== true && !hasTrait(facts, 'main');
    });
    this.#linkable.set(root, found);
    return found;
  }
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).toLowerCase();
}
