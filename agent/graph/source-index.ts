// Keeps the facts of every source file current: read from the store at start, from disk where a file differs.
import { lstatSync } from 'node:fs';
import type { Stats } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { assetPath } from '../platform/assets.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { createWorkerPool } from '../platform/worker-pool.ts';
import type { WorkerPool } from '../platform/worker-pool.ts';
import type { RepoPath } from '../protocol/ids.ts';
import { createExtractors, isSourceName } from './extractors/registry.ts';
import type { ExtractorOf } from './extractors/registry.ts';
import type { ExtractAnswer, ExtractTask } from './extract-worker.ts';
import { decodeFacts, encodeFacts, noFacts } from './facts.ts';
import type { Extractor, FileFacts } from './facts.ts';
import type { ArchivedFacts, FactsArchive } from './facts-archive.ts';
import { readSource } from './read-source.ts';
import type { SourceReading, SourceRequest } from './read-source.ts';

export interface SourceIndexOptions {
  readonly root: string;
  readonly archive: FactsArchive;
  readonly clock: Clock;
  readonly log: Log;
  readonly threads?: number;
}

/** What an update changed. */
export interface SourceUpdate {
  /** Files whose facts are other than before, or that are new. */
  readonly changed: readonly RepoPath[];
  readonly removed: readonly RepoPath[];
  /** Some file appeared or disappeared, of whatever kind. */
  readonly hasOtherFiles: boolean;
  readonly parsed: number;
  readonly problems: readonly string[];
}

interface Entry {
  contentHash: string;
  sizeBytes: number;
  mtimeMs: number;
  facts: FileFacts;
  encoded: string;
}

/** Files fewer than this are read at once on the calling thread. */
const fewFiles = 300;
const filesPerTask = 250;
/** A file written this shortly before it was read may be written again within the same tick of its time stamp. */
const racyMs = 2_000;

export class SourceIndex {
  readonly #options: SourceIndexOptions;
  #extractors: Promise<ExtractorOf> | null = null;
  readonly #entries = new Map<RepoPath, Entry>();
  #files: ReadonlySet<RepoPath> = new Set();
  #fileList: readonly RepoPath[] = [];
  #isLoaded = false;
  #pool: WorkerPool<ExtractTask, ExtractAnswer> | null = null;

  constructor(options: SourceIndexOptions) {
    this.#options = options;
  }

  /** Every file of the repository. */
  get files(): ReadonlySet<RepoPath> {
    return this.#files;
  }

  factsOf(file: RepoPath): FileFacts {
    return this.#entries.get(file)?.facts ?? noFacts;
  }

  /** The hash of a source file's content; null for other files and those that could not be read. */
  contentOf(file: RepoPath): string | null {
    const known = this.#entries.get(file)?.contentHash ?? '';
    return known === '' ? null : known;
  }

  sources(): IterableIterator<RepoPath> {
    return this.#entries.keys();
  }

  isSource(file: RepoPath): boolean {
    return this.#entries.has(file);
  }

