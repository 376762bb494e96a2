// Builds of pull requests as a CSV file. Only what is known at a build's start, and its end, is read: no counts of tests.
import type { BuildEnd } from '../features/build-outcome.ts';
import { numberIn, numbersIn, readTable } from './csv.ts';

export interface RecordedBuild extends BuildEnd {
  readonly project: string;
  readonly buildId: string;
}

/** The builds in the order in which they started. Throws `BadInput`. */
export function readBuilds(path: string): RecordedBuild[] {
  const table = readTable(path, [
    'project',
    'pr_name',
    'build_id',
    'build_duration',
    'build_timestamp',
    'build_result',
  ]);
  const optional = (name: string) => (table.has(name) ? table.column(name) : []);
  const [projects, changes, ids] = [table.column('project'), table.column('pr_name'), table.column('build_id')];
  const [durations, starts] = [numbersIn(table, 'build_duration'), numbersIn(table, 'build_timestamp')];
  const results = table.column('build_result');
  const [branches, heads, trunks] = [optional('pr_base_branch'), optional('build_head_sha'), optional('trunk_sha')];
  let startedAt = 0;
  const builds = Array.from({ length: table.rowCount }, (_, row): RecordedBuild => {
    // A build without a time keeps its place.
    startedAt = starts[row] ?? startedAt;
    return {
      project: projects[row] ?? '',
      change: changes[row] ?? '',
      buildId: ids[row] ?? '',
      number: numberIn(ids[row]) ?? 0,
      branch: branches[row] ?? '',
      head: heads[row] ?? '',
      trunk: trunks[row] ?? '',
      startedAt,
      endedAt: startedAt + Math.max(0, durations[row] ?? 0),
      hasFailed: failureOf(results[row] ?? ''),
    };
  });
  return builds.toSorted((one, other) => one.startedAt - other.startedAt);
}

/** Failed and unstable (tests failed) are failures; aborted, or anything else, tells nothing. */
function failureOf(result: string): boolean | null {
  const word = result.toUpperCase();
  if (word === 'SUCCESS') return false;
  return word === 'FAILURE' || word === 'UNSTABLE' ? true : null;
}
