// Needs that nobody has to write down: who reads what another one generates is built after it.
import type { BuildTarget } from '../protocol/build.ts';
import type { TargetId } from '../protocol/ids.ts';
import type { FoundTarget } from './found-target.ts';
import { canMeet, overlapsOf } from './output-overlaps.ts';
import { baseOf, everythingIn, matcherOf } from './patterns.ts';

type Target = Omit<BuildTarget, 'needs'>;

/**
 * By reader, the targets whose output it reads. One of the two is declared in noodle.yaml: between those that were found,
 * what they say of themselves counts. Where two read each other's output, only what names it outright counts.
 */
export function inferredNeeds(
  found: ReadonlyMap<TargetId, FoundTarget>,
  declared: ReadonlySet<TargetId>,
): ReadonlyMap<TargetId, ReadonlySet<TargetId>> {
  const needs = new Map<TargetId, Set<TargetId>>();
  if (declared.size === 0) return needs;
  const all = [...found.values()].map(({ target }) => target);
  for (const reader of all) {
    const writers = all.filter((writer) => isNeeded(reader, writer, declared) && !reaches(writer.id, reader.id, found));
    if (writers.length > 0) needs.set(reader.id, new Set(writers.map(({ id }) => id)));
  }
  return needs;
}

function isNeeded(reader: Target, writer: Target, declared: ReadonlySet<TargetId>): boolean {
  if (reader === writer || (!declared.has(reader.id) && !declared.has(writer.id))) return false;
  // Of two that write the same neither is built.
  if (overlapsOf([reader, writer]).length > 0) return false;
  const how = reads(reader, writer);
  if (how !== 'with everything') return how === 'by name';
  return declared.has(writer.id) && reads(writer, reader) === 'no';
}

function reads(reader: Target, writer: Target): 'no' | 'by name' | 'with everything' {
  const outputs = writer.outputs.filter((pattern) => !pattern.startsWith('!'));
  const wanted = reader.inputs.filter((pattern) => !pattern.startsWith('!'));
  const isLeftOut = matcherOf(
    reader.inputs.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1)),
  );
  const isOwn = matcherOf(reader.outputs);
  let how: 'no' | 'by name' | 'with everything' = 'no';
  for (const output of outputs) {
    const sample = sampleOf(output);
    if (isLeftOut(sample) || isOwn(sample)) continue;
    for (const input of wanted.filter((pattern) => canMeet(pattern, output))) {
      if (input !== everythingIn(reader.folder)) return 'by name';
      how = 'with everything';
    }
  }
  return how;
}

/** A path that the pattern stands for. */
function sampleOf(pattern: string): string {
  const base = baseOf(pattern);
  return base === pattern.replace(/\\(.)/g, '$1') ? base : base === '' ? 'x' : `${base}/x`;
}

/** Whether `from` needs `to`, directly or through others, by what is known without this. */
function reaches(from: TargetId, to: TargetId, found: ReadonlyMap<TargetId, FoundTarget>): boolean {
  const seen = new Set([from]);
  // A set may grow while it is walked through.
  for (const id of seen) {
    if (id === to) return true;
    const each = found.get(id);
    for (const need of [...(each?.needs ?? []), ...(each?.weakNeeds ?? [])]) seen.add(need);
  }
  return false;
}
