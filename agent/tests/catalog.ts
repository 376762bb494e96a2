// The projects and test files of the repository, kept up to date: what looking finds, corrected by the runners' own lists.
import { rm } from 'node:fs/promises';
import type { RepoPath, TestId } from '../protocol/ids.ts';
import type { TestFile } from '../protocol/test.ts';
import { fileHistory, forgetFiles, knownCases, recallFiles } from '../store/tests.ts';
import { getDiscovery, saveDiscovery } from '../store/discovery.ts';
import { testId, type RepositoryView, type TestAdapter, type TestProject } from './adapter.ts';
import { areAmbiguous, claimFiles } from './claims.ts';
import { discoveryKey, hashOf, projectKey } from './catalog-keys.ts';
import { RunnerLists } from './runner-lists.ts';
import { adapters } from './registry.ts';
import { excludedBy } from './selection.ts';
import { temporaryFolderOf, type TestsOptions } from './options.ts';

/** A project with the files that are its own. */
export interface CatalogEntry {
  readonly adapter: TestAdapter;
  readonly project: TestProject;
  /** Unique and stable: framework, folder, and a number where there are several. */
  readonly name: string;
  /** Not all that its runner would find is run: some belongs to another project or is excluded. */
  readonly isPartial: boolean;
}

interface Found {
  readonly adapter: TestAdapter;
  readonly project: TestProject;
  readonly key: string;
  readonly cacheKey: string;
}

interface Listed {
  readonly cacheKey: string;
  readonly files: readonly RepoPath[];
  /** All files of the repository when it was made. */
  readonly names: ReadonlySet<RepoPath>;
}

const filesPerEvent = 200;

export class TestCatalog {
  readonly #options: TestsOptions;
  readonly #lists: RunnerLists;
  readonly #listed = new Map<string, Listed>();
  #found: readonly Found[] = [];
  #entries: readonly CatalogEntry[] = [];
  #files: readonly TestFile[] = [];
  #projects: ReadonlyMap<TestId, TestProject> = new Map();
  #problems: readonly string[] = [];
  #names: ReadonlySet<RepoPath> = new Set();
  #state = '';
  /** Of the last look: comparing lists is quicker than hashing them. */
  #seen: { readonly conditions: string; readonly files: readonly RepoPath[] } | null = null;
  #queue: Promise<void> = Promise.resolve();

  constructor(options: TestsOptions) {
    this.#options = options;
    this.#lists = new RunnerLists(options);
  }

  get entries(): readonly CatalogEntry[] {
    return this.#entries;
  }

  get files(): readonly TestFile[] {
    return this.#files;
  }

  get projects(): ReadonlyMap<TestId, TestProject> {
    return this.#projects;
  }

  get problems(): readonly string[] {
    return this.#problems;
  }

  /** Every file that git does not ignore, at the last look. */
  get sources(): ReadonlySet<RepoPath> {
    return this.#names;
  }

  /** A hash of the names of all files, at the last look. */
  get names(): string {
    return this.#state;
  }

  /** Looks again where something changed that matters; calls come one after the other. */
  async refresh(changed: readonly RepoPath[] | undefined): Promise<void> {
    const refreshed = this.#queue.then(() => this.#refresh(changed));
    this.#queue = refreshed.catch(() => {});
    await refreshed;
  }

  /** Asks the runners for their lists, and resolves when every project has its own, or cannot have it. */
  async settled(): Promise<void> {
    await this.#queue;
    this.#startLists();
    await this.#lists.settled();
  }

