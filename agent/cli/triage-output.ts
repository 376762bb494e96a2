// What failed in a run, gathered by cause: at most a few lines, after the failures themselves.
import type { ExecutionId } from '../protocol/ids.ts';
import { counted } from '../protocol/quantities.ts';
import type { FailureCluster } from '../protocol/triage.ts';

const mostLines = 3;

/** One line a cause: its kind, how many tests, whom to ask, how to see it again. */
export function triageLines(clusters: readonly FailureCluster[], executionId: ExecutionId): string[] {
  const own = clusters.filter((cluster) => cluster.executionId === executionId);
  const lines = own
    .slice(0, mostLines)
    .map(({ kind, tests, suspects, suspectedCommit: commit, owners, reproduce }) =>
      [
        `cause   ${kind}, ${counted(tests.length, 'test')}`,
        ...(suspects.length === 0 ? [] : [`from ${suspects[0]}`]),
        ...(commit === undefined ? [] : [`since ${commit.sha.slice(0, 10)} ${commit.subject}`]),
        ...(owners.length === 0 ? [] : [owners.join(', ')]),
        reproduce,
      ].join(' · '),
    );
  return own.length > mostLines
    ? [...lines, `        and ${counted(own.length - mostLines, 'further cause')}: noodle explain <test>`]
    : lines;
}
