// The sources behind a package of the repository: its entries, and what its build output was made of.
import type { RepoPath } from '../../protocol/ids.ts';
import type { FileSet } from './file-set.ts';
import { folderOf, isWithin, join } from './file-set.ts';
import { targetsOf } from './manifests.ts';
import type { Manifest, Manifests } from './manifests.ts';
import type { TypeScriptProjects } from './typescript-projects.ts';

/** Sources that a path or a name stands for; a folder when it cannot be told which. */
export interface Sources {
  readonly files: readonly RepoPath[];
  readonly folder: string | null;
  readonly note: string | null;
  /** Paths that are no files of the repository and that a build makes of them; absent: none. */
  readonly built?: readonly string[];
}

export const noSources: Sources = { files: [], folder: null, note: null };

const outputNames = new Set([
  'dist',
  'build',
  'lib',
  'out',
  'es',
  'esm',
  'cjs',
  'umd',
  'output',
  'dist-node',
  'dist-src',
  'dist-types',
  'bundle',
  'bundles',
  '.build',
  'compiled',
  'target',
  'release',
  'bin',
  'types',
  'module',
  'commonjs',
  '.output',
  'built',
  'pkg',
  'dist-test',
  'temp',
]);
const formatNames = new Set([
  'esm',
  'cjs',
  'es',
  'umd',
  'types',
  'node',
  'browser',
  'commonjs',
  'module',
  'modules',
  'es6',
  'es2015',
  'dist',
  'lib',
  'mjs',
  'web',
  'production',
  'development',
  'iife',
  'default',
]);
const sourceNames = ['src', 'source', 'lib', '', 'sources', 'app', 'ts'];
const entryNames = [
  'src/index',
  'src/main',
  'source/index',
  'lib/index',
  'index',
  'src/mod',
  'mod',
  'main',
  'src/lib',
  'src/cli',
  'src/bin',
  'cli',
];

export class Packages {
  readonly #files: FileSet;
  readonly #manifests: Manifests;
  readonly #projects: TypeScriptProjects;
  readonly #entries = new Map<string, Sources>();

  constructor(parts: {
    readonly files: FileSet;
    readonly manifests: Manifests;
    readonly projects: TypeScriptProjects;
  }) {
    this.#files = parts.files;
    this.#manifests = parts.manifests;
    this.#projects = parts.projects;
  }

  /** What `name` or `name/sub/path` of a package of this repository loads; null for a package from outside. */
  named(specifier: string): Sources | null {
    const parts = specifier.split('/');
    const name = parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
    const manifest = this.#manifests.byName.get(name);
    if (manifest === undefined) return null;
    const rest = specifier.slice(name.length);
    return this.entry(manifest, rest === '' || rest === '/' ? '.' : `.${rest}`);
  }

  /** What `subpath` (`.` or `./x`) of a package loads. */
  entry(manifest: Manifest, subpath: string): Sources {
    const key = `${manifest.folder} ${subpath}`;
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const found = this.#entryOf(manifest, subpath);
    this.#entries.set(key, found);
    return found;
  }

  /** The source of an executable of a package. */
  executable(manifest: Manifest, path: string): Sources {
    return this.#ofTargets(manifest, [path], 'an executable');
  }

