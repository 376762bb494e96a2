// Asks runners for their own lists of test files: one after the other, in the background, each at most once.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { assetPath } from '../platform/assets.ts';
import type { RepoPath } from '../protocol/ids.ts';
import type { BatchContext, TestAdapter, TestProject } from './adapter.ts';
import { keptFolderOf, temporaryFolderOf, type TestsOptions } from './options.ts';

export interface ListRequest {
  readonly adapter: TestAdapter;
  readonly project: TestProject;
  readonly cacheKey: string;
  /** Whether the answer still matters. */
  isCurrent(): boolean;
  answered(files: readonly RepoPath[]): Promise<void>;
}

/** A runner that has not answered by then is stopped; what looking found stays. */
const longestMs = 60_000;

export class RunnerLists {
  readonly #options: TestsOptions;
  readonly #asked = new Set<string>();
  readonly #stopping = new AbortController();
  #queue: Promise<void> = Promise.resolve();

  constructor(options: TestsOptions) {
    this.#options = options;
  }

  /** Asks, unless that was done before under the same key. */
  ask(request: ListRequest): void {
    if (request.adapter.list === undefined || this.#asked.has(request.cacheKey)) return;
    this.#asked.add(request.cacheKey);
    this.#queue = this.#queue.then(() => this.#list(request));
  }

  async settled(): Promise<void> {
    let seen: Promise<void> | null = null;
    while (seen !== this.#queue) {
      seen = this.#queue;
      await seen;
    }
  }

  async dispose(): Promise<void> {
    this.#stopping.abort();
    await this.settled();
  }

  async #list(request: ListRequest): Promise<void> {
    if (this.#stopping.signal.aborted || !request.isCurrent()) return;
    const parent = temporaryFolderOf(this.#options);
    mkdirSync(parent, { recursive: true });
    const temporaryFolder = mkdtempSync(path.join(parent, 'list-'));
    const late = new AbortController();
    const cancelTimer = this.#options.clock.schedule(longestMs, () => late.abort());
    try {
      const signal = AbortSignal.any([this.#stopping.signal, late.signal]);
      const files = (await request.adapter.list?.(request.project, this.#context(temporaryFolder, signal))) ?? null;
      if (files !== null && !signal.aborted && request.isCurrent()) await request.answered(files);
    } catch (cause) {
      this.#options.log.warn(`${request.project.framework} could not list its test files`, {
        folder: request.project.folder,
        cause,
      });
    } finally {
      cancelTimer();
      rmSync(temporaryFolder, { recursive: true, force: true, maxRetries: 3 });
    }
  }

  #context(temporaryFolder: string, signal: AbortSignal): BatchContext {
    const { root, clock, processes } = this.#options;
    return {
      root,
      clock,
      temporaryFolder,
      keptFolder: keptFolderOf(this.#options),
      settings: this.#options.settings(),
      signal,
      runnerFolder: assetPath('test-runners'),
      environment: this.#options.environment(),
      recordsEvidence: false,
      standbyFolder: temporaryFolder,
      recall: async (_key, _watched, ask) => (await ask())?.value ?? null,
      run: (spec) =>
        processes.start({
          ...spec,
          signal: spec.signal === undefined ? signal : AbortSignal.any([signal, spec.signal]),
        }).exited,
      fileStarted() {},
      report() {},
      fileFinished() {},
      touch() {},
      log() {},
      isHanging: () => signal.aborted,
    };
  }
}
