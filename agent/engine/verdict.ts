// How an execution ended, out of how its steps did.
import type { Step } from '../protocol/execution.ts';
import { FailureError } from '../protocol/failure.ts';

export interface Verdict {
  readonly state: 'succeeded' | 'failed' | 'cancelled' | 'timed_out';
  readonly reason: string | null;
}

const namedSteps = 3;

/**
 * `signal` is the execution's own: aborted when it was called off or ran out of time. When that came so late that every
 * step had already ended well, it makes no difference.
 */
export function verdictOf(steps: readonly Step[], signal: AbortSignal): Verdict {
  const cause = signal.aborted && signal.reason instanceof FailureError ? signal.reason : null;
  const isUntouched = steps.every((step) => step.state === 'succeeded' || step.state === 'skipped');
  if (cause !== null && !isUntouched) {
    return { state: cause.failure.reason === 'timed_out' ? 'timed_out' : 'cancelled', reason: cause.message };
  }
  const broken = steps.filter((step) => step.state === 'failed' || step.state === 'timed_out');
  if (broken.length === 0) return { state: 'succeeded', reason: null };
  return { state: 'failed', reason: reasonFor(broken) };
}

function reasonFor(broken: readonly Step[]): string {
  const [only] = broken;
  if (broken.length === 1 && only !== undefined) return sentenceFor(only);
  const names = broken.slice(0, namedSteps).map((step) => step.name);
  const more = broken.length > namedSteps ? `, and ${broken.length - namedSteps} more` : '';
  return `${broken.length} steps failed: ${names.join(', ')}${more}`;
}

function sentenceFor(step: Step): string {
  const why = step.reason === null ? '' : `: ${step.reason}`;
  // What the plan says is a sentence of its own.
  if (step.kind === 'plan' && step.reason !== null) return step.reason;
  return step.state === 'timed_out' ? `${step.name} timed out${why}` : `${step.name} failed${why}`;
}
