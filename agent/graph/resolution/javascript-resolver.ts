// From what a JavaScript file names to the files of the repository that it stands for.
import { builtinModules } from 'node:module';
import path from 'node:path';
import { ResolverFactory } from 'oxc-resolver';
import type { RepoPath } from '../../protocol/ids.ts';
import type { EdgeCollector } from './edges.ts';
import { codeExtensions, codeFile, folderOf, join } from './file-set.ts';
import type { FileSet } from './file-set.ts';
import type { LinkedPaths } from './linked-paths.ts';
import { targetsOf } from './manifests.ts';
import type { Manifests } from './manifests.ts';
import { noSources } from './packages.ts';
import type { Packages, Sources } from './packages.ts';
import type { RunnerConfigurations } from './runner-configuration.ts';
import type { TypeScriptProjects } from './typescript-projects.ts';

export interface JavaScriptResolverParts {
  /** Absolute path of the repository. */
  readonly root: string;
  readonly files: FileSet;
  readonly manifests: Manifests;
  readonly projects: TypeScriptProjects;
  readonly configurations: RunnerConfigurations;
  readonly packages: Packages;
  readonly links: LinkedPaths;
}

const builtins = new Set(builtinModules);
/** `..`, `./`, `../lib/`: never a file beside the folder. */
const namesFolder = /(?:^|\/)\.{0,2}$/;
const foreignScheme = /^(?:node|bun|deno|npm|jsr|https?|data|virtual|file|blob|astro|cloudflare|electron):|^\0/;

/** Resolves against the files of the repository; what a package from outside is, is of no interest. */
export class JavaScriptResolver {
  readonly #parts: JavaScriptResolverParts;
  readonly #mocks: ReadonlyMap<string, readonly RepoPath[]>;
  readonly #bare = new Map<string, Sources>();
  #installed: ResolverFactory | null = null;

  constructor(parts: JavaScriptResolverParts) {
    this.#parts = parts;
    this.#mocks = manualMocks(parts.files);
  }

  /** Adds what `specifier` loads. `mock` adds the manual mock beside the module as well. */
  addModule(
    edges: EdgeCollector,
    file: RepoPath,
    { specifier, isTypes, isMock }: { specifier: string; isTypes: boolean; isMock: boolean },
  ): void {
    const name = moduleName(specifier);
    if (name === '' || foreignScheme.test(name)) return;
    const sources = this.module(file, name);
    const { files } = sources;
    edges.addModules(files, isTypes);
    if (!isTypes) edges.addWholes(sources);
    const isAutomatic = isMock || this.#parts.configurations.automocks(folderOf(file));
    if (isAutomatic) for (const target of files) edges.addModules(this.#besideMocks(target), isTypes);
    // Manual mocks of packages from outside apply by themselves.
    if (files.length === 0 && isBare(name)) edges.addModules(this.#mocks.get(name) ?? [], isTypes);
  }

  /** What a specifier without a query loads. */
  module(file: RepoPath, specifier: string): Sources {
    if (/^\.{1,2}(?:\/|$)/.test(specifier)) {
      const target = join(folderOf(file), specifier);
      const folder = namesFolder.test(specifier) ? this.#folder(target) : noSources;
      if (folder.files.length > 0 || folder.folder !== null) return folder;
      const found = this.locatedThroughLinks(target);
      // Nothing of the repository: it is missing, or a build makes it.
      return found.files.length > 0 || found.built !== undefined ? found : { ...found, built: [target] };
    }
    if (specifier.startsWith('/')) return this.#rooted(file, specifier);
    const key = `${folderOf(file)} ${specifier}`;
    const known = this.#bare.get(key);
    if (known !== undefined) return known;
    const found = specifier.startsWith('#') ? this.#internal(file, specifier) : this.#bareName(file, specifier);
    this.#bare.set(key, found);
    return found;
  }

  /** What a path in the repository, with or without extension, loads: a file, a folder's entry, the source of built output. */
  located(target: string): Sources {
    const { files, packages } = this.#parts;
    if (target.startsWith('..')) return noSources;
    const direct = files.module(target);
    if (direct.some((file) => codeFile.test(file))) return { files: direct, folder: null, note: null };
    const folder = this.#folder(target);
    // `docs.md` beside a folder `docs`: what is loaded depends on the runner.
    if (direct.length > 0) return { ...folder, files: [...direct, ...folder.files] };
    if (folder.files.length > 0 || folder.folder !== null) return folder;
    const behind = packages.behindOutput(target);
    if (behind.files.length > 0 || behind.folder !== null) return behind;
    return { files: files.hasFolder(target) ? [] : files.ignoringCase(target), folder: null, note: null };
  }

  /** What a folder of the repository loads: by its package.json, else its index file. */
  #folder(target: string): Sources {
    const { files, manifests, packages } = this.#parts;
    if (target.startsWith('..')) return noSources;
    const manifest = manifests.above(target);
    const index = { files: files.index(target), folder: null, note: null };
    if (manifest?.folder !== target) return index;
    // A path leads to `main`, a name to `exports`; the two may differ.
    const main = manifest.entries.flatMap((entry) => files.module(join(target, entry)));
    return union([packages.entry(manifest, '.'), { files: main, folder: null, note: null }]);
  }

  /** `located`, also through symbolic links. */
  locatedThroughLinks(target: string): Sources {
    const found = this.located(target);
    if (found.files.length > 0 || found.folder !== null || target.startsWith('..')) return found;
    const real = this.#parts.links.module(target);
    return real === null ? found : this.located(real);
  }

  /** `/src/main.ts` as vite has it. */
  #rooted(file: RepoPath, specifier: string): Sources {
    const folders = [this.#parts.manifests.above(folderOf(file))?.folder ?? '', ''];
    return (
      this.#firstFound(folders.map((folder) => join(folder, specifier.slice(1)))) ?? this.#bareName(file, specifier)
    );
  }

  /** `#name` of the nearest package.json. */
  #internal(file: RepoPath, specifier: string): Sources {
    const manifest = this.#parts.manifests.above(folderOf(file));
    const targets = manifest === null ? [] : targetsOf(manifest.imports, specifier);
    const found = targets.map((target) =>
      target.startsWith('.') ? this.located(join(manifest?.folder ?? '', target)) : this.#bareName(file, target),
    );
    const all = union(found);
    return all.files.length > 0 || all.folder !== null ? all : this.#bareName(file, specifier);
  }

