// How likely a test file fails because of a change: its record, the suite's, and how near the change is. Pure, and explained.
import type { FileHistory } from '../store/tests.ts';
import { strongest, type Reason } from './explanation.ts';

/** What is known about one test file; the same shape as `FailureEvidence` of the tests component. */
export interface TestEvidence {
  readonly isChanged: boolean;
  /** Edges of the graph from the nearest changed file; null when the graph does not reach it. */
  readonly distance: number | null;
  readonly history: FileHistory | null;
}

/** How often tests of this repository fail, all of them and those that never failed before. */
export interface SuiteRates {
  readonly failureRate: number;
  readonly firstFailureRate: number;
}

export interface FailureEstimate {
  /** Between 0 and 1; grows with each kind of evidence, and is only roughly calibrated. */
  readonly probability: number;
  /** The three that moved it most, in words. */
  readonly reasons: readonly Reason[];
}

/** A file's own record weighs as much as the suite's after so many runs. */
const priorRuns = 5;
/** A suite of which nothing is known fails like this. */
const assumedRuns = 100;
const failedLastTime = 0.7;
/** By how much the log odds move for the distance to the change: itself, then one edge, two, … */
const changedItself = 2.2;
const directImport = 1.6;
const perEdge = -0.5;
const notReached = -1.5;
const mostProbable = 0.95;

/** The rates of a suite from the histories of its files. */
export function suiteRatesOf(histories: Iterable<FileHistory>): SuiteRates {
  let [runs, failures, firstRuns, firstFailures] = [assumedRuns, 1, assumedRuns, 1];
  for (const history of histories) {
    runs += history.runs;
    failures += history.failures;
    // When a file first failed is not kept: on average half of its runs between two failures lay before.
    firstRuns += history.failures === 0 ? history.runs : history.runs / (history.failures + 1);
    firstFailures += Math.min(1, history.failures);
  }
  return { failureRate: failures / runs, firstFailureRate: firstFailures / firstRuns };
}

/** The estimate for one file. */
export function estimateFailure(evidence: TestEvidence, suite: SuiteRates): FailureEstimate {
  const { history } = evidence;
  const base = logOdds(suite.failureRate);
  const record = logOdds(recordRate(history, suite)) - base;
  const near = nearnessOf(evidence);
  const estimate = 1 / (1 + Math.exp(-(base + record + near)));
  const isFailing = history !== null && ['failed', 'errored', 'timed_out'].includes(history.lastStatus);
  const last = isFailing ? Math.max(0, logOdds(failedLastTime) - logOdds(estimate)) : 0;
  return {
    probability: Math.min(mostProbable, isFailing ? Math.max(failedLastTime, estimate) : estimate),
    reasons: strongest([
      { words: distanceInWords(evidence), weight: near },
      { words: recordInWords(history), weight: record },
      { words: 'it failed last time', weight: last },
    ]),
  };
}

function recordRate(history: FileHistory | null, suite: SuiteRates): number {
  const { runs, failures } = history ?? { runs: 0, failures: 0 };
  const rate = (failures + priorRuns * suite.failureRate) / (runs + priorRuns);
  // Never having failed says less than it seems: the change may be the first to reach the test. As in models/features.
  return failures > 0 ? rate : (rate + suite.firstFailureRate) / 2;
}

function nearnessOf({ isChanged, distance }: TestEvidence): number {
  if (isChanged || distance === 0) return changedItself;
  if (distance === null) return notReached;
  return Math.max(notReached, directImport + perEdge * (distance - 1));
}

function distanceInWords({ isChanged, distance }: TestEvidence): string {
  if (isChanged || distance === 0) return 'the test itself was changed';
  if (distance === null) return 'the change does not reach it';
  return distance === 1 ? 'it imports what was changed' : `it is ${distance} imports away from the change`;
}

function recordInWords(history: FileHistory | null): string {
  if (history === null || history.runs === 0) return 'it never ran here';
  if (history.failures === 0) return `it never failed in ${history.runs} ${history.runs === 1 ? 'run' : 'runs'}`;
  return `it failed in ${history.failures} of ${history.runs} ${history.runs === 1 ? 'run' : 'runs'}`;
}

function logOdds(probability: number): number {
  const clipped = Math.min(0.999, Math.max(0.0005, probability));
  return Math.log(clipped / (1 - clipped));
}
