// Which commits brought defects: the lines that a fix takes away are blamed on the commits that wrote them (SZZ, Śliwerski et al. 2005).
import type { MeasuredChange } from './change-log.ts';

export type ReadGit = (args: readonly string[]) => Promise<string | null>;

/** Bounds, so that a long history costs little: the latest fixes, their first files and lines. */
const mostFixes = 150;
const mostFiles = 10;
const mostLines = 300;

export interface BlamedChanges {
  /** Commits that wrote lines which a later fix took away. */
  readonly blamed: ReadonlySet<string>;
  /** Fixes that were looked at. */
  readonly fixes: number;
  /** The oldest commit of which a fix would have been seen, and the latest that had time to need one; -1 without any. */
  readonly first: number;
  readonly last: number;
}

/** `changes` in time order; `readGit` answers null where git fails, which leaves that file out. */
export async function blamedChanges(changes: readonly MeasuredChange[], readGit: ReadGit): Promise<BlamedChanges> {
  const indexes = new Map(changes.map(({ commit }, index) => [commit, index]));
  const fixes = changes.flatMap(({ measures }, index) => (measures.fix === 1 ? [index] : [])).slice(-mostFixes);
  const blamed = new Set<string>();
  const distances: number[] = [];
  for (const fix of fixes) {
    const commit = changes[fix]?.commit ?? '';
    for (const guilty of await blamedBy(commit, readGit)) {
      const index = indexes.get(guilty);
      if (index === undefined || index >= fix) continue;
      blamed.add(guilty);
      distances.push(fix - index);
    }
  }
  if (distances.length === 0) return { blamed, fixes: fixes.length, first: -1, last: -1 };
  const usual = distances.toSorted((a, b) => a - b)[Math.floor(distances.length / 2)] ?? 0;
  // Of older fixes nothing was asked; the latest commits were not out long enough to need one.
  const first = fixes.length < mostFixes ? 0 : Math.max(0, (fixes[0] ?? 0) - usual);
  return { blamed, fixes: fixes.length, first, last: Math.max(first, changes.length - 1 - usual) };
}

async function blamedBy(commit: string, readGit: ReadGit): Promise<Set<string>> {
  const diff = await readGit([
    '-c',
    'core.quotePath=false',
    'show',
    '--no-renames',
    '--no-ext-diff',
    '--no-color',
    '--unified=0',
    '--format=',
    commit,
  ]);
  const blamed = new Set<string>();
  for (const { path, ranges } of removedLines(diff ?? '').slice(0, mostFiles)) {
    const lines = ranges.flatMap(({ start, count }) => ['-L', `${start},+${count}`]);
    const text = await readGit(['blame', '-w', '--porcelain', ...lines, `${commit}^`, '--', path]);
    for (const guilty of commitsIn(text ?? '')) blamed.add(guilty);
  }
  return blamed;
}

interface RemovedLines {
  readonly path: string;
  readonly ranges: { readonly start: number; readonly count: number }[];
}

/** The lines that a diff without context takes away, by file. */
export function removedLines(diff: string): RemovedLines[] {
  const files: RemovedLines[] = [];
  let lines = 0;
  for (const line of diff.split('\n')) {
    const path = /^--- a\/(.+?)\t?$/.exec(line)?.[1];
    if (path !== undefined) files.push({ path, ranges: [] });
    else if (line.startsWith('--- ')) files.push({ path: '', ranges: [] });
    const [, start, count = '1'] = /^@@ -(\d+)(?:,(\d+))? \+/.exec(line) ?? [];
    if (start === undefined || count === '0' || lines + Number(count) > mostLines) continue;
    lines += Number(count);
    files.at(-1)?.ranges.push({ start: Number(start), count: Number(count) });
  }
  return files.filter(({ path, ranges }) => path !== '' && ranges.length > 0);
}

const comment = /^\s*(?:\/\/|\/?\*|#|<!--|$)/;

/** The commits of `git blame --porcelain`; empty lines and comments blame nobody. */
export function commitsIn(porcelain: string): Set<string> {
  const commits = new Set<string>();
  let current = '';
  for (const line of porcelain.split('\n')) {
    current = /^([0-9a-f]{40,64}) \d+ \d+/.exec(line)?.[1] ?? current;
    if (line.startsWith('\t') && !comment.test(line.slice(1))) commits.add(current);
  }
  return commits;
}
