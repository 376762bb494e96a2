// The builds that the agent itself recorded, as the build-outcome model sees builds.
import { featuresAtStart } from '../../models/features/build-order.ts';
import { BuildHistory, type BuildEnd } from '../../models/features/build-outcome.ts';
import { matrixOf, type Sample } from '../../models/learning/matrix.ts';
import type { Fingerprint, TargetId } from '../protocol/ids.ts';
import type { Reader } from '../store/sql.ts';

interface BuildRow {
  readonly target: string;
  readonly status: string;
  readonly duration_ms: number;
  readonly fingerprint: string;
  readonly finished_at: number;
}

/** So many builds are looked at, the latest. */
const mostBuilds = 2000;

/** In the order in which they ended; builds that were not carried out are left out. */
export function recordedBuilds(db: Reader): BuildEnd[] {
  const rows = db.all<BuildRow>(
    `SELECT t.id AS target, b.status, b.duration_ms, b.fingerprint, b.finished_at FROM build_executions b
       JOIN build_targets t ON t.key = b.target_key
     WHERE b.status IN ('succeeded', 'failed', 'timed_out') AND b.is_cached = 0 ORDER BY b.finished_at DESC LIMIT ?`,
    [mostBuilds],
  );
  const numbers = new Map<string, number>();
  return rows.toReversed().map(({ target, status, duration_ms, fingerprint, finished_at }) => {
    const number = (numbers.get(target) ?? 0) + 1;
    numbers.set(target, number);
    const endedAt = finished_at / 1000;
    return {
      change: target,
      branch: '',
      number,
      head: fingerprint,
      trunk: '',
      startedAt: endedAt - duration_ms / 1000,
      endedAt,
      hasFailed: status !== 'succeeded',
    };
  });
}

export interface BuildEvidence {
  /** By their starts. */
  readonly builds: readonly BuildEnd[];
  /** Each build by what had ended when it began, and whether it failed. */
  readonly sample: Sample;
}

/** The recorded builds with the features known at their starts. */
export function buildEvidence(db: Reader): BuildEvidence {
  const builds = recordedBuilds(db).toSorted((one, other) => one.startedAt - other.startedAt);
  const labels = Float32Array.from(builds, ({ hasFailed }) => Number(hasFailed));
  return { builds, sample: { rows: matrixOf(featuresAtStart(builds)), labels } };
}

export interface BuildQuestion {
  readonly target: TargetId;
  readonly fingerprint: Fingerprint;
  /** In milliseconds since 1970. */
  readonly startsAt: number;
}

/** The row of a build that starts, and how often the target's builds failed, drawn towards one half. */
export function buildRow(db: Reader, { target, fingerprint, startsAt }: BuildQuestion) {
  const history = new BuildHistory();
  const builds = recordedBuilds(db);
  for (const build of builds) history.add(build);
  const own = builds.filter((build) => build.change === target);
  const failures = own.filter((build) => build.hasFailed === true).length;
  const start = {
    change: target,
    branch: '',
    number: own.length + 1,
    head: fingerprint,
    trunk: '',
    startedAt: startsAt / 1000,
  };
  return { row: history.features(start), rate: (failures + 1) / (own.length + 2) };
}
