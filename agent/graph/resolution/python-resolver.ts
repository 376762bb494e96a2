// From dotted names to the modules of the repository, as Python's path-based finder would see them.
import type { RepoPath } from '../../protocol/ids.ts';
import type { FileFacts } from '../facts.ts';
import type { EdgeCollector } from './edges.ts';
import { folderOf, foldersUp, join } from './file-set.ts';
import type { FileSet } from './file-set.ts';
import type { PythonProjects } from './python-projects.ts';

export interface PythonResolverParts {
  readonly files: FileSet;
  readonly projects: PythonProjects;
  /** The names in a folder on disk, ignored files included. */
  readonly onDisk: (folder: string) => ReadonlySet<string>;
  /** For the names in `__all__` of a package. */
  readonly factsOf: (file: RepoPath) => FileFacts;
}

interface Found {
  /** The module's own file or the package's folder, and every `__init__.py` on the way. */
  readonly files: readonly RepoPath[];
  /** How many parts of the dotted name were found. */
  readonly depth: number;
  readonly folder: string | null;
}

const moduleSuffixes = ['.py', '.pyi', '.pyx', '.pyw', '.so', '.pyd', '.c', '.cpp', '.rs'];

export class PythonResolver {
  readonly #parts: PythonResolverParts;
  readonly #roots = new Map<string, readonly string[]>();
  readonly #found = new Map<string, Found>();

  constructor(parts: PythonResolverParts) {
    this.#parts = parts;
  }

  /** `a.b`, `..a.b`; a member `a.b.c` counts only as far as it is a module, `a.b.*` loads what `__all__` names. */
  addModule(
    edges: EdgeCollector,
    file: RepoPath,
    { specifier, isTypes, isMember }: { specifier: string; isTypes: boolean; isMember: boolean },
  ): void {
    const dots = /^\.*/.exec(specifier)?.[0].length ?? 0;
    const parts = specifier
      .slice(dots)
      .split('.')
      .filter((part) => part !== '');
    const last = parts.at(-1);
    if (last === '*' || last === '**') {
      this.#addStar(edges, file, { dots, parts: parts.slice(0, -1), isDeep: last === '**', isTypes });
      return;
    }
    const found = dots > 0 ? this.#below(relativeBase(file, dots), parts) : this.#absolute(file, parts);
    // `patch("json.dumps")` must not pass for the repository's json/ folder found halfway.
    if (isMember && dots === 0 && found.depth < parts.length - 3) return;
    edges.addModules(found.files, isTypes);
    if (!isTypes && dots + found.depth > 0) this.#addBuilt(edges, { found, parts, isMember });
  }