  /** Whether projects of one folder seem to share files. */
  isAmbiguous(): boolean {
    return areAmbiguous(this.#claimants());
  }

  /** Whether a runner has never been asked for its own list: what looking found may be wrong then. */
  lacksLists(): boolean {
    return this.#found.some(({ adapter, key }) => adapter.list !== undefined && !this.#listed.has(key));
  }

  /** The cases on record changed: tells of files with other cases than before. */
  casesChanged(): void {
    this.#publish(this.#assign());
  }

  /** A whole run found these files: they are added to what is known of the project. */
  async addReported(entry: CatalogEntry, files: readonly RepoPath[]): Promise<void> {
    const known = new Set(entry.project.files);
    const found = this.#found.find((each) => this.#nameOf(each) === entry.name);
    const more = files.filter((file) => !known.has(file));
    if (more.length === 0 || found === undefined) return;
    await this.#keepList(found, [...found.project.files.filter((file) => known.has(file)), ...known, ...more]);
  }

  dispose(): Promise<void> {
    return this.#lists.dispose();
  }

  async #refresh(changed: readonly RepoPath[] | undefined): Promise<void> {
    if (this.#seen === null) await rm(temporaryFolderOf(this.#options), { recursive: true, force: true });
    const files = await this.#options.files();
    const settings = this.#options.settings();
    const enabled = adapters.filter((adapter) => settings[adapter.setting] === true);
    const commands = this.#options.commands?.() ?? {};
    const conditions = JSON.stringify([enabled.map(({ framework }) => framework), this.#options.exclude(), commands]);
    const concerns =
      changed === undefined ||
      changed.some((path) => enabled.some((adapter) => adapter.concerns(path)) || this.#isConfiguration(path));
    if (!concerns && conditions === this.#seen?.conditions && isSameList(files, this.#seen.files)) return;
    this.#seen = { conditions, files };
    this.#state = hashOf([conditions, '', ...files]);
    this.#names = new Set(files);
    await this.#detect({ root: this.#options.root, files, commands, read: this.#options.read }, enabled);
    this.#publish(this.#assign());
    await this.#remember();
  }

  #isConfiguration(path: RepoPath): boolean {
    return this.#found.some(({ project }) => project.configFiles.includes(path));
  }

  async #detect(view: RepositoryView, enabled: readonly TestAdapter[]): Promise<void> {
    const found: Found[] = [];
    const problems: string[] = [];
    for (const adapter of enabled) {
      try {
        const detection = await adapter.detect(view);
        problems.push(...detection.problems);
        for (const project of detection.projects) {
          const cacheKey = discoveryKey(project, view);
          found.push({ adapter, project, key: projectKey(project), cacheKey });
        }
      } catch (cause) {
        this.#options.log.error(`looking for ${adapter.framework} tests failed`, { cause });
        problems.push(
          `Looking for ${adapter.framework} tests failed: ${cause instanceof Error ? cause.message : String(cause)}`,
        );
      }
    }
    this.#found = found;
    this.#problems = [...new Set(problems)];
    for (const each of found) this.#recallList(each);
  }

  #recallList(found: Found): void {
    if (this.#listed.get(found.key)?.cacheKey === found.cacheKey) return;
    const files = getDiscovery(this.#options.store, found.cacheKey);
    if (files !== null) this.#listed.set(found.key, { cacheKey: found.cacheKey, files, names: this.#names });
  }

  #claimants(): (Found & { readonly candidates: readonly RepoPath[] })[] {
    return this.#found.map((found) => ({ ...found, candidates: this.#filesOf(found) }));
  }

  #assign(): TestFile[] {
    const cases = knownCases(this.#options.store);
    const claims = claimFiles(this.#claimants(), excludedBy(this.#options.exclude()));
    const projects = new Map<TestId, TestProject>();
    this.#entries = claims.map(({ claimant, files, isPartial }) => {
      const project = { ...claimant.project, files };
      return { adapter: claimant.adapter, project, name: this.#nameOf(claimant), isPartial };
    });
    this.#projects = projects;
    return this.#entries.flatMap(({ project }) =>
      project.files.map((file) => {
        const { framework, folder } = project;
        const id = testId(framework, file);
        projects.set(id, project);
        return { id, file, framework, project: folder, cases: [...(cases.get(id) ?? [])] };
      }),
    );
  }

  /** The runner's list; while a new one is on its way, the last one with what appeared since. */
  #filesOf(found: Found): readonly RepoPath[] {
    const listed = this.#listed.get(found.key);
    if (listed === undefined) return found.project.files;
    if (listed.cacheKey === found.cacheKey) return listed.files;
    const kept = listed.files.filter((file) => this.#names.has(file));
    const known = new Set(kept);
    const appeared = found.project.files.filter((file) => !listed.names.has(file) && !known.has(file));
    return [...kept, ...appeared];
  }

  #nameOf(found: Found): string {
    const { framework, folder } = found.project;
    const same = this.#found.filter((each) => each.project.framework === framework && each.project.folder === folder);
    const place = folder === '' ? framework : `${framework}:${folder}`;
    const index = same.findIndex((each) => each.key === found.key);
    return index > 0 ? `${place}#${index + 1}` : place;
  }

  #publish(files: readonly TestFile[]): void {
    const before = new Map(this.#files.map((file) => [file.id, signature(file)]));
    const changed = files.filter((file) => before.get(file.id) !== signature(file));
    const present = new Set(files.map((file) => file.id));
    const removed = [...before.keys()].filter((id) => !present.has(id));
    this.#files = files;
    if (removed.length > 0) this.#options.events.emit({ type: 'tests.changed', changed: [], removed });
    // A client has its turn between two of them, however many cases a run has found.
    for (let start = 0; start < changed.length; start += filesPerEvent)
      this.#options.events.emit({
        type: 'tests.changed',
        changed: changed.slice(start, start + filesPerEvent),
        removed: [],
      });
  }

  /** What is not there is not failing; what came back is. */
  async #remember(): Promise<void> {
    const present = new Set(this.#files.map((file) => file.id));
    const recorded = [...fileHistory(this.#options.store).keys()];
    if (recorded.length === 0) return;
    const gone = recorded.filter((id) => !present.has(id));
    const back = recorded.filter((id) => present.has(id));
    await this.#options.store.transact((tx) => {
      forgetFiles(tx, gone);
      recallFiles(tx, back);
    });
  }

  #startLists(): void {
    if (!this.#options.isTrusted()) return;
    for (const found of this.#found) {
      if (this.#listed.get(found.key)?.cacheKey === found.cacheKey) continue;
      const isCurrent = () => this.#found.includes(found);
      this.#lists.ask({ ...found, isCurrent, answered: (files) => this.#keepList(found, files) });
    }
  }

  async #keepList(found: Found, files: readonly RepoPath[]): Promise<void> {
    const unique = [...new Set(files)];
    this.#listed.set(found.key, { cacheKey: found.cacheKey, files: unique, names: this.#names });
    this.#publish(this.#assign());
    await this.#options.store.transact((tx) => saveDiscovery(tx, found.cacheKey, unique));
  }
}

/** What a client sees of a file besides its last results. */
function signature(file: TestFile): string {
  return `${file.project}\0${file.cases.map((each) => `${each.id}\0${each.line ?? ''}`).join('\0')}`;
}

function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one === other || (one.length === other.length && one.every((each, index) => each === other[index]));
}
