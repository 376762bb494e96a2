// From paths, patterns and command words in the text of a file to the files and folders that they name.
import picomatch from 'picomatch';
import type { RepoPath } from '../../protocol/ids.ts';
import type { EdgeCollector } from './edges.ts';
import { folderOf, foldersUp, isWithin, join } from './file-set.ts';
import type { FileSet } from './file-set.ts';
import type { JavaScriptResolver } from './javascript-resolver.ts';
import type { LinkedPaths } from './linked-paths.ts';
import type { Manifests } from './manifests.ts';
import type { Packages } from './packages.ts';

export interface PathResolverParts {
  readonly files: FileSet;
  readonly manifests: Manifests;
  readonly packages: Packages;
  readonly links: LinkedPaths;
  readonly modules: JavaScriptResolver;
  /** The folder of the project that holds a folder: where tools are started. */
  readonly projectOf: (folder: string) => string;
}

export class PathResolver {
  readonly #parts: PathResolverParts;

  constructor(parts: PathResolverParts) {
    this.#parts = parts;
  }

  /** A path relative to the file's folder that is certainly meant. */
  addPath(edges: EdgeCollector, file: RepoPath, specifier: string): void {
    const target = join(folderOf(file), specifier);
    if (target.startsWith('..') || this.#addExisting(edges, file, target)) return;
    // A folder above is named to find other things in it.
    if (isWithin(target, folderOf(file))) return;
    const sources = this.#parts.modules.locatedThroughLinks(target);
    edges.addModules(sources.files, false);
    edges.addWholes(sources);
  }

  /** Everything below a folder relative to the file's. */
  addFolder(edges: EdgeCollector, file: RepoPath, specifier: string): void {
    const stem = file.slice(file.lastIndexOf('/') + 1).replace(/\.\w+$/, '');
    const target = join(folderOf(file), specifier.replace('<stem>', stem));
    if (!target.startsWith('..')) this.#addExisting(edges, file, target);
  }

  /** A text that may be a path, from the file's folder, a folder above, or where the tests are started. */
  addMention(edges: EdgeCollector, file: RepoPath, specifier: string): void {
    const own = folderOf(file);
    const text = specifier.replace(/[?#].*$/, '');
    if (/^\.{1,2}(?:\/|$)/.test(text) && this.#addRelative(edges, file, text)) return;
    const isName = !text.includes('/');
    const project = this.#parts.projectOf(own);
    // Above the project only the repository's root is a place where tools are started.
    for (const folder of foldersUp(own).filter((each) => each === '' || isWithin(project, each))) {
      const target = join(folder, text);
      if (target === '' || target.startsWith('..') || target === file) continue;
      if (isName && !this.#isDataName(folder, own, target)) continue;
      this.#addExisting(edges, file, target);
    }
  }

  /** A glob relative to the file, or from the project's folder when it starts with `/`. */
  addGlob(edges: EdgeCollector, file: RepoPath, specifier: string): void {
    const base = specifier.startsWith('/') ? this.#parts.projectOf(folderOf(file)) : folderOf(file);
    const pattern = join(base, specifier.replace(/^\//, './'));
    if (pattern.startsWith('..') || !/^[./@~#\w]/.test(specifier)) return;
    const matches = picomatch(pattern, { dot: true });
    const { base: fixed } = picomatch.scan(pattern);
    const found = this.#parts.files.below(fixed === '.' ? '' : fixed, (each) => each !== file && matches(each));
    edges.addModules(found, false);
  }

  /** Words of command lines: executables of the repository's packages. */
  addCommand(edges: EdgeCollector, word: string): void {
    const executables = this.#parts.manifests.executables.get(word) ?? [];
    for (const { manifest, path } of executables) {
      const sources = this.#parts.packages.executable(manifest, path);
      edges.addModules(sources.files, false);
      edges.addWholes(sources);
    }
  }

  /** A file that starts processes nobody can name may start its own package: its executables, or else what it exports. */
  addOwnPackage(edges: EdgeCollector, file: RepoPath): void {
    const manifest = this.#parts.manifests.above(folderOf(file));
    if (manifest === null) return;
    for (const name of manifest.bin.keys()) this.addCommand(edges, name);
    if (manifest.bin.size === 0) edges.addModules(this.#parts.packages.entry(manifest, '.').files, false);
  }

  #addRelative(edges: EdgeCollector, file: RepoPath, text: string): boolean {
    const target = join(folderOf(file), text);
    if (target.startsWith('..')) return false;
    // `rewire('../lib/x')` means the module x.js, not the folder x/ beside it; a folder's index says less than the folder.
    const named = this.#parts.files.module(target);
    edges.addModules(named, false);
    if (named.length > 0) return true;
    const isPresent = this.#addExisting(edges, file, target);
    // The folder that holds the file is no module worth loading.
    const isModule = !isWithin(target, folderOf(file));
    const sources = isModule ? this.#parts.modules.located(target) : null;
    const found = sources !== null && sources.folder === null ? sources.files : [];
    edges.addModules(found, false);
    return isPresent || found.length > 0;
  }

  /** A bare name is only tried beside the file and at the project's folder, and only for what is no code. */
  #isDataName(folder: string, own: string, target: string): boolean {
    if (folder !== own && folder !== this.#parts.projectOf(own)) return false;
    return !/\.(?:[cm]?[jt]sx?|py|vue|svelte)$/.test(target) && target.includes('.');
  }

  #addExisting(edges: EdgeCollector, file: RepoPath, target: string): boolean {
    const exact = this.#parts.files.find(target);
    if (exact !== null) {
      edges.addModules([exact], false);
      return true;
    }
    if (target !== '' && this.#parts.files.hasFolder(target)) return this.#addFolderReach(edges, file, target);
    return this.#addLinked(edges, file, target) || this.#addBuilt(edges, file, target);
  }

  #addLinked(edges: EdgeCollector, file: RepoPath, target: string): boolean {
    const isPossible = target !== '' && this.#parts.files.hasFolder(folderOf(target)) && !isWithin(target, file);
    const real = isPossible ? this.#parts.links.real(target) : null;
    return real !== null && this.#addExisting(edges, file, real);
  }

  #addBuilt(edges: EdgeCollector, file: RepoPath, target: string): boolean {
    if (target === '' || !this.#parts.packages.isOutputFolder(target)) return false;
    const built = this.#parts.packages.sourcesAbove(folderOf(target));
    if (built.folder === null || isWithin(built.folder, file)) return false;
    edges.addWholes(built);
    return true;
  }

  #addFolderReach(edges: EdgeCollector, file: RepoPath, folder: string): boolean {
    const own = folderOf(file);
    if (!isWithin(folder, own)) {
      edges.addFolder(folder, 'all');
      return true;
    }
    // A folder that holds the file itself: its data may be read, its code is not taken for granted. The project's own
    // folder is named to find other things in it.
    if (isWithin(folder, this.#parts.projectOf(own))) return false;
    edges.addFolder(folder, 'data');
    return true;
  }
}
