// How likely a test file fails because of a change: the interface that the models fill later, and a first estimate.
import type { EstimateMove } from '../protocol/plan.ts';
import type { FileHistory } from '../store/tests.ts';

/** What is known about one test file when its probability is asked for. */
export interface FailureEvidence {
  /** The file itself was changed or is new. */
  readonly isChanged: boolean;
  /** Edges of the graph from the nearest changed file; null when the graph does not reach it. */
  readonly distance: number | null;
  /** A recording shows that it ran, loaded or read what changed. */
  readonly ranChange?: true;
  /** Of the changes of a changed file, the share that changed the test too, 0 to 1. */
  readonly coChange: number;
  readonly history: FileHistory | null;
}

export interface FailureEstimator {
  /** `rule` or a model's name, with the version. */
  readonly version?: string;
  /** The three things that moved the probability most, the strongest first. */
  moves?(evidence: FailureEvidence): EstimateMove[];
  /** Between 0 and 1. */
  probability(evidence: FailureEvidence): number;
}

/** How often a change of a file breaks a test that imports it directly, before anything is known of that test. */
const directImport = 0.12;
/**
 * So many of the test files that ran what changed failed, over replayed commits with faults (models/EVALUATION.md), and none
 * of those that a recording clears: then the distance says no more. A test that was changed runs what changed.
 */
const ranWhatChanged = 0.3;
/** Each further edge halves the chance: most changes are absorbed on the way. */
const perEdge = 0.5;
/** What often changed together belongs together: it decides between tests of one distance, and never over a nearer one. */
const changedTogether = 0.8;
const notReached = 0.005;
/** A test that failed last time mostly fails again, unless this change mends it. */
const failedLastTime = 0.7;
/** So many runs weigh as much as what holds for all tests. */
const priorRuns = 4;

/** Grows with every change of the rule below. */
const ruleVersion = 'rule 2';
const mostProbable = 0.95;

/**
 * Graph distance, recordings, own record, last result. It grows with each of them, so the order that it
 * gives can be explained; as a probability it is only roughly right.
 */
export const plainEstimator: FailureEstimator = {
  version: ruleVersion,
  probability: (evidence) => stagesOf(evidence).withLast,
  moves(evidence) {
    const { reached, withCoChange, withRecord, withLast } = stagesOf(evidence);
    const moves: EstimateMove[] = [
      { by: 'reach', logOdds: moveFrom(notReached, reached) },
      { by: 'co-change', logOdds: moveFrom(reached, withCoChange) },
      { by: 'record', logOdds: moveFrom(withCoChange, withRecord) },
      { by: 'failed last time', logOdds: moveFrom(withRecord, withLast) },
    ];
    return moves
      .filter(({ logOdds }) => logOdds !== 0)
      .toSorted((one, other) => Math.abs(other.logOdds) - Math.abs(one.logOdds))
      .slice(0, mostMoves);
  },
};

const mostMoves = 3;

/** The probability after each thing that is taken into account. */
interface Stages {
  readonly reached: number;
  readonly withCoChange: number;
  readonly withRecord: number;
  readonly withLast: number;
}

function stagesOf({ isChanged, distance, ranChange, coChange, history }: FailureEvidence): Stages {
  const hasRun = ranChange === true;
  const reached = hasRun ? ranWhatChanged : priorOf(isChanged, distance);
  const prior = reached * (1 + changedTogether * coChange);
  if (history === null || history.runs === 0) return { reached, withCoChange: prior, withRecord: prior, withLast: prior };
  const own = (history.failures + prior * priorRuns) / (history.runs + priorRuns);
  const nearness = hasRun ? 1 : nearnessOf(distance);
  const fromRecord = Math.min(mostProbable, Math.max(prior * 0.5, own * nearness));
  const withLast = isFailing(history) ? Math.max(failedLastTime, fromRecord) : fromRecord;
  return { reached, withCoChange: prior, withRecord: fromRecord, withLast };
}

/** In log odds, to two digits. */
function moveFrom(before: number, after: number): number {
  const logOdds = (probability: number) => Math.log(probability / (1 - probability));
  return Math.round((logOdds(after) - logOdds(before)) * 100) / 100;
}

/** Whether the file's last run failed. */
export function isFailing(history: Pick<FileHistory, 'lastStatus'>): boolean {
  return history.lastStatus === 'failed' || history.lastStatus === 'errored' || history.lastStatus === 'timed_out';
}

function nearnessOf(distance: number | null): number {
  return distance === null ? 0.1 : perEdge ** Math.max(0, distance - 1);
}

function priorOf(isChanged: boolean, distance: number | null): number {
  if (isChanged || distance === 0) return ranWhatChanged;
  if (distance === null) return notReached;
  return Math.max(notReached, directImport * perEdge ** (distance - 1));
}
