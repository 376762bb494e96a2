// Targets whose build is a question: what they answer holds for their inputs, whatever was built in between.
import type { BuildTarget } from '../protocol/build.ts';
import { usesScratch } from './scratch.ts';

/** Kinds that look at the sources, or throw away what they write. What is declared says itself what it writes. */
const asking: ReadonlySet<string> = new Set([
  'python compileall',
  'python wheel',
  'mypy',
  'pyright',
  'go',
  'configured',
]);

/**
 * Whether a build leaves nothing in the work tree, so that an earlier success with the same fingerprint is as good as the
 * last one. Tools that write where nobody looks (`make`, presets of CMake) may have left the result of other sources there.
 */
export function leavesNothing(target: BuildTarget): boolean {
  return target.outputs.length === 0 && (asking.has(target.kind) || usesScratch(target));
}