  /**
   * The sources of a file that is not among the repository's, if it lies where builds put their output; else nothing.
   */
  behindOutput(path: string): Sources {
    const manifest = this.#manifests.above(folderOf(path));
    const folder = manifest?.folder ?? '';
    if (!isWithin(folder, path)) return noSources;
    const files = [...this.#byProject(path, folder), ...this.#byName(path, folder)];
    if (files.length > 0) return { files: [...new Set(files)], folder: null, note: null, built: [path] };
    const isOutput =
      outputNames.has(relative(folder, path).split('/')[0] ?? '') ||
      this.#projects.above(folderOf(path)).some((project) => project.outDirs.some((out) => isWithin(out, path)));
    if (!isOutput || manifest === null) return noSources;
    return { ...this.#wholePackage(manifest, `${path} is built, from what is not known`), built: [path] };
  }

  /** Whether a folder that holds no file of the repository is where a build puts its output. */
  isOutputFolder(folder: string): boolean {
    if (this.#files.hasFolder(folder)) return false;
    return (
      outputNames.has(folder.slice(folder.lastIndexOf('/') + 1)) ||
      this.#projects.above(folderOf(folder)).some((project) => project.outDirs.includes(folder))
    );
  }

  /** All sources of the package above a folder. */
  sourcesAbove(folder: string): Sources {
    const manifest = this.#manifests.above(folder);
    return manifest === null ? noSources : this.#wholePackage(manifest, `${folder} is built, from what is not known`);
  }

  #entryOf(manifest: Manifest, subpath: string): Sources {
    const exported = targetsOf(manifest.exports, subpath);
    const targets = exported.length > 0 ? exported : subpath === '.' ? manifest.entries : [subpath];
    const found = this.#ofTargets(manifest, targets, subpath);
    if (found.files.length > 0 || subpath !== '.') return found;
    const index = this.#files.index(manifest.folder);
    return index.length > 0 ? { files: index, folder: null, note: null } : found;
  }

  #ofTargets(manifest: Manifest, targets: readonly string[], what: string): Sources {
    const paths = targets.map((target) => join(manifest.folder, target));
    const direct = paths.flatMap((target) => this.#present(target));
    const code = direct.filter((file) => !/\.d\.[cm]?ts$/.test(file));
    if (code.length > 0) return { files: [...new Set(direct)], folder: null, note: null };
    const built = paths.filter((target) => this.#files.find(target) === null && !/\.d\.[cm]?ts$/.test(target));
    const behind = paths.flatMap((target) => [
      ...this.#byProject(target, manifest.folder),
      ...this.#byName(target, manifest.folder),
    ]);
    if (behind.length > 0) return { files: [...new Set([...behind, ...direct])], folder: null, note: null, built };
    if (direct.length > 0 && targets.every((target) => /\.d\.[cm]?ts$/.test(target)))
      return { files: direct, folder: null, note: null };
    return { ...this.#byConvention(manifest, what), built };
  }

  #present(target: string): readonly RepoPath[] {
    const module = this.#files.module(target);
    return module.length > 0 ? module : this.#files.index(target);
  }

  #byConvention(manifest: Manifest, subpath: string): Sources {
    const names = subpath.startsWith('./')
      ? [`src/${subpath.slice(2)}`, `source/${subpath.slice(2)}`, `lib/${subpath.slice(2)}`]
      : entryNames;
    for (const name of names) {
      const files = this.#present(join(manifest.folder, name));
      if (files.length > 0) return { files, folder: null, note: null };
    }
    return this.#wholePackage(
      manifest,
      `the source behind ${manifest.name ?? manifest.folder} (${subpath}) is not known`,
    );
  }

  #wholePackage(manifest: Manifest, reason: string): Sources {
    const inside = ['src', 'source', 'lib']
      .map((name) => join(manifest.folder, name))
      .find((folder) => this.#files.hasFolder(folder));
    const folder = inside ?? manifest.folder;
    return {
      files: [],
      folder,
      note: `${reason}, so all of ${folder === '' ? 'the repository' : `${folder}/`} counts`,
    };
  }

  /** By `outDir` and `rootDir` of the tsconfig files above. */
  #byProject(path: string, packageFolder: string): RepoPath[] {
    return this.#projects.above(folderOf(path)).flatMap((project) =>
      project.outDirs
        .filter((out) => out !== '' && isWithin(out, path))
        .flatMap((out) => {
          const stem = stemOf(relative(out, path));
          const bases =
            project.rootDir === null ? [join(packageFolder, 'src'), project.folder, packageFolder] : [project.rootDir];
          return firstFound(bases, (base) => this.#present(join(base, stem)));
        }),
    );
  }

  /** By the names that folders of output and of sources usually have. */
  #byName(path: string, folder: string): RepoPath[] {
    const [first = '', ...rest] = relative(folder, path).split('/');
    if (!outputNames.has(first) || rest.length === 0) return [];
    let inner = rest;
    for (;;) {
      const stem = stemOf(inner.join('/'));
      const files = firstFound(
        sourceNames.filter((name) => name !== first),
        (name) => this.#present(join(join(folder, name), stem)),
      );
      if (files.length > 0) return files;
      if (inner.length < 2 || !formatNames.has(inner[0] ?? '')) return [];
      inner = inner.slice(1);
    }
  }
}

function firstFound(names: readonly string[], find: (name: string) => readonly RepoPath[]): RepoPath[] {
  for (const name of names) {
    const files = find(name);
    if (files.length > 0) return [...files];
  }
  return [];
}

function relative(folder: string, path: string): string {
  return folder === '' ? path : path.slice(folder.length + 1);
}

/** Without extensions of output: `index.d.mts`, `vue.esm-browser.prod.js`, `x.min.js`. */
function stemOf(path: string): string {
  return path.replace(
    /(?:\.(?:esm|cjs|umd|min|prod|dev|production|development|global|runtime|bundle|iife|module|legacy|modern)(?:[-\w]*)?)*(?:\.d)?\.(?:[cm]?[jt]sx?|map|css)$/,
    '',
  );
}
