// Records what test files use while they run: starts the recorders in the runner's processes and turns what they write into evidence.
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { WorkerPool } from '../../platform/worker-pool.ts';
import type { ExecutionId, RepoPath, TestId } from '../../protocol/ids.ts';
import type { Framework } from '../../protocol/test.ts';
import type { TestEvidence } from '../../store/evidence.ts';
import { testId } from '../adapter.ts';
import { repoPath } from '../javascript/failure-text.ts';
import { Attribution, type UsedFiles } from './attribution.ts';
import { ContentHashes } from './content-hashes.ts';
import { executedMark, missedMark, rangesOf } from './line-marks.ts';
import type { MarkedWindow } from './read-window.ts';

export type EvidencePool = WorkerPool<string, MarkedWindow | null>;

export interface EvidenceOptions {
  /** Absolute, without symbolic links. */
  readonly root: string;
  readonly framework: Framework;
  readonly executionId: ExecutionId;
  /** Absolute; a folder is made in it. */
  readonly temporaryFolder: string;
  readonly runnerFolder: string;
  readonly pool: EvidencePool;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

/** Beyond this a test is taken to look at everything. */
const mostReads = 5000;

/** The recording of one project's run. */
export class EvidenceRecording {
  readonly #options: EvidenceOptions;
  readonly #folder: string;
  readonly #attribution = new Attribution();
  #reading: Promise<void> = Promise.resolve();
  #isReadingLater = false;
  #isOver = false;

  constructor(options: EvidenceOptions) {
    this.#options = options;
    mkdirSync(options.temporaryFolder, { recursive: true });
    this.#folder = mkdtempSync(path.join(options.temporaryFolder, 'evidence-'));
  }

  /** The environment of a runner whose processes record. */
  environment(base: Readonly<Record<string, string>>): Record<string, string> {
    const { framework, root, runnerFolder } = this.#options;
    const preload = path.join(runnerFolder, 'evidence-preload.cjs');
    const option = `--require "${preload.replaceAll('\\', '\\\\').replaceAll('"', String.raw`\"`)}"`;
    const isPython = framework === 'pytest' || framework === 'unittest';
    const request = {
      folder: this.#folder,
      root: root + path.sep,
      git: path.join(root, '.git') + path.sep,
      runners: runnerFolder + path.sep,
      framework,
      option,
    };
    const own = base['NODE_OPTIONS'] ?? '';
    return {
      ...base,
      NOODLE_EVIDENCE: JSON.stringify(request),
      ...(isPython ? {} : { NODE_OPTIONS: own === '' ? option : `${own} ${option}` }),
    };
  }

  /** Reads what is there by now, so that it does not pile up. */
  readSoon(): void {
    if (this.#isReadingLater || this.#isOver) return;
    this.#isReadingLater = true;
    this.#reading = this.#reading.then(() => {
      this.#isReadingLater = false;
      return this.#isOver ? undefined : this.#readWindows();
    });
    // Awaited in finish(); until then, or where nobody asks any more, a rejection must not count as unhandled.
    this.#reading.catch(() => {});
  }

  /** What the runs so far tell, and an end to the recording. */
  async finish(): Promise<TestEvidence[]> {
    await this.#reading;
    await this.#readWindows();
    const hashes = new ContentHashes(this.#options.startedAt);
    const found: TestEvidence[] = [];
    for (const [file, used] of this.#attribution.finish()) {
      const test = repoPath(this.#options.root, file);
      if (test !== null) found.push(await this.#evidenceOf(testId(this.#options.framework, test), used, hashes));
    }
    return found.filter((each) => each.covered.length > 0);
  }

  dispose(): void {
    this.#isOver = true;
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  }

  /** In the order in which they were written: a process numbers its windows. */
  async #readWindows(): Promise<void> {
    const names = readdirSync(this.#folder).filter((name) => name.endsWith('.json'));
    for (const name of names.toSorted()) {
      const window = await this.#options.pool.run(path.join(this.#folder, name));
      if (window !== null) this.#attribution.add(window);
    }
  }

  async #evidenceOf(test: TestId, used: UsedFiles, hashes: ContentHashes): Promise<TestEvidence> {
    const covered: TestEvidence['covered'][number][] = [];
    let isComplete = used.isComplete && used.reads.size + used.folders.size <= mostReads;
    for (const { file, marks, functions } of used.covered.values()) {
      const content = this.#pathOf(file) === null ? null : await hashes.ofFile(file);
      const place = this.#pathOf(file);
      if (place === null || content === null) continue;
      // What was changed since may not be what ran.
      if (content === '') isComplete = false;
      const lines = { executed: rangesOf(marks, executedMark), missed: rangesOf(marks, missedMark), functions };
      covered.push({ path: place, contentHash: content, ...lines });
    }
    return {
      test,
      executionId: this.#options.executionId,
      recordedAt: this.#options.startedAt,
      covered: covered.toSorted((one, other) => (one.path < other.path ? -1 : 1)),
      reads: [...(await this.#readsOf(used, hashes)), ...(await this.#foldersOf(used, hashes))],
      isComplete,
    };
  }

  async #readsOf(used: UsedFiles, hashes: ContentHashes): Promise<TestEvidence['reads'][number][]> {
    const reads: TestEvidence['reads'][number][] = [];
    for (const file of [...used.reads].slice(0, mostReads).toSorted()) {
      const place = this.#pathOf(file);
      if (place === null || isByproduct(place) || (await hashes.isFolder(file))) continue;
      reads.push({ path: place, contentHash: await hashes.ofFile(file), isFolder: false });
    }
    return reads;
  }

  async #foldersOf(used: UsedFiles, hashes: ContentHashes): Promise<TestEvidence['reads'][number][]> {
    const reads: TestEvidence['reads'][number][] = [];
    for (const folder of [...used.folders].slice(0, mostReads).toSorted()) {
      const place = this.#pathOf(folder);
      if (place === null || isByproduct(place)) continue;
      reads.push({ path: place, contentHash: await hashes.ofFolder(folder), isFolder: true });
    }
    return reads;
  }

  #pathOf(file: string): RepoPath | null {
    // The root itself is a folder that can be listed.
    return file === this.#options.root ? ('.' as RepoPath) : repoPath(this.#options.root, file);
  }
}

/** What runners and interpreters keep for themselves. */
function isByproduct(file: RepoPath): boolean {
  return /(?:^|\/)(?:__pycache__|\.pytest_cache|\.hypothesis|\.mypy_cache|\.git|node_modules|\.venv|venv)(?:\/|$)|\.pyc$/.test(
    file,
  );
}
