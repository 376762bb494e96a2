// What is known of each changed file: its two versions, by hash, and what differs between them when they run.
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { ChangeSet, FileChange } from '../protocol/change-set.ts';
import type { RepoPath } from '../protocol/ids.ts';
import type { CodeDifference, Differ } from './difference/difference.ts';
import { createDiffer, isComparable } from './difference/difference.ts';
import { changedDistributions, isPythonLock } from './lock-files/distributions.ts';
import type { DistributionChange } from './lock-files/distributions.ts';
import { changedPackages, isLockFile } from './lock-files/lock-file.ts';
import { manifestChange } from './lock-files/manifest-fields.ts';
import { pyprojectChange } from './lock-files/pyproject-fields.ts';
import { isNoodleFile, noodleFileChange } from './noodle-file.ts';
import { largestParsedBytes } from './read-source.ts';

export interface ChangedFile {
  readonly kind: FileChange['kind'];
  /** Null where the versions were not compared: the file counts as changed as a whole. */
  readonly difference: CodeDifference | null;
  /** Of the content before and after, as in `FileFacts.contentHash`; null where there is none or it is not known. */
  readonly baseHash: string | null;
  readonly currentHash: string | null;
  /** Of a package.json, a pyproject.toml or a lock file, where both versions could be read. */
  readonly settings?: ChangedSettings;
}

/** What differs in a package.json, a pyproject.toml or a lock file. */
export interface ChangedSettings {
  /** The packages that may be other ones, with those that need them. */
  readonly packages: ReadonlySet<string>;
  /** A field that decides how everything below is resolved, built or run; null when none differs. */
  readonly decides: string | null;
  /** Of a lock file of Python: what needs the packages, and what they let import, is known by what is installed. */
  readonly distributions?: DistributionChange;
}

export type ChangedFiles = ReadonlyMap<RepoPath, ChangedFile>;

/** The text of a file as it was before the change; null when it is not to be had. */
export type ReadBase = (file: RepoPath) => Promise<string | null>;

/** More changed files than this are not compared one by one: asking git for each would take longer than running tests. */
const mostCompared = 60;

/** Compares the changed files of a repository; remembers what it compared last. */
export class ChangeComparison {
  readonly #root: string;
  #differ: Promise<Differ> | null = null;
  #known = new Map<string, CodeDifference>();

  constructor(root: string) {
    this.#root = root;
  }

  /** A renamed file counts as gone under its old name. */
  async compare(change: ChangeSet, readBase: ReadBase): Promise<ChangedFiles> {
    const found = new Map<RepoPath, ChangedFile>();
    const compared = change.files.filter(
      ({ kind, path: file }) => (kind === 'modified' && (isComparable(file) || isSetting(file))) || isNoodleFile(file),
    );
    const isTooMuch = compared.length > mostCompared;
    for (const { path: file, from, kind } of change.files) {
      found.set(file, { kind, difference: null, baseHash: null, currentHash: null });
      if (from !== undefined && from !== file)
        found.set(from, { kind: 'deleted', difference: null, baseHash: null, currentHash: null });
    }
    if (isTooMuch) return found;
    await Promise.all(
      compared.map(async ({ path: file, kind }) =>
        found.set(
          file,
          isNoodleFile(file)
            ? await this.#compareNoodleFile(file, kind, readBase)
            : await this.#compareFile(file, readBase),
        ),
      ),
    );
    // Only the last change set's are worth keeping: an edit replaces the one before.
    if (this.#known.size > 4 * mostCompared) this.#known = new Map();
    return found;
  }

  /** A version that is not there declares nothing. */
  async #compareNoodleFile(file: RepoPath, kind: FileChange['kind'], readBase: ReadBase): Promise<ChangedFile> {
    const base = kind === 'added' ? '' : await readBase(file);
    const current = kind === 'deleted' ? '' : (readCurrent(path.join(this.#root, file))?.toString('utf8') ?? null);
    const unknown = { kind, difference: null, baseHash: null, currentHash: null };
    if (base === null || current === null) return unknown;
    return { ...unknown, settings: { packages: new Set(), ...noodleFileChange(base, current) } };
  }

  async #compareFile(file: RepoPath, readBase: ReadBase): Promise<ChangedFile> {
    const base = await readBase(file);
    const current = readCurrent(path.join(this.#root, file));
    const baseHash = base === null ? null : contentHash(Buffer.from(base));
    const currentHash = current === null ? null : contentHash(current);
    const hashes = { kind: 'modified' as const, baseHash, currentHash };
    if (base === null || current === null) return { ...hashes, difference: null };
    // The same content may differ in its mode or in its line ends alone; then nothing is known of what that does.
    if (baseHash === currentHash) return { ...hashes, difference: null };
    if (isSetting(file)) {
      const settings = settingsChange(file, base, current.toString('utf8'));
      return { ...hashes, difference: null, ...(settings === null ? {} : { settings }) };
    }
    const key = `${file} ${baseHash ?? ''} ${currentHash ?? ''}`;
    this.#differ ??= createDiffer();
    const differ = await this.#differ;
    const difference = this.#known.get(key) ?? differ({ path: file, base, current: current.toString('utf8') });
    this.#known.set(key, difference);
    return { ...hashes, difference };
  }
}

function isSetting(file: string): boolean {
  return isLockFile(file) || isPythonLock(file) || isPyproject(file) || /(?:^|\/)package\.json$/.test(file);
}

function isPyproject(file: string): boolean {
  return /(?:^|\/)pyproject\.toml$/.test(file);
}

function settingsChange(file: string, base: string, current: string): ChangedSettings | null {
  if (isPythonLock(file)) {
    const distributions = changedDistributions(file, base, current);
    return distributions === null ? null : { packages: distributions.changed, decides: null, distributions };
  }
  if (isPyproject(file)) return { packages: new Set(), ...pyprojectChange(base, current) };
  if (!isLockFile(file)) return manifestChange(base, current);
  const packages = changedPackages(file, base, current);
  return packages === null ? null : { packages, decides: null };
}

/** As the graph stamps files. */
export function contentHash(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex').slice(0, 32);
}

function readCurrent(absolute: string): Buffer | null {
  try {
    const bytes = readFileSync(absolute);
    return bytes.length > largestParsedBytes ? null : bytes;
  } catch {
    return null;
  }
}
