// Outputs of earlier builds by fingerprint: kept on this machine, and on a server where one is configured.
import { copyFile, lstat, readFile, readlink, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { RemoteCacheDefinition } from '../../protocol/configuration-file.ts';
import type { Fingerprint } from '../../protocol/ids.ts';
import type { OutputFiles } from '../output-files.ts';
import type { ActionResult, CachedFile } from './action-result.ts';
import { LocalCache, type CacheLimits } from './local-cache.ts';
import { RemoteCache } from './remote-cache.ts';
import { restore } from './restore.ts';

export interface BuildCacheOptions {
  /** Absolute path of the repository. */
  readonly root: string;
  /** Absolute; the local cache lies in it. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: () => CacheLimits;
  readonly remote: () => RemoteCacheDefinition | undefined;
  /** Where credentials are looked up. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface Restored {
  readonly source: 'local' | 'remote';
  readonly log: string;
  /** How long the build took whose output this is. */
  readonly builtInMs: number;
}

export interface Restoration {
  isOutput(path: string): boolean;
  /** What it wrote earlier and git ignores. */
  readonly present: readonly string[];
  readonly signal: AbortSignal;
  /** Told why something that a cache holds could not be used. */
  onRefused(reason: string): void;
}

export interface BuiltOutput {
  readonly outputs: OutputFiles;
  readonly log: string;
  readonly startedAt: number;
  readonly finishedAt: number;
}

/** The end of what a command printed is kept, so that it can be shown again. */
export const keptLogLength = 64 * 1024;
/** Clearing away looks at every file of the cache. */
const pruneEveryMs = 10 * 60_000;
/** How long an agent that leaves waits for what it is sending. */
const leaveMs = 10_000;
const parallelCopies = 8;

export class BuildCache {
  readonly #options: BuildCacheOptions;
  readonly #local: LocalCache;
  readonly #sending = new Set<Promise<unknown>>();
  readonly #leaving = new AbortController();
  #remote: { readonly key: string; readonly cache: RemoteCache | null } = { key: '', cache: null };
  #storedBytes = 0;
  #prunedAtMs = Number.NEGATIVE_INFINITY;
  #pruning: Promise<void> = Promise.resolve();

  constructor(options: BuildCacheOptions) {
    this.#options = options;
    this.#local = new LocalCache(options.folder, options.clock);
  }

  /** Whether this machine keeps the output; nobody else is asked. */
  async isHere(fingerprint: Fingerprint): Promise<boolean> {
    return await this.#local.has(fingerprint, this.#options.limits());
  }

  /** Brings the output back into the work tree, from here or from the server; null when neither has it. */
  async restore(fingerprint: Fingerprint, restoration: Restoration): Promise<Restored | null> {
    const here = await this.#local.get(fingerprint, this.#options.limits());
    if (here !== null && (await this.#place(fingerprint, here, restoration))) return restored('local', here);
    const there = await this.#fetch(fingerprint, restoration.signal);
    if (there !== null && (await this.#place(fingerprint, there, restoration))) return restored('remote', there);
    return null;
  }

  /** Keeps what a build that succeeded has written. Sending it to a server goes on after this has resolved. */
  async store(fingerprint: Fingerprint, built: BuiltOutput): Promise<void> {
    const { limits, log, root } = this.#options;
    if (limits().ttlMs <= 0) return;
    try {
      await this.#local.prepare();
      const files = await this.#addAll([...built.outputs.files, ...built.outputs.notes]);
      const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
      if (sizeBytes > limits().sizeBytes / 2) return;
      const links = await Promise.all(
        built.outputs.links.map(async (link) => ({ path: link, target: await readlink(path.join(root, link)) })),
      );
      const { startedAt, finishedAt } = built;
      const result: ActionResult = { files, links, log: built.log.slice(-keptLogLength), startedAt, finishedAt };
      await this.#local.put(fingerprint, result);
      this.#send(fingerprint, result);
      this.#storedBytes += sizeBytes;
      this.#pruneSometimes();
    } catch (error) {
      // A disk that is full, a file that vanished: the build is none the worse for it.
      log.warn('an output could not be kept in the build cache', { fingerprint, error });
    }
  }

  /** Gives outputs that share their content with the cache a copy of their own, before a tool writes into them. */
  async unshare(files: readonly string[]): Promise<void> {
    for (const file of files) {
      const absolute = path.join(this.#options.root, file);
      const found = await lstat(absolute).catch(() => null);
      if (found === null || !found.isFile() || found.nlink < 2) continue;
      const aside = `${absolute}.noodle-tmp`;
      try {
        await copyFile(absolute, aside);
        await rename(aside, absolute);
      } catch (error) {
        await rm(aside, { force: true });
        this.#options.log.warn('an output shares its content with the build cache', { file, error });
      }
    }
  }

  async dispose(): Promise<void> {
    const cancel = this.#options.clock.schedule(leaveMs, () => this.#leaving.abort());
    await Promise.all([...this.#sending, this.#pruning]);
    cancel();
  }

  async #place(fingerprint: Fingerprint, result: ActionResult, restoration: Restoration): Promise<boolean> {
    let problem: string | null;
    try {
      problem = await restore(result, this.#local, { root: this.#options.root, ...restoration });
    } catch (error) {
      this.#options.log.warn('an output could not be brought back from the build cache', { fingerprint, error });
      problem = error instanceof Error ? error.message : String(error);
    }
    if (problem === null) return true;
    await this.#local.remove(fingerprint);
    restoration.onRefused(problem);
    return false;
  }

  /** Contents that are here already are not fetched. */
  async #fetch(fingerprint: Fingerprint, signal: AbortSignal): Promise<ActionResult | null> {
    const remote = this.#remoteCache();
    const result = (await remote?.get(fingerprint, signal)) ?? null;
    if (remote === null || result === null) return null;
    await this.#local.prepare();
    const isFetched = await forEachParallel(result.files, async ({ digest, sizeBytes }) => {
      if (await this.#local.blobs.has(digest)) return true;
      const bytes = sizeBytes === 0 ? new Uint8Array() : await remote.getBlob(digest, sizeBytes, signal);
      return bytes !== null && (await this.#local.blobs.addBytes(digest, bytes));
    });
    if (!isFetched) return null;
    await this.#local.put(fingerprint, result);
    return result;
  }

  async #addAll(files: readonly string[]): Promise<CachedFile[]> {
    const added = new Map<string, CachedFile>();
    await forEachParallel(files, async (file) => {
      const absolute = path.join(this.#options.root, file);
      const { mode } = await lstat(absolute);
      const { digest, sizeBytes } = await this.#local.blobs.addFile(absolute);
      added.set(file, { path: file, digest, sizeBytes, isExecutable: (mode & 0o111) !== 0 });
      return true;
    });
    return files.flatMap((file) => added.get(file) ?? []);
  }

  #send(fingerprint: Fingerprint, result: ActionResult): void {
    const remote = this.#remoteCache();
    if (remote === null || remote.isReadOnly) return;
    const contentOf = (digest: string) => readFile(this.#local.blobs.pathOf(digest)).catch(() => null);
    const sending = remote
      .put(fingerprint, result, contentOf, this.#leaving.signal)
      .finally(() => this.#sending.delete(sending));
    this.#sending.add(sending);
  }

  /** Made anew when its configuration has changed. */
  #remoteCache(): RemoteCache | null {
    const { remote, environment, clock, log } = this.#options;
    const definition = remote();
    const key = JSON.stringify(definition ?? null);
    if (key !== this.#remote.key)
      this.#remote = {
        key,
        cache: definition === undefined ? null : new RemoteCache({ definition, environment, clock, log }),
      };
    return this.#remote.cache;
  }

  #pruneSometimes(): void {
    const { clock, limits, log } = this.#options;
    const nowMs = clock.monotonicMs();
    const isDue = nowMs - this.#prunedAtMs >= pruneEveryMs || this.#storedBytes > limits().sizeBytes / 10;
    if (!isDue) return;
    this.#prunedAtMs = nowMs;
    this.#storedBytes = 0;
    this.#pruning = this.#pruning
      .then(() => this.#local.prune(limits()))
      .catch((error: unknown) => log.warn('the build cache could not be cleared', { error }));
  }
}

function restored(source: Restored['source'], { log, startedAt, finishedAt }: ActionResult): Restored {
  return { source, log, builtInMs: Math.max(0, finishedAt - startedAt) };
}

/** True when `work` said so of all of them; after the first that it did not, nothing more is begun. */
async function forEachParallel<T>(items: readonly T[], work: (item: T) => Promise<boolean>): Promise<boolean> {
  const waiting = [...items];
  let isFine = true;
  const worker = async () => {
    for (let item = waiting.shift(); item !== undefined && isFine; item = waiting.shift())
      isFine = (await work(item)) && isFine;
  };
  await Promise.all(Array.from({ length: Math.min(parallelCopies, items.length) }, worker));
  return isFine;
}
