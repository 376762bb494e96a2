// The build cache of this machine: results by fingerprint, their contents by digest, bounded by age and size.
//
//   <folder>/ac/ab/abcd…   a result: the SHA-256 of what follows, a newline, an ActionResult
//   <folder>/cas/12/1234…  a content
//   <folder>/tmp/          what is being written
//
// Nothing is locked: everything is written aside and renamed, contents before the result that names them, and whoever
// reads finds something whole or nothing. What another process clears away meanwhile is a miss.
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../../platform/clock.ts';
import type { Fingerprint } from '../../protocol/ids.ts';
import { decodeActionResult, encodeActionResult, type ActionResult } from './action-result.ts';
import { BlobStore } from './blob-store.ts';

export interface CacheLimits {
  /** Longest time since the last use. */
  readonly ttlMs: number;
  readonly sizeBytes: number;
}

/** What is being written by somebody has no result that names it yet. */
const graceMs = 15 * 60_000;

export class LocalCache {
  readonly blobs: BlobStore;
  readonly #folder: string;
  readonly #clock: Clock;

  /** `folder` is absolute; it is made when something is stored. */
  constructor(folder: string, clock: Clock) {
    this.#folder = folder;
    this.#clock = clock;
    this.blobs = new BlobStore(path.join(folder, 'cas'), path.join(folder, 'tmp'));
  }

  /** Makes the folders that are written to. */
  async prepare(): Promise<void> {
    await mkdir(path.join(this.#folder, 'tmp'), { recursive: true });
  }

  /** A new, empty folder on the file system of the cache. Its maker removes it. */
  async stagingFolder(): Promise<string> {
    await this.prepare();
    const folder = this.blobs.asidePath();
    await mkdir(folder);
    return folder;
  }

  /** Whether a result is kept and young enough; says nothing of its contents. */
  async has(fingerprint: Fingerprint, { ttlMs }: CacheLimits): Promise<boolean> {
    const found = await stat(this.#resultPath(fingerprint)).catch(() => null);
    return found !== null && this.#clock.now() - found.mtimeMs <= ttlMs;
  }

  /** The result, and from now on it counts as used; null when there is none, or none that is whole. */
  async get(fingerprint: Fingerprint, limits: CacheLimits): Promise<ActionResult | null> {
    if (!(await this.has(fingerprint, limits))) return null;
    const file = this.#resultPath(fingerprint);
    const result = await readResult(file);
    if (result === null) await rm(file, { force: true });
    else await this.#touch(file);
    return result;
  }

  /** Keeps a result whose contents are kept already. */
  async put(fingerprint: Fingerprint, result: ActionResult): Promise<void> {
    const bytes = encodeActionResult(result);
    const file = this.#resultPath(fingerprint);
    await mkdir(path.dirname(file), { recursive: true });
    const aside = this.blobs.asidePath();
    await writeFile(aside, Buffer.concat([Buffer.from(`${sha256(bytes)}\n`), bytes]));
    await this.#touch(aside);
    await rename(aside, file);
  }

  async remove(fingerprint: Fingerprint): Promise<void> {
    await rm(this.#resultPath(fingerprint), { force: true });
  }

  /** Forgets results that are too old, then the least recently used until the rest fits, and contents that none names. */
  async prune(limits: CacheLimits): Promise<void> {
    const now = this.#clock.now();
    const kept = await this.#pruneResults(limits);
    const contents = await filesIn(path.join(this.#folder, 'cas'));
    const isOver = contents.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) > limits.sizeBytes;
    // Under pressure a content that somebody is just about to name has to go too: his result is a miss then.
    const isYoung = ({ mtimeMs }: FoundFile) => now - mtimeMs < graceMs;
    const unnamed = contents.filter((each) => !kept.has(path.basename(each.file)) && (isOver || !isYoung(each)));
    const left = (await filesIn(path.join(this.#folder, 'tmp'))).filter((each) => !isYoung(each));
    for (const { file } of [...unnamed, ...left]) await rm(file, { force: true });
  }

  /** Answers with the digests of what is kept. */
  async #pruneResults({ ttlMs, sizeBytes }: CacheLimits): Promise<Set<string>> {
    const results = (await filesIn(path.join(this.#folder, 'ac'))).toSorted((a, b) => b.mtimeMs - a.mtimeMs);
    const kept = new Set<string>();
    let keptBytes = 0;
    for (const { file, mtimeMs } of results) {
      const result = this.#clock.now() - mtimeMs > ttlMs ? null : await readResult(file);
      const added = new Map((result?.files ?? []).map((each) => [each.digest, each.sizeBytes]));
      for (const digest of added.keys()) if (kept.has(digest)) added.delete(digest);
      const addedBytes = [...added.values()].reduce((sum, size) => sum + size, 0);
      if (result === null || keptBytes + addedBytes > sizeBytes) {
        await rm(file, { force: true });
        continue;
      }
      keptBytes += addedBytes;
      for (const digest of added.keys()) kept.add(digest);
    }
    return kept;
  }

  #resultPath(fingerprint: Fingerprint): string {
    return path.join(this.#folder, 'ac', fingerprint.slice(0, 2), fingerprint);
  }

  async #touch(file: string): Promise<void> {
    const now = new Date(this.#clock.now());
    await utimes(file, now, now).catch(() => {});
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A result that was cut off by a crash is none. */
async function readResult(file: string): Promise<ActionResult | null> {
  const content = await readFile(file).catch(() => null);
  const end = content?.indexOf('\n') ?? -1;
  if (content === null || end < 0) return null;
  const bytes = content.subarray(end + 1);
  return sha256(bytes) === content.subarray(0, end).toString('latin1') ? decodeActionResult(bytes) : null;
}

interface FoundFile {
  readonly file: string;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
}

/** The files below a folder; what vanishes meanwhile is left out. */
async function filesIn(folder: string): Promise<FoundFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files: FoundFile[] = [];
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const found = await stat(file).catch(() => null);
    if (found !== null) files.push({ file, sizeBytes: found.size, mtimeMs: found.mtimeMs });
  }
  return files;
}
