// The part of the report on the order of tests by what is known of the change.
import { bestPossible, type ReplayEvaluation, type ReplayScores } from './evaluation-replay.ts';
import type { Interval } from '../learning/metrics.ts';
import { table } from './markdown.ts';

export interface ReplayFigures {
  /** Over all tests that the graph reaches, and over those that recordings do not clear. */
  readonly reached: ReplayEvaluation;
  readonly planned: ReplayEvaluation;
}

/** Two tables of ways, and one of repositories. */
export function replaySection({ reached, planned }: ReplayFigures): string {
  return [
    '## Order of tests by change: replayed commits',
    'Commits of public repositories were replayed (`npm run bench:replay`): a fault in a line that the commit brought, the commit with its sources as they were before, and faults anywhere. All failures are new ones: the tests passed before the change. Each repository is scored by a model of the others; those under a BSD licence (boltons) are scored and never learned from. A test file costs at least 1 ms. Repositories are few, and changes of one are alike: the intervals, which draw changes, are narrower than they would be for a repository that is not among these.',
    `### All tests that the graph reaches\n\n${waysTable(reached)}`,
    `### The tests that a plan runs once everything was recorded\n\nRecordings clear most of the tests that the graph reaches, so little is left to order, and often all of it fails.\n\n${waysTable(planned)}`,
    `### APFDc by repository, all tests that the graph reaches\n\n${repositoryTable(reached)}`,
  ].join('\n\n');
}

/** The way of this name. */
export function wayOf({ ways }: ReplayEvaluation, way: string): ReplayScores | undefined {
  return ways.find((each) => each.way === way);
}

function waysTable({ ways, reference }: ReplayEvaluation): string {
  const rows = ways.map(({ way, scores, means, gain, sooner }) => [
    way === reference ? `**${way}** (ships; ${scores.length} changes)` : way,
    means.apfdc.toFixed(3),
    percent(means.firstFailure),
    percent(means.caught),
    percent(means.changesCaught),
    ...(way === reference ? ['', ''] : [intervalText(gain), intervalText(sooner)]),
  ]);
  const head = [
    'order',
    'APFDc',
    'time until the first failure',
    'failing tests found in a third of the time',
    'faulty changes found in a third of the time',
    'APFDc of what ships minus this',
    'this time to the first failure minus that of what ships',
  ];
  return table(head, rows);
}

function repositoryTable({ byRepository }: ReplayEvaluation): string {
  const ways = [...(byRepository[0]?.apfdc.keys() ?? [])];
  const rows = byRepository.map(({ repository, changes, apfdc }) => [
    repository,
    String(changes),
    ...ways.map((way) => (changes === 0 ? '–' : (apfdc.get(way) ?? 0).toFixed(3))),
  ]);
  return table(['repository', 'changes', ...ways], rows);
}

/** What ships. */
export function shippedWay(evaluation: ReplayEvaluation): ReplayScores | undefined {
  return wayOf(evaluation, evaluation.reference);
}

/** What the order that ships reached of the best that any can reach. */
export function shareOfBest(evaluation: ReplayEvaluation, of: (scores: ReplayScores) => number): number {
  const [shipped, best] = [shippedWay(evaluation), wayOf(evaluation, bestPossible)];
  return shipped === undefined || best === undefined ? 0 : of(shipped) / of(best);
}

export function intervalText(interval: Interval | null): string {
  return interval === null ? '–' : `${signed(interval.mean)} [${signed(interval.low)}, ${signed(interval.high)}]`;
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
