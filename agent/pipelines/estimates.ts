// How long a step takes and how likely it fails, by how it ended in the last executions.
import type { StepId } from '../protocol/ids.ts';
import type { StepOutcomeRecord } from '../store/pipelines.ts';
import { p90OfValues } from '../store/recent.ts';

export interface StepEstimate {
  readonly expectedMs: number | null;
  /** Nine of ten executions were not longer. */
  readonly p90Ms: number | null;
  readonly failureProbability: number | null;
  readonly failures: number;
  readonly runs: number;
}

/** What happened last says most: each further execution back counts a tenth less. */
const fading = 0.9;

/** Outcomes are the latest first. Without any, nothing is known. */
export function estimate(outcomes: readonly StepOutcomeRecord[]): StepEstimate {
  const failures = outcomes.filter(({ hasFailed }) => hasFailed).length;
  if (outcomes.length === 0) return { expectedMs: null, p90Ms: null, failureProbability: null, failures, runs: 0 };
  let failed = 0;
  let all = 0;
  for (const [age, { hasFailed }] of outcomes.entries()) {
    const weight = fading ** age;
    all += weight;
    if (hasFailed) failed += weight;
  }
  // A step that never failed in two executions is not as sure as one that never failed in twenty.
  const failureProbability = (failed + 0.1) / (all + 1);
  return {
    expectedMs: median(outcomes.map(({ durationMs }) => durationMs)),
    p90Ms: p90OfValues(outcomes.map(({ durationMs }) => durationMs)),
    failureProbability,
    failures,
    runs: outcomes.length,
  };
}

/** The estimates of all steps that are known. */
export function estimates(history: ReadonlyMap<StepId, readonly StepOutcomeRecord[]>): Map<StepId, StepEstimate> {
  return new Map([...history].map(([id, outcomes]) => [id, estimate(outcomes)]));
}

/** The middle value; 0 of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