  async update(files: readonly RepoPath[], changed?: readonly RepoPath[]): Promise<SourceUpdate> {
    if (!this.#isLoaded) this.#load();
    const { removed, added } = this.#replaceFiles(files);
    const candidates = changed === undefined || this.#entries.size === 0 ? files : [...new Set([...changed, ...added])];
    const requests = this.#requestsFor(candidates, changed === undefined ? null : new Set(changed));
    const readings = await this.#read(requests);
    const update = this.#apply(requests, readings);
    this.#options.archive.remove(removed);
    // What changed and is no file of the repository may be a symbolic link.
    const isForeign = changed?.some((file) => !this.#files.has(file)) === true;
    const hasOtherFiles = removed.length > 0 || added.length > 0 || isForeign;
    return { ...update, removed, hasOtherFiles };
  }

  /** The extractor of a file; the parsers are loaded at the first call. */
  async extractorFor(file: string): Promise<Extractor | null> {
    this.#extractors ??= createExtractors();
    return (await this.#extractors)(file);
  }

  async dispose(): Promise<void> {
    await this.#pool?.dispose();
    await this.#options.archive.settled();
  }

  #load(): void {
    this.#isLoaded = true;
    for (const row of this.#options.archive.load()) {
      const facts = decodeFacts(row.facts);
      if (facts === null) continue;
      const { contentHash, sizeBytes, mtimeMs } = row;
      this.#entries.set(row.path, { contentHash, sizeBytes, mtimeMs, facts, encoded: row.facts });
    }
    this.#files = new Set(this.#entries.keys());
  }

  #replaceFiles(files: readonly RepoPath[]): { removed: RepoPath[]; added: RepoPath[] } {
    if (files === this.#fileList) return { removed: [], added: [] };
    const before = this.#files;
    const now = new Set(files);
    const removed = [...before].filter((file) => !now.has(file));
    const added = files.filter((file) => !before.has(file));
    for (const file of removed) {
      this.#entries.delete(file);
    }
    this.#files = now;
    this.#fileList = files;
    return { removed, added };
  }

  /** The files that must be read: named as changed, unknown, or of another size or time than when they were read. */
  #requestsFor(candidates: readonly RepoPath[], surely: ReadonlySet<RepoPath> | null): SourceRequest[] {
    return candidates
      .filter((file) => this.#files.has(file) && this.#isStale(file, surely?.has(file) === true))
      .map((file) => ({ path: file, knownHash: this.#entries.get(file)?.contentHash ?? null }));
  }

  #isStale(file: RepoPath, isNamed: boolean): boolean {
    if (!isSourceName(file)) return false;
    const stat = lstatSync(path.join(this.#options.root, file), { throwIfNoEntry: false });
    return stat?.isFile() === true && (isNamed || !this.#isCurrent(file, stat));
  }

  #isCurrent(file: RepoPath, stat: Stats): boolean {
    const entry = this.#entries.get(file);
    return entry !== undefined && entry.sizeBytes === stat.size && entry.mtimeMs === stat.mtimeMs;
  }

  async #read(requests: readonly SourceRequest[]): Promise<readonly (SourceReading | null)[]> {
    const { threads = Math.min(4, os.availableParallelism()) } = this.#options;
    if (requests.length < fewFiles || threads === 0) return this.#readHere(requests);
    this.#pool ??= createWorkerPool({
      entry: assetPath('graph-extract-worker'),
      size: threads,
      idleMs: 5_000,
      clock: this.#options.clock,
    });
    const pool = this.#pool;
    const parts: SourceRequest[][] = [];
    for (let at = 0; at < requests.length; at += filesPerTask) parts.push(requests.slice(at, at + filesPerTask));
    const answers = await Promise.all(parts.map((part) => this.#readPart(pool, part)));
    return answers.flat();
  }

  async #readHere(requests: readonly SourceRequest[]): Promise<ExtractAnswer> {
    if (requests.length === 0) return [];
    this.#extractors ??= createExtractors();
    const extractorOf = await this.#extractors;
    return requests.map((request) => readSource(this.#options.root, request, extractorOf));
  }

  /** A thread that dies (out of memory on one file) must not cost the rest its facts. */
  async #readPart(
    pool: WorkerPool<ExtractTask, ExtractAnswer>,
    requests: readonly SourceRequest[],
  ): Promise<ExtractAnswer> {
    const { root, log } = this.#options;
    try {
      return await pool.run({ root, requests });
    } catch (error) {
      log.warn('a parsing thread failed; its files are read again here', { error, files: requests.length });
      return this.#readHere(requests);
    }
  }

  #apply(
    requests: readonly SourceRequest[],
    readings: readonly (SourceReading | null)[],
  ): Pick<SourceUpdate, 'changed' | 'parsed' | 'problems'> {
    const changed: RepoPath[] = [];
    const saved: ArchivedFacts[] = [];
    const problems: string[] = [];
    const now = this.#options.clock.now();
    let parsed = 0;
    readings.forEach((reading, index) => {
      // The request's path came in as a RepoPath.
      const file = (requests[index]?.path ?? '') as RepoPath;
      if (reading === null) {
        if (this.#entries.delete(file)) changed.push(file);
        return;
      }
      if (reading.problem !== null) problems.push(reading.problem);
      if (reading.facts !== null) parsed++;
      const isRacy = now - reading.mtimeMs < racyMs;
      const entry = this.#entry(file, reading, isRacy);
      if (entry.encoded !== this.#entries.get(file)?.encoded) changed.push(file);
      this.#entries.set(file, entry);
      saved.push({
        path: file,
        contentHash: entry.contentHash,
        sizeBytes: entry.sizeBytes,
        mtimeMs: entry.mtimeMs,
        facts: entry.encoded,
      });
    });
    this.#options.archive.save(saved);
    return { changed, parsed, problems };
  }

  #entry(file: RepoPath, reading: SourceReading, isRacy: boolean): Entry {
    const before = this.#entries.get(file);
    const { contentHash, sizeBytes } = reading;
    const mtimeMs = isRacy ? -1 : reading.mtimeMs;
    if (reading.facts === null && before !== undefined) return { ...before, contentHash, sizeBytes, mtimeMs };
    const encoded = reading.facts ?? '{}';
    const facts = decodeFacts(encoded) ?? noFacts;
    if (facts.isDamaged !== true || before === undefined) return { contentHash, sizeBytes, mtimeMs, facts, encoded };
    const both = withLastGood(facts, before.facts);
    return { contentHash, sizeBytes, mtimeMs, facts: both, encoded: encodeFacts(both) };
  }
}

/** While a file does not parse, what it imported before counts as well. */
function withLastGood(facts: FileFacts, before: FileFacts): FileFacts {
  const imports = new Map(
    [...before.imports, ...facts.imports].map((fact) => [`${fact.kind} ${fact.specifier}`, fact]),
  );
  return {
    ...facts,
    imports: [...imports.values()],
    ...(before.definesTests === true ? { definesTests: true as const } : {}),
  };
}
