// How likely a build fails, before it is run.
import type { Fingerprint, TargetId } from '../protocol/ids.ts';
import { counted } from '../protocol/quantities.ts';

export interface BuildFailureEstimate {
  /** 0 to 1. */
  readonly probability: number;
  /** One sentence: what it rests on. */
  readonly reason: string;
}

/** A recorded build with what was, or would have been, estimated before it. */
export interface JudgedEstimate {
  readonly probability: number;
  readonly hasFailed: boolean;
}

/** A source of estimates; the plain one is `historyEstimator`. */
export interface BuildFailureEstimator {
  estimate(target: TargetId, fingerprint: Fingerprint): Promise<BuildFailureEstimate>;
  /** Recorded builds, each estimated by those before it: what estimates are worth here. */
  judged(targets: Iterable<TargetId>): readonly JudgedEstimate[];
}

/** A source that answers only where it was surely better than the history; else null. */
export interface BuildFailureModel {
  estimate(target: TargetId, fingerprint: Fingerprint): Promise<BuildFailureEstimate | null>;
  judged(): readonly JudgedEstimate[] | null;
}

/** How often the target's last builds failed, and whether the very same inputs did. */
export interface RecordedOutcome {
  readonly hasFailed: boolean;
  readonly fingerprint: string;
}

const looked = 20;
/** So many builds of each target tell what estimates were worth. */
const judgedBuilds = 60;
/** What a build is worth, as seen by the one after it: of what happened lately more is known. */
const fading = 0.85;

/** By the recorded builds of the target: the share that failed, later ones counting more. `outcomes`: the latest first. */
export function historyEstimator(
  outcomes: (target: TargetId, limit: number) => readonly RecordedOutcome[],
): BuildFailureEstimator {
  return {
    estimate: (target, fingerprint) => Promise.resolve(estimateFromHistory(outcomes(target, looked), fingerprint)),
    judged: (targets) => [...targets].flatMap((target) => judgedHistory(outcomes(target, judgedBuilds))),
  };
}

/** The model where it answers, else the history. */
export function preferredEstimator(model: BuildFailureModel, history: BuildFailureEstimator): BuildFailureEstimator {
  return {
    estimate: async (target, fingerprint) =>
      (await model.estimate(target, fingerprint)) ?? (await history.estimate(target, fingerprint)),
    judged: (targets) => model.judged() ?? history.judged(targets),
  };
}

/** Walk-forward over the builds of a target; outcomes are the latest first. */
export function judgedHistory(outcomes: readonly RecordedOutcome[]): JudgedEstimate[] {
  return outcomes.map(({ hasFailed, fingerprint }, index) => ({
    hasFailed,
    probability: estimateFromHistory(outcomes.slice(index + 1), fingerprint).probability,
  }));
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
