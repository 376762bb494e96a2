// From recorded histories to rows with labels; each row knows only what lay before it.
import { featuresAtStart } from '../features/build-order.ts';
import { ChangePast } from '../features/change-risk.ts';
import { TestPast } from '../features/test-failure.ts';
import type { RecordedBuild } from './builds-file.ts';
import type { Commit } from './commits-file.ts';
import { matrixOf, type Matrix, type Sample } from '../learning/matrix.ts';
import type { Cycle } from './test-history-file.ts';

/** One row per test and cycle. */
export function testSample(cycles: readonly Cycle[]): Sample {
  const past = new TestPast();
  const rows: Float32Array[] = [];
  const labels: number[] = [];
  for (const { runs } of cycles) {
    for (const run of runs) {
      rows.push(past.features(run.name));
      labels.push(Number(run.hasFailed));
    }
    past.addCycle(runs);
  }
  return { rows: matrixOf(rows), labels: Float32Array.from(labels) };
}

/** One row per commit, in the order given, which must be that of time. */
export function commitRows(commits: readonly Commit[]): Matrix {
  const past = new ChangePast();
  return matrixOf(
    commits.map(({ measures }) => {
      const row = past.features(measures);
      past.add(measures);
      return row;
    }),
  );
}

/** Rows with labels; a commit without a label counts as sound. */
export function commitSample(commits: readonly Commit[]): Sample {
  return {
    rows: commitRows(commits),
    labels: Float32Array.from(commits, (commit) => Number(commit.isFaulty === true)),
  };
}

/** One row per build that ended in success or failure, all from one project. */
export function buildSample(builds: readonly RecordedBuild[]): Sample {
  const rows = featuresAtStart(builds);
  const judged = builds.map((_, index) => index).filter((index) => builds[index]?.hasFailed !== null);
  return {
    rows: matrixOf(judged.map((index) => rows[index] ?? new Float32Array())),
    labels: Float32Array.from(judged, (index) => Number(builds[index]?.hasFailed === true)),
  };
}
