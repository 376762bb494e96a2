// The knowledge graph: which file depends on which, and what a change can affect.
import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ChangeSet } from '../protocol/change-set.ts';
import type { RepoPath } from '../protocol/ids.ts';
import type { Clock } from '../platform/clock.ts';
import { findExecutable } from '../platform/environment.ts';
import type { Log } from '../platform/log.ts';
import { findPython, pythonPackageFolders } from '../platform/python-environment.ts';
import type { Store } from '../store/store.ts';
import { Adjacency } from './adjacency.ts';
import { ChangeComparison } from './changed-files.ts';
import type { ChangedFiles, ReadBase } from './changed-files.ts';
import { isSourceName } from './extractors/registry.ts';
import type { CodeSymbol } from './facts.ts';
import { createFactsArchive } from './facts-archive.ts';
import { computeImpact } from './impact.ts';
import type { Impact } from './impact.ts';
import { importersOfMissing } from './missing-files.ts';
import { distributionUsers } from './lock-files/distribution-users.ts';
import { InstalledDistributions } from './lock-files/installed-distributions.ts';
import type { InstalledDistribution } from './lock-files/installed-distributions.ts';
import { usersOf } from './lock-files/package-users.ts';
import { committedOutputs, MadeFiles, modulePaths } from './made-files.ts';
import type { Maker } from './made-files.ts';
import { ModuleSummaries, NameFlow } from './names/name-flow.ts';
import { largestParsedBytes } from './read-source.ts';
import { CompileCommandsReader } from './resolution/compile-commands.ts';
import { folderOf, foldersUp } from './resolution/file-set.ts';
import { RepositoryResolver, decidesResolution } from './resolution/repository-resolver.ts';
import { SourceIndex } from './source-index.ts';

export type { ChangedFile, ChangedFiles } from './changed-files.ts';
export type { ChangedPlaces, CodeDifference } from './difference/difference.ts';
export { createHistory } from './history/history.ts';
export type { FileHistory } from './history/commit-files.ts';
export type { History } from './history/history.ts';
export type { CodeSymbol } from './facts.ts';
export type { Impact, Unbounded } from './impact.ts';
export { isNoodleFile } from './noodle-file.ts';
export type { Maker } from './made-files.ts';
export type { Reached } from './reach.ts';

export interface GraphUpdate {
  /** Files that were read and parsed. */
  readonly parsed: number;
  /** Files that could not be read or parsed, in sentences. */
  readonly problems: readonly string[];
}

export interface GraphOptions {
  /** Absolute path of the repository's root. */
  readonly root: string;
  /** Where facts are kept between starts; null keeps them in memory alone. */
  readonly store: Store | null;
  readonly clock: Clock;
  readonly log: Log;
  /** The user's environment, which decides where Python's packages are; default: none, so only those of the projects are seen. */
  readonly environment?: () => Readonly<Record<string, string>>;
  /** The build targets, as far as they are known now. Default: none. */
  readonly makers?: () => readonly Maker[];
  /** Which of some paths git ignores. Default: none. */
  readonly ignoredAmong?: (paths: readonly string[]) => Promise<ReadonlySet<string>>;
  /** Threads for parsing many files at once; default: the cores, at most 4. 0 parses on the calling thread. */
  readonly threads?: number;
}

export interface Graph {
  /**
   * Brings the graph up to date: `files` is every regular file that is not ignored. Without `changed` each file's size and time
   * are compared; with it only those are looked at, by content.
   */
  update(files: readonly RepoPath[], changed?: readonly RepoPath[]): Promise<GraphUpdate>;
  /** What is different in each changed file, by its two versions. Without it every change counts as one of the whole file. */
  compare(change: ChangeSet, readBase: ReadBase): Promise<ChangedFiles>;
  impactOf(change: ChangeSet, changed?: ChangedFiles): Impact;
  /** Files that load or read this one directly. */
  importersOf(path: RepoPath): readonly RepoPath[];
  /** Files that this one loads or reads directly. */
  importsOf(path: RepoPath): readonly RepoPath[];
  /** What could not be known about this file, in sentences. */
  notesOn(path: RepoPath): readonly string[];
  /** Functions, methods and classes with their lines, parsed when asked. Empty for other files. */
  symbolsIn(path: RepoPath): Promise<readonly CodeSymbol[]>;
  /** Ends the threads and waits until the facts are in the store. */
  dispose(): Promise<void>;
}

