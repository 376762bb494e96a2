// The commits of a repository that are replayed, and the faulty changes that are made of each.
import type { Clone } from '../selection/clones.ts';
import { chooseMutant, isSource, mutated, type Mutant } from '../selection/mutants.ts';
import type { ChangeKind } from './journal.ts';

export interface ReplayedCommit {
  readonly id: string;
  readonly parent: string;
}

export interface FaultyChange {
  readonly kind: Exclude<ChangeKind, 'clean'>;
  readonly index: number;
  readonly written: Readonly<Record<string, string | null>>;
}

/** A change of more sources than this is a reformatting or a move. */
const mostSources = 12;
const mostDraws = 400;

/** The last commits of the main line that change sources, the oldest first. */
export async function replayedCommits(clone: Clone, count: number): Promise<ReplayedCommit[]> {
  const log = await clone.git(
    'log',
    '--first-parent',
    '-m',
    '--no-renames',
    '--name-only',
    '-n',
    '600',
    '--format=%x1e%H %P',
  );
  const commits = log.split('\u001e').flatMap((entry) => {
    const [head = '', ...files] = entry.split('\n').filter((line) => line !== '');
    const [id = '', parent = ''] = head.split(' ');
    const sources = files.filter((file) => isSource(file, new Set()));
    return parent !== '' && sources.length > 0 && sources.length <= mostSources ? [{ id, parent }] : [];
  });
  return commits.slice(0, count).toReversed();
}

export interface Making {
  readonly commit: ReplayedCommit;
  readonly tests: ReadonlySet<string>;
  readonly mutants: number;
  /** A seed of its own for each change, so that a recording that goes on makes the same ones. */
  readonly random: (kind: string) => () => number;
}

/** The faulty changes of the commit that is checked out; those of which nothing comes are left out. */
export async function faultyChanges(clone: Clone, { commit, tests, mutants, random }: Making): Promise<FaultyChange[]> {
  const sources = new Map(
    (await clone.files()).filter((file) => isSource(file, tests)).map((file) => [file, clone.read(file)]),
  );
  const brought = await broughtLines(clone, commit);
  const faulty = drawn(sources, random('faulty'), (file, line) => brought.get(file)?.has(line) === true);
  const reverted = await revertedSources(clone, commit, tests);
  return [
    ...(faulty === null ? [] : [{ kind: 'faulty' as const, index: 0, written: writtenBy(faulty, sources) }]),
    ...(Object.keys(reverted).length === 0 ? [] : [{ kind: 'reverted' as const, index: 0, written: reverted }]),
    ...Array.from({ length: mutants }, (_, index) => index).flatMap((index) => {
      const mutant = drawn(sources, random(`mutant ${index}`));
      return mutant === null ? [] : [{ kind: 'mutant' as const, index, written: writtenBy(mutant, sources) }];
    }),
  ];
}

function writtenBy(mutant: Mutant, sources: ReadonlyMap<string, string>): Record<string, string> {
  return { [mutant.file]: mutated(sources.get(mutant.file) ?? '', mutant) };
}

function drawn(
  sources: ReadonlyMap<string, string>,
  random: () => number,
  admits?: (file: string, line: number) => boolean,
): Mutant | null {
  const files =
    admits === undefined
      ? sources
      : new Map([...sources].filter(([file, text]) => text.split('\n').some((_, index) => admits(file, index + 1))));
  for (let draw = 0; files.size > 0 && draw < mostDraws; draw++) {
    const mutant = chooseMutant(files, random, admits);
    if (mutant !== null) return mutant;
  }
  return null;
}

/** By file, the lines that the commit added or changed. */
async function broughtLines(clone: Clone, { id, parent }: ReplayedCommit): Promise<Map<string, Set<number>>> {
  const lines = new Map<string, Set<number>>();
  let file = '';
  for (const line of (await clone.git('diff', '--no-ext-diff', '--no-renames', '-U0', parent, id)).split('\n')) {
    if (line.startsWith('+++ ')) file = line.slice(6);
    const hunk = /^@@ -\S+ \+(\d+)(?:,(\d+))? @@/.exec(line);
    if (hunk === null) continue;
    const [start, count] = [Number(hunk[1]), Number(hunk[2] ?? 1)];
    const known = lines.get(file) ?? new Set<number>();
    lines.set(file, known);
    for (let at = start; at < start + count; at++) known.add(at);
  }
  return lines;
}

/** The sources that the commit changed, as they were before. */
async function revertedSources(
  clone: Clone,
  { id, parent }: ReplayedCommit,
  tests: ReadonlySet<string>,
): Promise<Record<string, string | null>> {
  const changed = (await clone.git('diff', '--no-renames', '--name-status', parent, id)).split('\n');
  const before: Record<string, string | null> = {};
  for (const line of changed) {
    const [status = '', file = ''] = line.split('\t');
    if (!isSource(file, tests)) continue;
    before[file] = status === 'A' ? null : await clone.git('show', `${parent}:${file}`);
  }
  return before;
}
