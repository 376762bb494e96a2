// How likely a build fails, before it is run.
import type { Fingerprint, TargetId } from '../protocol/ids.ts';
import { counted } from '../protocol/quantities.ts';

export interface BuildFailureEstimate {
  /** 0 to 1. */
  readonly probability: number;
  /** One sentence: what it rests on. */
  readonly reason: string;
}

/** A source of estimates; the plain one is `historyEstimator`. */
export interface BuildFailureEstimator {
  estimate(target: TargetId, fingerprint: Fingerprint): Promise<BuildFailureEstimate>;
}

/** How often the target's last builds failed, and whether the very same inputs did. */
export interface RecordedOutcome {
  readonly hasFailed: boolean;
  readonly fingerprint: string;
}

const looked = 20;
/** What a build is worth, as seen by the one after it: of what happened lately more is known. */
const fading = 0.85;

/** By the recorded builds of the target: the share that failed, later ones counting more. `outcomes`: the latest first. */
export function historyEstimator(
  outcomes: (target: TargetId, limit: number) => readonly RecordedOutcome[],
): BuildFailureEstimator {
  return {
    estimate: (target, fingerprint) => Promise.resolve(estimateFromHistory(outcomes(target, looked), fingerprint)),
  };
}

/** Pure: one build that failed and nine that did not are taken for granted, so that little history says little. */
export function estimateFromHistory(outcomes: readonly RecordedOutcome[], fingerprint: string): BuildFailureEstimate {
  const [last] = outcomes;
  if (last === undefined) return { probability: 0.1, reason: 'it was never built here' };
  const same = outcomes.filter((outcome) => outcome.fingerprint === fingerprint);
  if (same.length > 0 && same.every(({ hasFailed }) => hasFailed))
    return { probability: 0.95, reason: 'it failed with these very inputs' };
  let weight = 1;
  let [failed, all] = [0.1, 1];
  for (const { hasFailed } of outcomes) {
    all += weight;
    if (hasFailed) failed += weight;
    weight *= fading;
  }
  const failures = outcomes.filter(({ hasFailed }) => hasFailed).length;
  return { probability: failed / all, reason: `it failed ${failures} of its last ${counted(outcomes.length, 'time')}` };
}
