// How likely a test file fails because of a change: the interface that the models fill later, and a first estimate.
import type { FileHistory } from '../store/tests.ts';

/** What is known about one test file when its probability is asked for. */
export interface FailureEvidence {
  /** The file itself was changed or is new. */
  readonly isChanged: boolean;
  /** Edges of the graph from the nearest changed file; null when the graph does not reach it. */
  readonly distance: number | null;
  readonly history: FileHistory | null;
}

export interface FailureEstimator {
  /** Between 0 and 1. */
  probability(evidence: FailureEvidence): number;
}
