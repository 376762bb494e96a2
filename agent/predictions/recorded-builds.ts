// The builds that the agent itself recorded, as the build-outcome model sees builds.
import type { BuildEnd } from '../../models/features/build-outcome.ts';
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
     WHERE b.status IN ('succeeded', 'failed') AND b.is_cached = 0 ORDER BY b.finished_at DESC LIMIT ?`,
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
      hasFailed: status === 'failed',
    };
  });
}
