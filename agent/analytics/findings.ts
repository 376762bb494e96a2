// What is read out of the records when somebody asks: trends, forecasts, deliveries, bottlenecks, capacity, proposals.
import type { Clock } from '../platform/clock.ts';
import type { Execution } from '../protocol/execution.ts';
import { failure, success, type Result } from '../protocol/failure.ts';
import type { Settings } from '../protocol/settings.ts';
import type {
  Bottlenecks,
  Capacity,
  DeliveryMetrics,
  Forecast,
  TrendAnalysis,
  TuningProposal,
} from '../protocol/trends.ts';
import { listExecutions } from '../store/executions.ts';
import { mergeRollups, readRollups } from '../store/metric-values.ts';
import { rollupLevels, seriesWith } from '../store/metrics.ts';
import { savedTime } from '../store/plans.ts';
import type { Store } from '../store/store.ts';
import { deleteOpenProposals, listTuningProposals, saveTuningProposal } from '../store/trends.ts';
import type { History } from '../workspace/workspace.ts';
import { bottlenecks } from './bottlenecks.ts';
import { capacity } from './capacity.ts';
import { deliveryMetrics } from './deliveries.ts';
import { percentileOf } from './metric-queries.ts';
import type { AnalysisAnswer, AnalysisTask } from './trend-analysis.ts';
import { analyzeTrends, predictMetric } from './trends.ts';
import { durationsSeen } from './seen-durations.ts';
import { tuningProposals } from './tuning.ts';

const dayMs = rollupLevels[2];
/** The most executions that a question looks at. */
const mostExecutions = 1000;
const capacityDays = 7;

export interface FindingsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly settings: () => Settings;
  readonly cores: number;
  readonly freeBytes: () => number | null;
  readonly history: (since: number) => Promise<History>;
  readonly analyze: (task: AnalysisTask) => Promise<AnalysisAnswer>;
  /** The settings that applied proposals give have changed. */
  readonly onTuned: (values: Readonly<Record<string, number | boolean>>) => void;
}

export interface Findings {
  trends(request: { readonly metricId?: string | undefined; readonly days: number }): Promise<Result<TrendAnalysis[]>>;
  predict(metricId: string, horizonDays?: number): Promise<Result<Forecast>>;
  deliveries(days: number): Promise<DeliveryMetrics>;
  bottlenecks(days: number): Bottlenecks;
  capacity(): Promise<Capacity>;
  proposals(): Promise<TuningProposal[]>;
  apply(id: string): Promise<Result<TuningProposal>>;
  undo(id: string): Promise<Result<TuningProposal>>;
}

/** Nothing is worked out before it is asked for. */
export function createFindings(options: FindingsOptions): Findings {
  const { store, clock, settings, cores, freeBytes, history } = options;
  const trendOptions = { ...options, maximumAgeMs: () => settings()['trend.analysisInterval'] * 1000 };
  const ended = (days: number) => endedSince(store, clock.now() - days * dayMs);
  const predict = async (metricId: string, horizonDays = settings()['prediction.horizon']) =>
    settings()['analytics.predictiveAnalytics']
      ? await predictMetric(trendOptions, { metricId, horizonDays })
      : switchedOff('analytics.predictiveAnalytics', 'NOODLE_ANALYTICS_PREDICTIVE_ANALYTICS');
  options.onTuned(appliedValues(store));
  return {
    trends: async (request) =>
      settings()['analytics.aiAnalytics']
        ? await analyzeTrends(trendOptions, request)
        : switchedOff('analytics.aiAnalytics', 'NOODLE_ANALYTICS_AI_ANALYTICS'),
    predict,
    async deliveries(days) {
      const now = clock.now();
      const since = now - days * dayMs;
      return deliveryMetrics({ history: await history(since), runs: ended(days), since, now });
    },
    bottlenecks: (days) =>
      bottlenecks({
        executions: ended(days),
        from: clock.now() - days * dayMs,
        now: clock.now(),
        saved: savedTime(store, clock.now() - days * dayMs),
      }),
    async capacity() {
      const forecasts = await Promise.all(['agent.state', 'run.duration'].map((id) => predict(id)));
      return capacity({
        executions: ended(capacityDays),
        days: capacityDays,
        cores,
        stateBytes: store.statistics().stateBytes,
        freeBytes: freeBytes(),
        stateHistory: dailyLast(store, 'agent.state'),
        forecasts: forecasts.flatMap((forecast) => (forecast.ok ? [forecast.value] : [])),
      });
    },
    async proposals() {
      if (!settings()['analytics.autoTuning'])
        return listTuningProposals(store).filter(({ state }) => state !== 'proposed');
      const decided = listTuningProposals(store).filter(({ state }) => state !== 'proposed');
      const known = new Set(decided.map(({ id }) => id));
      const fresh = tuningProposals(tuningInput(options)).filter(({ id }) => !known.has(id));
      await store.transact((tx) => {
        deleteOpenProposals(tx);
        fresh.forEach((proposal) => saveTuningProposal(tx, proposal));
      });
      return [...fresh, ...decided];
    },
    apply: (id) => changeProposal(options, id, 'applied'),
    undo: (id) => changeProposal(options, id, 'undone'),
  };
}

