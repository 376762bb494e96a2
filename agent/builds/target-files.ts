// Which files a target reads and writes, by its patterns: how a change gets into what it makes.
import type { BuildTarget } from '../protocol/build.ts';
import type { TargetId } from '../protocol/ids.ts';
import { matcherOf } from './patterns.ts';
import { withNeeds } from './target-graph.ts';

export interface TargetFiles {
  readonly name: string;
  readonly folder: string;
  /** Its inputs stand in noodle.yaml, else they were found by looking. */
  readonly isDeclared: boolean;
  readonly writes: (path: string) => boolean;
  /** Whether it or a target that it needs reads a file. */
  readonly reads: (path: string) => boolean;
}

export function targetFiles(targets: ReadonlyMap<TargetId, BuildTarget>): TargetFiles[] {
  const reads = new Map([...targets].map(([id, target]) => [id, readsOf(target)]));
  return [...targets.values()].map((target) => {
    const all = [...withNeeds([target.id], targets)];
    return {
      name: target.id,
      folder: target.folder,
      isDeclared: target.foundIn.startsWith('noodle.yaml'),
      writes: matcherOf(target.outputs),
      reads: (path) => all.some((id) => reads.get(id)?.(path) === true),
    };
  });
}

/** What it wrote itself is no input, as in its fingerprint. */
function readsOf({ inputs, outputs }: BuildTarget): (path: string) => boolean {
  const isInput = matcherOf(inputs);
  const isOutput = matcherOf(outputs);
  return (path) => isInput(path) && !isOutput(path);
}