  #bareName(file: RepoPath, specifier: string): Sources {
    const { configurations, packages } = this.#parts;
    const folder = folderOf(file);
    const aliased = configurations
      .targetsOf(specifier, folder)
      .map(({ target, isPath }) => (isPath ? this.#existing(target) : (packages.named(target) ?? noSources)));
    const mapped = [...this.#byProjects(folder, specifier), ...this.#byFramework(folder, specifier)].map((target) =>
      this.#existing(target),
    );
    const found = union([...aliased, ...mapped]);
    if (found.files.length > 0 || found.folder !== null) return found;
    if (builtins.has(specifier)) return noSources;
    return packages.named(specifier) ?? this.#byInstallation(file, specifier);
  }

  /** `located`, but a path of built output only counts when the package says so. */
  #existing(target: string): Sources {
    const found = this.located(target);
    return found.folder === null ? found : noSources;
  }

  /** By `paths` and `baseUrl` of the nearest tsconfig files that have them. */
  #byProjects(folder: string, specifier: string): string[] {
    const candidates: string[] = [];
    for (const { paths, baseUrl } of this.#parts.projects.above(folder)) {
      for (const { pattern, targets } of paths) {
        const [head = '', tail] = pattern.split('*');
        const fits =
          tail === undefined
            ? specifier === pattern
            : specifier.startsWith(head) && specifier.endsWith(tail) && specifier.length >= head.length + tail.length;
        if (fits)
          candidates.push(
            ...targets.map((target) =>
              target.replace('*', specifier.slice(head.length, specifier.length - (tail?.length ?? 0))),
            ),
          );
      }
      if (baseUrl !== null) candidates.push(join(baseUrl, specifier));
    }
    return [...new Set(candidates)];
  }

  /** `$lib` of SvelteKit, which no file of the repository maps. */
  #byFramework(folder: string, specifier: string): string[] {
    if (!/^\$lib(?:\/|$)/.test(specifier)) return [];
    return [join(this.#parts.manifests.above(folder)?.folder ?? '', `src/lib${specifier.slice(4)}`)];
  }

  /** What is installed may be a link into the repository, or configured in a way that only a full resolver follows. */
  #byInstallation(file: RepoPath, specifier: string): Sources {
    const scope = this.#parts.manifests.above(folderOf(file))?.folder ?? '';
    const key = `installed ${scope} ${specifier}`;
    const known = this.#bare.get(key);
    if (known !== undefined) return known;
    this.#installed ??= new ResolverFactory({
      extensions: [...codeExtensions, '.json'],
      conditionNames: ['node', 'import', 'require', 'development', 'default'],
      mainFields: ['module', 'main'],
      tsconfig: 'auto',
      builtinModules: true,
    });
    const resolved = this.#installed.resolveFileSync(path.join(this.#parts.root, file), specifier).path;
    const found = resolved === undefined ? noSources : this.#inside(resolved);
    this.#bare.set(key, found);
    return found;
  }

  #inside(absolute: string): Sources {
    const relative = path.relative(this.#parts.root, absolute).split(path.sep).join('/');
    if (relative.startsWith('..') || path.isAbsolute(relative) || /(?:^|\/)node_modules\//.test(relative))
      return noSources;
    return this.located(relative);
  }

  #firstFound(targets: readonly string[]): Sources | null {
    for (const target of targets) {
      const found = this.#existing(target);
      if (found.files.length > 0) return found;
    }
    return null;
  }

  #besideMocks(target: RepoPath): RepoPath[] {
    const name = target.slice(target.lastIndexOf('/') + 1).replace(/\.\w+$/, '');
    return this.#parts.files.module(join(join(folderOf(target), '__mocks__'), name));
  }
}

function isBare(specifier: string): boolean {
  return !/^[./]/.test(specifier);
}

/** Without the loaders and queries of bundlers: `raw-loader!./x?inline`. A `#` begins the names of a package's own imports. */
function moduleName(specifier: string): string {
  const query = isBare(specifier) ? /\?.*$/ : /[?#].*$/;
  return specifier.replace(query, '').replace(/^.*!/, '');
}

function union(all: readonly Sources[]): Sources {
  const files = [...new Set(all.flatMap((each) => each.files))];
  const built = all.flatMap((each) => each.built ?? []);
  const more = built.length === 0 ? {} : { built };
  if (files.length > 0) return { files, folder: null, note: null, ...more };
  return { ...(all.find((each) => each.folder !== null) ?? noSources), ...more };
}

/** Files in `__mocks__` folders, by the name of the package that they stand for. */
function manualMocks(files: FileSet): Map<string, RepoPath[]> {
  const mocks = new Map<string, RepoPath[]>();
  for (const file of files.all) {
    const match = /(?:^|\/)__mocks__\/(.+)\.[cm]?[jt]sx?$/.exec(file);
    if (match === null) continue;
    const name = (match[1] ?? '').replace(/\/index$/, '');
    mocks.set(name, [...(mocks.get(name) ?? []), file]);
  }
  return mocks;
}