function switchedOff(key: string, variable: string) {
  return failure('conflict', `This is switched off: ${key} (${variable}) is false.`);
}

function endedSince(store: Store, since: number): Execution[] {
  return listExecutions(store, mostExecutions).filter(({ finishedAt }) => finishedAt !== null && finishedAt >= since);
}

function dailyLast(store: Store, id: string) {
  const rollups = readRollups(store, {
    series: seriesWith(store, id, {}),
    level: dayMs,
    since: 0,
    until: Number.MAX_SAFE_INTEGER,
  });
  return rollups.map(({ start, last }) => ({ at: start, value: last }));
}

const tuningDays = 30;

function tuningInput({ store, clock, settings, cores }: FindingsOptions) {
  const now = clock.now();
  const over = (id: string) => {
    const rollups = readRollups(store, {
      series: seriesWith(store, id, {}),
      level: dayMs,
      since: now - tuningDays * dayMs,
      until: Number.MAX_SAFE_INTEGER,
    });
    return rollups.length === 0 ? null : mergeRollups(0, rollups);
  };
  const [test, build, run] = [over('test.duration'), over('build.duration'), over('run.duration')];
  const firstFailure = over('run.first_failure');
  const executions = endedSince(store, now - tuningDays * dayMs);
  return {
    executions,
    settings: settings(),
    cores,
    ...durationsSeen({ store, executions, test, build, run }),
    medianFirstFailureMs: firstFailure === null ? null : percentileOf(firstFailure, 0.5),
    medianRunMs: run === null ? null : percentileOf(run, 0.5),
    now,
  };
}

/** By the key of the setting; of two applied for one setting the later counts. */
function appliedValues(store: Store): Record<string, number | boolean> {
  const applied = listTuningProposals(store).filter(({ state }) => state === 'applied');
  return Object.fromEntries(applied.toReversed().map(({ setting, proposed }) => [setting, proposed]));
}

async function changeProposal(
  { store, clock, onTuned }: FindingsOptions,
  id: string,
  state: 'applied' | 'undone',
): Promise<Result<TuningProposal>> {
  const proposal = listTuningProposals(store).find((each) => each.id === id);
  if (proposal === undefined) return failure('not_found', `there is no proposal '${id}'`, { place: 'id' });
  if (state === 'undone' && proposal.state !== 'applied')
    return failure('conflict', `The proposal ${id} is ${proposal.state}, not applied.`, { place: 'id' });
  const changed: TuningProposal = { ...proposal, state, at: clock.now() };
  await store.transact((tx) => saveTuningProposal(tx, changed));
  onTuned(appliedValues(store));
  return success(changed);
}
