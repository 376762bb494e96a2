// What is tried after a failure: only what can help, and never the same code again because it does not compile.
import type { BuildFailure } from '../../protocol/build.ts';

export type RecoveryAction =
  | { readonly kind: 'give up' }
  | { readonly kind: 'clean rebuild' }
  | { readonly kind: 'retry'; readonly afterMs: number };

/** Pauses before each further attempt after a fault of the network. */
const pausesMs = [1000, 4000];

/** `done`: what was tried so far for this build. */
export function nextAction(failure: BuildFailure, done: readonly RecoveryAction[]): RecoveryAction {
  if (failure.class === 'stale_state' && !done.some(({ kind }) => kind === 'clean rebuild'))
    return { kind: 'clean rebuild' };
  const afterMs =
    failure.class === 'network' ? pausesMs[done.filter(({ kind }) => kind === 'retry').length] : undefined;
  return afterMs === undefined ? { kind: 'give up' } : { kind: 'retry', afterMs };
}