  /** What is not among the repository's files may be made by a build; a member is one only where it lies on disk. */
  #addBuilt(
    edges: EdgeCollector,
    { found, parts, isMember }: { found: Found; parts: readonly string[]; isMember: boolean },
  ): void {
    const missing = parts[found.depth];
    if (found.folder === null || missing === undefined) return;
    const module = join(found.folder, missing);
    const names = this.#parts.onDisk(folderOf(module));
    const name = module.slice(module.lastIndexOf('/') + 1);
    const present = ['.py', '/__init__.py'].filter((suffix) => names.has(suffix === '.py' ? `${name}.py` : name));
    if (present.length > 0) for (const suffix of present) edges.addBuilt(module + suffix, []);
    else if (!isMember) edges.addBuilt(`${module}.py`, []);
  }

  /** What every Python file loads besides its imports: the `__init__.py` of its packages and, for tests, conftest.py above. */
  addConventions(edges: EdgeCollector, file: RepoPath, facts: FileFacts): void {
    const { files, projects } = this.#parts;
    for (const folder of foldersUp(folderOf(file))) {
      const init = files.find(join(folder, '__init__.py'));
      if (init === null) break;
      edges.addModules([init], false);
    }
    if (facts.definesTests !== true) return;
    for (const folder of foldersUp(folderOf(file))) {
      const conftest = files.find(join(folder, 'conftest.py'));
      if (conftest !== null) edges.addModules([conftest], false);
    }
    for (const plugin of projects
      .above(folderOf(file))
      .flatMap((project) => [...project.pytestPlugins, ...project.djangoSettings])) {
      this.addModule(edges, file, { specifier: plugin, isTypes: false, isMember: false });
    }
  }

  /** A console script of the repository, or a package that can be run by its name. */
  addCommand(edges: EdgeCollector, file: RepoPath, word: string): void {
    const module = this.#parts.projects.scripts.get(word);
    if (module !== undefined) this.addModule(edges, file, { specifier: module, isTypes: false, isMember: false });
  }

  #addStar(
    edges: EdgeCollector,
    file: RepoPath,
    star: { dots: number; parts: readonly string[]; isDeep: boolean; isTypes: boolean },
  ): void {
    const found =
      star.dots > 0 ? this.#below(relativeBase(file, star.dots), star.parts) : this.#absolute(file, star.parts);
    edges.addModules(found.files, star.isTypes);
    const { files, factsOf } = this.#parts;
    const folder = found.folder;
    if (folder === null || found.depth < star.parts.length) return;
    if (star.isDeep) {
      edges.addModules(
        files.below(folder, (each) => each.endsWith('.py')),
        star.isTypes,
      );
      return;
    }
    const init = files.find(join(folder, '__init__.py'));
    for (const name of init === null ? [] : (factsOf(init).exported ?? []))
      edges.addModules(this.#below(folder, [name]).files, star.isTypes);
  }

  /** Of all roots the one where most of the name is found; the first of several. */
  #absolute(file: RepoPath, parts: readonly string[]): Found {
    const roots = this.#rootsOf(folderOf(file));
    const key = `${folderOf(file)} ${parts.join('.')}`;
    const known = this.#found.get(key);
    if (known !== undefined) return known;
    let best: Found = { files: [], depth: 0, folder: null };
    for (const root of roots) {
      const found = this.#below(root, parts);
      if (found.depth > best.depth || (found.depth === best.depth && found.files.length > 0 && best.files.length === 0))
        best = found;
      if (best.depth === parts.length && best.files.length > 0) break;
    }
    this.#found.set(key, best);
    return best;
  }

  #below(base: string, parts: readonly string[]): Found {
    const { files } = this.#parts;
    const found: RepoPath[] = [];
    let folder = base;
    const own = files.find(join(base, '__init__.py'));
    if (own !== null && parts.length === 0) found.push(own);
    for (const [index, part] of parts.entries()) {
      const next = join(folder, part);
      const init = initOf(files, next);
      if (init.length > 0) found.push(...init);
      const isFolder = files.hasFolder(next);
      if (init.length === 0) {
        const module = moduleSuffixes.flatMap((suffix) => files.find(next + suffix) ?? []);
        if (module.length > 0) return { files: [...found, ...module], depth: index + 1, folder: null };
        if (!isFolder) return { files: found, depth: index, folder };
      }
      folder = next;
    }
    return { files: found, depth: parts.length, folder };
  }

  /** Where absolute imports of a folder's files may start: as pytest, unittest and scripts set it up, then as installed. */
  #rootsOf(folder: string): readonly string[] {
    const known = this.#roots.get(folder);
    if (known !== undefined) return known;
    const { files, projects } = this.#parts;
    const outside = foldersUp(folder).find((each) => files.find(join(each, '__init__.py')) === null) ?? '';
    const near = projects.above(folder).flatMap((project) => project.roots);
    const far = projects.all.flatMap((project) => project.roots);
    const roots = [...new Set([outside, ...near, ...foldersUp(folder), ...far])];
    this.#roots.set(folder, roots);
    return roots;
  }
}

function initOf(files: FileSet, folder: string): RepoPath[] {
  return ['__init__.py', '__init__.pyi', '__init__.pyx'].flatMap((name) => files.find(join(folder, name)) ?? []);
}

/** One dot is the file's own package. */
function relativeBase(file: RepoPath, dots: number): string {
  let folder = folderOf(file);
  for (let climbed = 1; climbed < dots; climbed++) folder = folderOf(folder);
  return folder;
}
