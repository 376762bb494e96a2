// How much of processors and disk is used, and until when it lasts. Pure.
import type { Execution } from '../protocol/execution.ts';
import { formatBytes, formatDuration } from '../protocol/quantities.ts';
import type { Capacity, Forecast } from '../protocol/trends.ts';
import { trendOf, type Observation } from './statistics/trend.ts';
import { shareText } from './value-text.ts';

export interface CapacityInput {
  /** Ended executions of the last `days` days. */
  readonly executions: readonly Execution[];
  readonly days: number;
  readonly cores: number;
  readonly stateBytes: number;
  readonly freeBytes: number | null;
  /** Bytes of the records, a value a day. */
  readonly stateHistory: readonly Observation[];
  readonly forecasts: Forecast[];
}

const dayMs = 86_400_000;
const farDays = 3650;

/** The figures, with one line that says what matters. */
export function capacity({
  executions,
  days,
  cores,
  stateBytes,
  freeBytes,
  stateHistory,
  forecasts,
}: CapacityInput): Capacity {
  const spans = executions.flatMap(({ steps }) =>
    steps.flatMap(({ kind, startedAt, finishedAt }) =>
      kind === 'plan' ||
      kind === 'wait' ||
      kind === 'approval' ||
      startedAt === null ||
      finishedAt === null ||
      finishedAt <= startedAt
        ? []
        : [{ startedAt, finishedAt }],
    ),
  );
  const busyMs = spans.reduce((sum, { startedAt, finishedAt }) => sum + finishedAt - startedAt, 0);
  const busyMsPerDay = busyMs / days;
  const utilization = busyMsPerDay / (cores * dayMs);
  const trend = trendOf(stateHistory);
  const growth = trend.direction === 'rising' || trend.direction === 'falling' ? trend.slope * dayMs : 0;
  const daysUntilFull = freeBytes === null || growth <= 0 || freeBytes / growth > farDays ? null : freeBytes / growth;
  const disk = { stateBytes, freeBytes, growthBytesPerDay: growth, daysUntilFull };
  const filling =
    daysUntilFull === null ? 'it does not fill the disk' : `the disk is full in ${Math.round(daysUntilFull)} days`;
  return {
    cores,
    busyMsPerDay,
    utilization,
    peakParallelSteps: peak(spans),
    disk,
    forecasts,
    summary: `Steps run ${formatDuration(busyMsPerDay)} a day, ${shareText(utilization)} of what ${cores} processors could do; records take ${formatBytes(stateBytes)}, ${filling}.`,
  };
}

/** The most spans that cover one moment. */
function peak(spans: readonly { startedAt: number; finishedAt: number }[]): number {
  const changes = spans.flatMap(({ startedAt, finishedAt }) => [
    { at: startedAt, by: 1 },
    { at: finishedAt, by: -1 },
  ]);
  let [now, most] = [0, 0];
  for (const { by } of changes.toSorted((a, b) => a.at - b.at || a.by - b.by)) {
    now += by;
    most = Math.max(most, now);
  }
  return most;
}
