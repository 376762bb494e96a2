// Adds up what test files ran to coverage of the source files.
import type { RepoPath, TestId } from '../../protocol/ids.ts';
import type { CoveredFile, CoveredFunction, LineRange, TestEvidence } from '../../store/evidence.ts';

/** One file over all tests that ran code of it. */
export interface MergedFile {
  readonly path: RepoPath;
  readonly isOutdated: boolean;
  /** By line, whether it ran; lines without code are not in it. Ascending. */
  readonly lines: ReadonlyMap<number, boolean>;
  readonly functions: readonly CoveredFunction[];
  readonly tests: readonly TestId[];
}

/**
 * By path, without the test files themselves. Of a file that was recorded with several contents, the present one counts where
 * it is on record, else the one that was recorded last. `contentHash` gives that of a file now, null when it is gone.
 * With `wanted` only those files are looked at.
 */
export function mergeCoverage(
  evidence: readonly TestEvidence[],
  contentHash: (path: RepoPath) => string | null,
  wanted?: ReadonlySet<RepoPath>,
): Map<RepoPath, MergedFile> {
  const tests = new Set(
    evidence
      .filter(({ test }) => !hasTestsInSources(test))
      .map(({ test }) => test.slice(test.indexOf(':', test.startsWith('node:test:') ? 5 : 0) + 1)),
  );
  const found = new Map<RepoPath, { file: CoveredFile; test: TestId; recordedAt: number }[]>();
  for (const { test, covered, recordedAt } of evidence) {
    for (const file of covered) {
      if (wanted?.has(file.path) === false || tests.has(file.path)) continue;
      // That it was loaded says nothing of its lines.
      if (file.executed.length === 0 && file.missed.length === 0) continue;
      const known = found.get(file.path) ?? [];
      known.push({ file, test, recordedAt });
      found.set(file.path, known);
    }
  }
  const merged = new Map<RepoPath, MergedFile>();
  for (const [path, all] of [...found].toSorted(([one], [other]) => (one < other ? -1 : 1))) {
    const present = contentHash(path);
    if (present === null) continue;
    const latest = all.reduce((one, other) => (other.recordedAt > one.recordedAt ? other : one)).file.contentHash;
    const counted = all.some(({ file }) => file.contentHash === present) ? present : latest;
    const same = all.filter(({ file }) => file.contentHash === counted);
    merged.set(path, {
      path,
      isOutdated: counted !== present,
      tests: same.map(({ test }) => test),
      ...mergeFiles(same.map(({ file }) => file)),
    });
  }
  return merged;
}

/** Rust keeps unit tests in the file that they test; only files of the folder `tests` are nothing but tests. */
function hasTestsInSources(test: TestId): boolean {
  return test.startsWith('cargo:') && !/^cargo:(?:.*\/)?tests\//.test(test);
}

function mergeFiles(files: readonly CoveredFile[]): Pick<MergedFile, 'lines' | 'functions'> {
  const ran = new Map<number, boolean>();
  const functions = new Map<string, CoveredFunction>();
  // Many tests share one object for the same lines.
  for (const file of new Set(files)) {
    for (const line of linesIn(file.missed)) if (!ran.has(line)) ran.set(line, false);
    for (const line of linesIn(file.executed)) ran.set(line, true);
    for (const each of file.functions) {
      const key = `${each.startLine}:${each.endLine}:${each.name}`;
      if (functions.get(key)?.executed !== true) functions.set(key, each);
    }
  }
  return {
    lines: new Map([...ran].toSorted(([one], [other]) => one - other)),
    functions: [...functions.values()].toSorted(
      (one, other) => one.startLine - other.startLine || other.endLine - one.endLine,
    ),
  };
}

/** The lines of one kind as ranges; a line without code between two of them does not part them. */
export function rangesOf(lines: ReadonlyMap<number, boolean>, wanted: boolean): LineRange[] {
  const ranges: [number, number][] = [];
  let isOpen = false;
  for (const [line, ran] of lines) {
    const last = ranges.at(-1);
    if (ran !== wanted) isOpen = false;
    else if (isOpen && last !== undefined) last[1] = line;
    else {
      ranges.push([line, line]);
      isOpen = true;
    }
  }
  return ranges;
}

export function countOf(values: Iterable<boolean>): { covered: number; total: number } {
  let [covered, total] = [0, 0];
  for (const value of values) {
    total++;
    if (value) covered++;
  }
  return { covered, total };
}

function* linesIn(ranges: readonly LineRange[]): Iterable<number> {
  for (const [start, end] of ranges) for (let line = start; line <= end; line++) yield line;
}
