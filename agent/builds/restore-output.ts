// Brings back what a target would write, where some earlier build of the same fingerprint has written it.
import path from 'node:path';
import type { StepContext } from '../engine/engine.ts';
import { formatDuration } from '../protocol/quantities.ts';
import { readOutput } from './attempt.ts';
import type { Ending } from './build-ending.ts';
import type { BuildJob, BuildRunOptions } from './build-job.ts';
import { toRecord } from './fingerprint.ts';
import { removableOutputs } from './output-files.ts';
import { matcherOf } from './patterns.ts';
import { isCacheable, type TargetState } from './target-state.ts';

/** Null when there is nothing to bring back, or it is not to be. */
export async function restoreOutput(
  { target }: BuildJob,
  options: BuildRunOptions & { readonly context: StepContext; readonly state: TargetState },
): Promise<Ending | null> {
  const { context, state, root, cache, tree, inspector, isIncremental } = options;
  if (!isIncremental || !isCacheable(target)) return null;
  const isOutput = matcherOf(target.outputs);
  const restored = await cache.restore(state.fingerprint, {
    isOutput: (file) => isOutput(file) || isNoteOf(target.folder, file),
    present: await removableOutputs(root, target, tree),
    signal: context.signal,
    onRefused: (reason) => context.log(`what the build cache holds of ${target.id} is not used: ${reason}\n`),
  });
  inspector.forgetRecent();
  if (restored === null || context.signal.aborted) return null;
  const { source, log, builtInMs } = restored;
  context.log(`the output comes out of the ${source} build cache; what the build printed:\n${log}`);
  const output = readOutput(root, path.join(root, target.folder));
  output.push(log);
  return {
    status: 'succeeded',
    reason: `its output comes out of the ${source} cache, which saves ${formatDuration(builtInMs)}`,
    cacheSource: source,
    builtInMs,
    problems: output.finish().problems,
    inputs: toRecord(state.inputs, await inspector.outputOf(target)),
  };
}

/** Notes of incremental compilers lie beside what they are about. */
function isNoteOf(folder: string, file: string): boolean {
  const name = file.slice(folder === '' ? 0 : folder.length + 1);
  return file.startsWith(folder === '' ? '' : `${folder}/`) && !name.includes('/') && name.endsWith('.tsbuildinfo');
}