/** How many files are resolved before others get their turn. */
const filesPerTurn = 2_000;

/** Nothing is read before the first update. */
export function createGraph(options: GraphOptions): Graph {
  return new KnowledgeGraph(options);
}

class KnowledgeGraph implements Graph {
  readonly #options: GraphOptions;
  readonly #index: SourceIndex;
  readonly #adjacency = new Adjacency();
  readonly #comparison: ChangeComparison;
  readonly #summaries = new ModuleSummaries();
  readonly #installed: InstalledDistributions;
  readonly #compileCommands: CompileCommandsReader;
  #resolver: RepositoryResolver | null = null;
  #settings = '';
  /** Paths that are named and are no files of the repository, by whether git ignores them. */
  readonly #isIgnored = new Map<string, boolean>();
  #committed: { readonly makers: readonly Maker[]; readonly files: ReadonlySet<RepoPath> } = {
    makers: [],
    files: new Set(),
  };
  /** Updates follow one another; each sees what the one before left. */
  #updating: Promise<unknown> = Promise.resolve();

  constructor(options: GraphOptions) {
    const { root, store, clock, log, threads } = options;
    this.#options = options;
    this.#comparison = new ChangeComparison(root);
    this.#installed = new InstalledDistributions(root);
    this.#compileCommands = new CompileCommandsReader(root);
    this.#index = new SourceIndex({
      root,
      archive: createFactsArchive(store, log),
      clock,
      log,
      ...(threads === undefined ? {} : { threads }),
    });
  }

  update(files: readonly RepoPath[], changed?: readonly RepoPath[]): Promise<GraphUpdate> {
    const updated = this.#updating.then(() => this.#update(files, changed));
    this.#updating = updated.catch(() => {});
    return updated;
  }

  compare(change: ChangeSet, readBase: ReadBase): Promise<ChangedFiles> {
    return this.#comparison.compare(change, readBase);
  }

  impactOf(change: ChangeSet, changed: ChangedFiles = new Map()): Impact {
    const resolver = this.#resolver;
    const index = this.#index;
    const contentOf = (path: RepoPath) => index.contentOf(path);
    const names = () =>
      new NameFlow(
        {
          root: this.#options.root,
          factsOf: (file) => index.factsOf(file),
          modulesOf: (file, specifier) => resolver?.modulesOf(file, specifier) ?? [],
          contentOf,
          isLast: (file) => this.#isLast(file),
        },
        this.#summaries,
      );
    const missing = new Map<RepoPath, readonly RepoPath[]>();
    const importersOfGone = (path: RepoPath) => {
      const known = missing.get(path) ?? (this.#index.files.has(path) ? [] : this.#importersOfMissing(path));
      missing.set(path, known);
      return known;
    };
    const made = this.#madeFiles();
    const impact = computeImpact(
      {
        adjacency: this.#adjacency,
        made: () => made.named(),
        madeBy: (file, sources) =>
          index.files.has(file) && !this.#committedOf().has(file) ? [] : made.of(file, sources),
        checksTypes: (folder) => resolver?.checksTypes(folder) ?? false,
        importersOfMissing: importersOfGone,
        projectOf: (folder) => resolver?.projectOf(folder) ?? '',
        programs: resolver?.programs ?? [],
        codeBelow: (folder) => resolver?.files.below(folder, (file) => index.isSource(file)) ?? [],
        names,
        contentOf,
        usersOf: (packages, folder) =>
          usersOf(packages, folder, {
            sources: () => index.sources(),
            factsOf: (file) => index.factsOf(file),
            manifests: () => resolver?.manifestTexts() ?? [],
            configurations: () => resolver?.configurationTexts() ?? [],
          }),
        distributionUsersOf: (change, folder) =>
          distributionUsers(change, folder, {
            sources: () => index.sources(),
            factsOf: (file) => index.factsOf(file),
            installed: (below) => this.#installedFor(below),
            pythonManifests: () => resolver?.pythonManifestTexts() ?? [],
          }),
      },
      { change, changed },
    );
    const problems = change.files.flatMap(({ path }) => index.factsOf(path).problem ?? []);
    return problems.length === 0 ? impact : { ...impact, notes: [...impact.notes, ...problems] };
  }

  importersOf(path: RepoPath): readonly RepoPath[] {
    const id = this.#adjacency.idOf(path);
    if (id === undefined) return [];
    const readers = foldersUp(folderOf(path)).flatMap((folder) => {
      const found = this.#adjacency.folderReaders(folder);
      return found === undefined ? [] : [...found.all, ...(this.#index.isSource(path) ? [] : found.data)];
    });
    return [...new Set([...this.#adjacency.dependents(id), ...readers])]
      .map((each) => this.#adjacency.pathOf(each))
      .toSorted();
  }

  importsOf(path: RepoPath): readonly RepoPath[] {
    const id = this.#adjacency.idOf(path);
    if (id === undefined) return [];
    const inFolders = [...this.#adjacency.foldersReadBy(id)].flatMap(
      ([folder, reach]) =>
        this.#resolver?.files.below(folder, (file) => reach === 'all' || !this.#index.isSource(file)) ?? [],
    );
    return [
      ...new Set([...this.#adjacency.dependencies(id).map((each) => this.#adjacency.pathOf(each)), ...inFolders]),
    ].toSorted();
  }

  notesOn(path: RepoPath): readonly string[] {
    const id = this.#adjacency.idOf(path);
    return id === undefined ? [] : this.#adjacency.notesOn(id);
  }

  /** Found anew when the targets are, as they are where the list of files changes. */
  #committedOf(): ReadonlySet<RepoPath> {
    const makers = this.#options.makers?.() ?? this.#committed.makers;
    if (this.#committed.makers !== makers)
      this.#committed = { makers, files: committedOutputs(makers, this.#index.files) };
    return this.#committed.files;
  }

  #madeFiles(): MadeFiles {
    return new MadeFiles({
      root: this.#options.root,
      makers: this.#options.makers?.() ?? [],
      committed: this.#committedOf(),
      builtFiles: () => this.#adjacency.builtFiles(),
      isIgnored: (path) => this.#isIgnored.get(path) === true,
      packageOf: (folder) => this.#resolver?.projectOf(folder) ?? '',
      definesTests: (file) => this.#index.factsOf(file).definesTests === true,
    });
  }

  /** Looks up which of the named paths git ignores, each once. */
  async #lookAtBuilt(changed?: readonly RepoPath[]): Promise<void> {
    if (changed === undefined || changed.some((file) => file.endsWith('.gitignore'))) this.#isIgnored.clear();
    const unknown = [...this.#adjacency.builtFiles()]
      .map(({ path }) => path)
      .filter((path) => !this.#isIgnored.has(path));
    if (unknown.length === 0) return;
    const ignored = (await this.#options.ignoredAmong?.(unknown.flatMap(modulePaths))) ?? new Set<string>();
    for (const path of unknown)
      this.#isIgnored.set(
        path,
        modulePaths(path).some((each) => ignored.has(each)),
      );
  }

  #isLast(file: RepoPath): boolean {
    const id = this.#adjacency.idOf(file);
    return (
      id === undefined ||
      (this.#adjacency.dependents(id).length === 0 && this.#adjacency.typeDependents(id).length === 0)
    );
  }

  /** In the environments of all Python projects below a folder, which tests run with. */
  #installedFor(folder: string): ReadonlyMap<string, InstalledDistribution> {
    const { root, environment = () => ({}) } = this.#options;
    const env = environment();
    const projects = this.#resolver?.pythonFoldersBelow(folder) ?? [];
    const interpreters = [folder, ...projects].flatMap((project) => {
      const python = findPython(join(root, project), root, env);
      return findExecutable(python, env) ?? [];
    });
    return this.#installed.in([...new Set(interpreters)].flatMap((python) => pythonPackageFolders(python, env)));
  }

  async symbolsIn(path: RepoPath): Promise<readonly CodeSymbol[]> {
    if (!isSourceName(path)) return [];
    try {
      const extractor = await this.#index.extractorFor(path);
      const bytes = await readFile(join(this.#options.root, path));
      return extractor === null || bytes.length > largestParsedBytes
        ? []
        : await extractor.symbols(path, bytes.toString('utf8'));
    } catch (error) {
      this.#options.log.debug('no symbols of a file that cannot be read', { path, error });
      return [];
    }
  }

  async dispose(): Promise<void> {
    await this.#updating;
    await this.#index.dispose();
  }

  async #update(files: readonly RepoPath[], changed?: readonly RepoPath[]): Promise<GraphUpdate> {
    const update = await this.#index.update(files, changed);
    for (const file of update.removed) this.#adjacency.clear(file);
    const settings = this.#settingsStamp(files, changed);
    const hasRedeclared = update.changed.some((file) => this.#resolver?.hasRedeclared(file) === true);
    if (this.#resolver === null || update.hasOtherFiles || hasRedeclared || settings !== this.#settings) {
      this.#settings = settings;
      await this.#resolveAll();
    } else {
      this.#resolve(update.changed);
    }
    await this.#lookAtBuilt(changed);
    return { parsed: update.parsed, problems: update.problems };
  }

  async #resolveAll(): Promise<void> {
    const index = this.#index;
    const resolver = new RepositoryResolver({
      root: this.#options.root,
      files: index.files,
      factsOf: (file) => index.factsOf(file),
      compileCommands: this.#compileCommands,
    });
    this.#resolver = resolver;
    let count = 0;
    for (const file of index.sources()) {
      this.#adjacency.set(file, resolver.edgesOf(file));
      // Other requests of the agent come in between.
      if (++count % filesPerTurn === 0) await nextTurn();
    }
  }

  /** Only these files' edges; a package's `__all__` decides about those who import everything from it. */
  #resolve(changed: readonly RepoPath[]): void {
    const concerned = new Set(changed);
    for (const file of changed)
      if (file.endsWith('__init__.py')) for (const importer of this.importersOf(file)) concerned.add(importer);
    for (const file of concerned) {
      if (this.#resolver === null || !this.#index.isSource(file)) this.#adjacency.clear(file);
      else this.#adjacency.set(file, this.#resolver.edgesOf(file));
    }
  }

  /** Tells two states of the files that decide resolution apart. */
  #settingsStamp(files: readonly RepoPath[], changed?: readonly RepoPath[]): string {
    if (changed !== undefined && this.#resolver !== null && !changed.some(decidesResolution)) return this.#settings;
    const stamps = files.filter(decidesResolution).map((file) => {
      const stat = statSync(join(this.#options.root, file), { throwIfNoEntry: false });
      return `${file} ${stat?.size ?? -1} ${stat?.mtimeMs ?? -1}`;
    });
    // Named as changed is changed, even within one tick of the file's time.
    return [
      ...stamps,
      this.#compileCommands.stamp(files),
      ...(changed?.some(decidesResolution) === true ? [String(this.#options.clock.monotonicMs())] : []),
    ].join('\n');
  }

  #importersOfMissing(path: RepoPath): RepoPath[] {
    const index = this.#index;
    return importersOfMissing(path, {
      sources: () => index.sources(),
      factsOf: (file) => index.factsOf(file),
      packageNameOf: (file) => this.#resolver?.packageNameOf(folderOf(file)) ?? null,
    });
  }
}
