// How long tests, builds and runs take at most, by the records: what their timeouts have to let through.
import type { Execution, Step } from '../protocol/execution.ts';
import type { BuildQuantiles } from '../store/builds.ts';
import { buildQuantiles } from '../store/builds.ts';
import type { Rollup } from '../store/metric-values.ts';
import type { Reader } from '../store/sql.ts';
import { fileHistory, timedOutTests } from '../store/tests.ts';
import { percentileOf } from './metric-queries.ts';
import type { SeenDurations, TuningInput } from './tuning.ts';

export interface SeenInput {
  readonly store: Reader;
  /** Ended ones, the latest first. */
  readonly executions: readonly Execution[];
  /** All values of their metrics in the last weeks; null without any. */
  readonly test: Rollup | null;
  readonly build: Rollup | null;
  readonly run: Rollup | null;
}

/** Each null where nothing is recorded. */
export function durationsSeen(input: SeenInput): Pick<TuningInput, 'tests' | 'builds' | 'runs'> {
  const { store, executions, test, build, run } = input;
  const runs = executions.length;
  const stoppedSteps = (kind: Step['kind']) =>
    executions.reduce(
      (sum, { steps }) => sum + steps.filter((step) => step.kind === kind && step.state === 'timed_out').length,
      0,
    );
  const stoppedRuns = executions.filter(({ state }) => state === 'timed_out').length;
  const ids = executions.map(({ id }) => id);
  return {
    tests: seen(slowest(fileHistory(store)), test, () => ({ count: timedOutTests(store, ids), runs })),
    builds: seen(slowest(buildQuantiles(store)), build, () => ({ count: stoppedSteps('build'), runs })),
    runs: seen(usualRun(run), run, () => ({ count: stoppedRuns, runs })),
  };
}

function usualRun(run: Rollup | null): Slowest | null {
  const p90Ms = run === null ? null : percentileOf(run, 0.9);
  return p90Ms === null ? null : { name: null, p90Ms };
}

type Slowest = Pick<SeenDurations, 'name' | 'p90Ms'>;

function slowest(all: ReadonlyMap<string, Pick<BuildQuantiles, 'p90Ms'>>): Slowest | null {
  let found: Slowest | null = null;
  for (const [name, { p90Ms }] of all) if (found === null || p90Ms > found.p90Ms) found = { name, p90Ms };
  return found;
}

function seen(
  slow: Slowest | null,
  rollup: Rollup | null,
  stopped: () => SeenDurations['stopped'],
): SeenDurations | null {
  if (slow === null) return null;
  return { ...slow, longestMs: Math.max(slow.p90Ms, rollup?.maximum ?? 0), stopped: stopped() };
}
