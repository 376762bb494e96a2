// Targets that write the same files would spoil each other's results, in the work tree and in the cache.
import picomatch from 'picomatch';
import type { BuildTarget } from '../protocol/build.ts';
import type { TargetId } from '../protocol/ids.ts';
import { foldersUp } from './paths.ts';
import { baseOf } from './patterns.ts';

export interface Overlap {
  readonly targets: readonly [TargetId, TargetId];
  /** A pattern of each. */
  readonly patterns: readonly [string, string];
}

type Writing = Pick<BuildTarget, 'id' | 'outputs'>;

interface Pattern {
  readonly id: TargetId;
  readonly pattern: string;
  /** All of the target's. */
  readonly outputs: readonly string[];
}

/** Each pair of targets once, whose patterns of outputs can match the same path. */
export function overlapsOf(targets: readonly Writing[]): Overlap[] {
  const all = targets.flatMap(({ id, outputs }) =>
    outputs.filter((pattern) => !pattern.startsWith('!')).map((pattern): Pattern => ({ id, pattern, outputs })),
  );
  const byBase = new Map<string, Pattern[]>();
  for (const each of all) {
    const base = baseOf(each.pattern);
    byBase.set(base, [...(byBase.get(base) ?? []), each]);
  }
  const found = new Map<string, Overlap>();
  for (const each of all) {
    const near = foldersUp(baseOf(each.pattern)).flatMap((folder) => byBase.get(folder) ?? []);
    for (const other of near) {
      const overlap = each.id < other.id ? overlapOf(each, other) : overlapOf(other, each);
      const key = overlap?.targets.join('\0') ?? '';
      if (overlap !== null && !found.has(key)) found.set(key, overlap);
    }
  }
  return [...found.values()];
}

function overlapOf(a: Pattern, b: Pattern): Overlap | null {
  if (a.id === b.id || !canMeet(a.pattern, b.pattern)) return null;
  if (isTakenAway(a.pattern, b.outputs) || isTakenAway(b.pattern, a.outputs)) return null;
  return { targets: [a.id, b.id], patterns: [a.pattern, b.pattern] };
}

/** Whether some path can match both patterns. Where that is hard to tell: yes. */
export function canMeet(a: string, b: string): boolean {
  return segmentsMeet(segmentsOf(a), segmentsOf(b));
}

/** `dist/**` and `!dist/types/**` leave `dist/types` to somebody else. */
function isTakenAway(pattern: string, outputs: readonly string[]): boolean {
  const excluded = outputs.filter((each) => each.startsWith('!')).map((each) => each.slice(1));
  const base = baseOf(pattern);
  return excluded.length > 0 && picomatch(excluded, { dot: true })(base === pattern ? base : `${base}/x`);
}

function segmentsOf(pattern: string): string[] {
  return pattern
    .replace(/^\.\//, '')
    .split('/')
    .filter((segment) => segment !== '');
}

function segmentsMeet(a: readonly string[], b: readonly string[]): boolean {
  const [first, ...restA] = a;
  const [second, ...restB] = b;
  if (first === undefined || second === undefined) return [...a, ...b].every((segment) => segment === '**');
  if (first === '**') return segmentsMeet(restA, b) || segmentsMeet(a, restB);
  if (second === '**') return segmentsMeet(a, restB) || segmentsMeet(restA, b);
  return namesMeet(first, second) && segmentsMeet(restA, restB);
}

function namesMeet(a: string, b: string): boolean {
  const [isGlobA, isGlobB] = [isGlob(a), isGlob(b)];
  if (!isGlobA && !isGlobB) return plain(a) === plain(b);
  if (!isGlobB) return picomatch(a, { dot: true })(plain(b));
  if (!isGlobA) return picomatch(b, { dot: true })(plain(a));
  if (/[[\]{}()]/.test(a + b)) return true;
  // What stands before the first and after the last wildcard has to agree.
  const ends = (name: string) =>
    [
      name.slice(0, name.search(/[*?]/)),
      name.slice(Math.max(name.lastIndexOf('*'), name.lastIndexOf('?')) + 1),
    ] as const;
  const [[startA, endA], [startB, endB]] = [ends(a), ends(b)];
  return (startA.startsWith(startB) || startB.startsWith(startA)) && (endA.endsWith(endB) || endB.endsWith(endA));
}

function isGlob(name: string): boolean {
  return /(?<!\\)[*?[\]{}()]/.test(name);
}

function plain(name: string): string {
  return name.replace(/\\(.)/g, '$1');
}
