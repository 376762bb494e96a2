// Trends and forecasts of the recorded metrics: worked out in a thread when asked, kept until they are too old.
import type { Clock } from '../platform/clock.ts';
import { failure, success, type Result } from '../protocol/failure.ts';
import type { MetricDefinition } from '../protocol/metrics.ts';
import { counted, formatDuration } from '../protocol/quantities.ts';
import type { CommitReference, Forecast, TrendAnalysis } from '../protocol/trends.ts';
import { lastValues, readRollups, type Rollup } from '../store/metric-values.ts';
import { getMetric, listMetrics, notDeclared, rollupLevels, seriesWith, type RollupLevel } from '../store/metrics.ts';
import { latestTrendAnalyses, saveTrendAnalysis } from '../store/trends.ts';
import type { Reader, Store } from '../store/store.ts';
import type { Commit, History } from '../workspace/workspace.ts';
import { percentileOf } from './metric-queries.ts';
import { leastObservations, type Observation, type Trend } from './statistics/trend.ts';
import { coverage, type ForecastResult } from './statistics/forecast.ts';
import type { AnalysisAnswer, AnalysisTask, SeriesFindings, SeriesInput } from './trend-analysis.ts';
import { shareText, valueText } from './value-text.ts';

const [, hourMs, dayMs] = rollupLevels;

export interface TrendsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly analyze: (task: AnalysisTask) => Promise<AnalysisAnswer>;
  readonly history: (since: number) => Promise<History>;
  readonly maximumAgeMs: () => number;
}

/** The trend of one metric, or of all that have enough values, over so many days. */
export async function analyzeTrends(
  options: TrendsOptions,
  { metricId, days }: { readonly metricId?: string | undefined; readonly days: number },
): Promise<Result<TrendAnalysis[]>> {
  const { store, clock } = options;
  if (metricId !== undefined && getMetric(store, metricId) === null) return notDeclared(store, metricId);
  const now = clock.now();
  const from = now - days * dayMs;
  const wanted = listMetrics(store).filter(({ id }) => metricId === undefined || id === metricId);
  const kept = keptTrends(options, from, now);
  const fresh: TrendAnalysis[] = [];
  let history: History | null = null;
  for (const definition of wanted.filter(({ id }) => !kept.has(id))) {
    const observations = observationsOf(store, definition, { from, now });
    const lacking = whatIsLacking(observations);
    if (lacking !== null && metricId === undefined) continue;
    const found = await findingsOf(options, definition, { observations, from, now });
    const findings = lacking === null ? found : { ...found, trend: unknownTrend, changes: [] };
    history ??= findings.changes.length > 0 ? await options.history(from) : null;
    fresh.push(
      trendOfFindings(definition, findings, {
        observations,
        from: wholeHour(from),
        now,
        commits: history?.commits ?? [],
        lacking,
      }),
    );
  }
  if (fresh.length > 0) await store.transact((tx) => fresh.forEach((trend) => saveTrendAnalysis(tx, trend)));
  const found = wanted.flatMap(({ id }) => kept.get(id) ?? []);
  return success([...found, ...fresh].toSorted((a, b) => (a.metricId < b.metricId ? -1 : 1)));
}

/** Values of less time say nothing of days: a morning is no trend. */
const leastSpanMs = 3 * dayMs;
const unknownTrend: Trend = { direction: 'unknown', slope: 0, pValue: 1 };

/** Null where there is enough for a trend and for changes of level. */
function whatIsLacking(observations: readonly Observation[]): string | null {
  const spanMs = (observations.at(-1)?.at ?? 0) - (observations[0]?.at ?? 0);
  if (observations.length >= leastObservations && spanMs >= leastSpanMs) return null;
  const over = observations.length < 2 ? '' : ` over ${formatDuration(spanMs)}`;
  return `not enough data yet: ${counted(observations.length, 'value')}${over}; a trend needs ${leastObservations} over ${leastSpanMs / dayMs} days`;
}

/** Those of the same time that are recent enough. */
function keptTrends({ store, maximumAgeMs }: TrendsOptions, from: number, now: number): Map<string, TrendAnalysis> {
  const isRecent = ({ at }: TrendAnalysis) => at <= now && now - at < maximumAgeMs();
  // What was looked at begins as far back as now, give or take how old the analysis is.
  const isSameSpan = (trend: TrendAnalysis) => Math.abs(trend.at - trend.from - (now - from)) <= hourMs;
  return new Map(
    latestTrendAnalyses(store)
      .filter((trend) => isRecent(trend) && isSameSpan(trend))
      .map((trend) => [trend.metricId, trend]),
  );
}

function wholeHour(at: number): number {
  return at - (at % hourMs);
}

/** What a metric is expected to be; `conflict` without a week of values. */
export async function predictMetric(
  options: TrendsOptions,
  { metricId, horizonDays }: { readonly metricId: string; readonly horizonDays: number },
): Promise<Result<Forecast>> {
  const { store, clock } = options;
  const definition = getMetric(store, metricId);
  if (definition === null) return notDeclared(store, metricId);
  const now = clock.now();
  const today = now - (now % dayMs);
  const daily = dailyValues(store, definition, now);
  if (daily.length === 0)
    return failure('conflict', `${metricId} has no values of a whole day yet, so nothing can be expected of it.`, {
      place: 'metricId',
    });
  const answer = await options.analyze({ kind: 'forecast', values: daily, steps: horizonDays, periods: [7] });
  if (answer.kind !== 'forecast') throw new Error('the analysis answered another question');
  return success(forecastOf(definition, answer.forecast, { now, first: today }));
}

async function findingsOf(
  options: TrendsOptions,
  definition: MetricDefinition,
  span: { observations: readonly Observation[]; from: number; now: number },
): Promise<SeriesFindings> {
  const grid = hourlyGrid(options.store, definition, span);
  const input: SeriesInput = { observations: span.observations, grid, periods: [24, 168] };
  const answer = await options.analyze({ kind: 'analyze', input });
  if (answer.kind !== 'findings') throw new Error('the analysis answered another question');
  return answer.findings;
}

/** Single values while they reach back far enough, else hours; of a counter, sums of days. */
function observationsOf(
  db: Reader,
  definition: MetricDefinition,
  { from, now }: { from: number; now: number },
): Observation[] {
  const series = seriesWith(db, definition.id, {});
  if (definition.type === 'counter')
    return spans(db, { series, level: dayMs, from, until: now - (now % dayMs) }).map((rollup) => ({
      at: rollup.start,
      value: rollup.sum,
    }));
  const single = lastValues(db, series, 1000).filter(({ at }) => at >= from);
  const hours = spans(db, { series, level: hourMs, from, until: now });
  const count = hours.reduce((sum, rollup) => sum + rollup.count, 0);
  if (single.length >= Math.min(count, 600)) return single.toReversed();
  return hours.map((rollup) => ({ at: rollup.start, value: levelOf(definition, rollup) }));
}

function spans(
  db: Reader,
  { series, level, from, until }: { series: readonly number[]; level: RollupLevel; from: number; until: number },
): Rollup[] {
  return readRollups(db, { series, level, since: from, until });
}

/** What a span stands for: the median where there is one, for a long tail pulls the mean about. */
function levelOf({ type }: MetricDefinition, rollup: Rollup): number {
  if (type === 'counter') return rollup.sum;
  return type === 'gauge' ? rollup.sum / rollup.count : (percentileOf(rollup, 0.5) ?? rollup.sum / rollup.count);
}

/** A value an hour where most hours have one; null otherwise. */
function hourlyGrid(
  db: Reader,
  definition: MetricDefinition,
  { from, now }: { from: number; now: number },
): number[] | null {
  const rollups = spans(db, {
    series: seriesWith(db, definition.id, {}),
    level: hourMs,
    from,
    until: now - (now % hourMs),
  });
  return gridOf(definition, rollups, hourMs, 0.5);
}

/** Values of whole days, without today. */
function dailyValues(db: Reader, definition: MetricDefinition, now: number): number[] {
  const rollups = spans(db, {
    series: seriesWith(db, definition.id, {}),
    level: dayMs,
    from: 0,
    until: now - (now % dayMs),
  });
  return gridOf(definition, rollups, dayMs, 0) ?? [];
}

function gridOf(
  definition: MetricDefinition,
  rollups: readonly Rollup[],
  width: number,
  leastShare: number,
): number[] | null {
  const [first, last] = [rollups[0], rollups.at(-1)];
  if (first === undefined || last === undefined) return null;
  const length = Math.round((last.start - first.start) / width) + 1;
  if (rollups.length < length * leastShare) return null;
  const known = new Map(
    rollups.map((rollup) => [Math.round((rollup.start - first.start) / width), levelOf(definition, rollup)]),
  );
  let before = levelOf(definition, first);
  return Array.from({ length }, (_, index) => {
    // Of a counter nothing came; of anything else it stays what it was.
    const value = known.get(index) ?? (definition.type === 'counter' ? 0 : before);
    before = value;
    return value;
  });
}

interface Around {
  readonly observations: readonly Observation[];
  readonly from: number;
  readonly now: number;
  readonly commits: readonly Commit[];
  readonly lacking: string | null;
}

function trendOfFindings(
  definition: MetricDefinition,
  findings: SeriesFindings,
  { observations, from, now, commits, lacking }: Around,
): TrendAnalysis {
  const { trend, changes, anomalies, season } = findings;
  const changePoints = changes.map((change) => ({
    ...change,
    commits: commitsBetween(commits, change.after, change.at),
  }));
  const count = observations.length;
  const analysis = {
    metricId: definition.id,
    at: now,
    from,
    until: now,
    count,
    resolutionMs:
      count < 2
        ? hourMs
        : Math.max(1, ((observations.at(-1)?.at ?? now) - (observations[0]?.at ?? from)) / (count - 1)),
    direction: trend.direction,
    slopePerDay: trend.slope * dayMs,
    confidence: 1 - trend.pValue,
    changePoints,
    season: season === null ? null : { periodMs: season.period * hourMs, strength: season.strength },
    anomalies: anomalies.map((anomaly) => ({ ...anomaly })),
    falseAlarmRate: findings.falseAlarmRate,
  };
  return {
    ...analysis,
    summary: lacking === null ? trendSummary(definition, analysis) : `${definition.name}: ${lacking}.`,
  };
}

const shownCommits = 10;

function commitsBetween(commits: readonly Commit[], after: number, until: number): CommitReference[] {
  return commits
    .filter(({ committedAt }) => committedAt > after && committedAt <= until)
    .slice(0, shownCommits)
    .map(({ hash, subject, author, committedAt }) => ({ hash, subject, author, at: committedAt }));
}

/** Less than this says no more. */
const leastChance = 0.0001;

function periodText(periodMs: number): string {
  return periodMs % dayMs === 0 ? counted(periodMs / dayMs, 'day') : counted(periodMs / hourMs, 'hour');
}

/** `2026-11-04 21:58 UTC`. */
function minuteText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function trendSummary(
  { name, unit }: MetricDefinition,
  { direction, slopePerDay, confidence, changePoints, season }: Omit<TrendAnalysis, 'summary'>,
): string {
  const p = 1 - confidence < leastChance ? `p < ${leastChance}` : `p = ${(1 - confidence).toPrecision(1)}`;
  const way =
    direction === 'steady'
      ? 'no trend beyond chance'
      : `${direction} by ${valueText(Math.abs(slopePerDay), unit)} a day (${p})`;
  const again = season === null ? '' : `; it repeats every ${periodText(season.periodMs)}`;
  const last = changePoints.at(-1);
  if (last === undefined) return `${name}: ${way}${again}.`;
  const [commit] = last.commits;
  const cause =
    commit === undefined
      ? ''
      : last.commits.length === 1
        ? `, with ${commit.hash.slice(0, 7)} ${commit.subject}`
        : `, with one of ${last.commits.length} commits up to ${commit.hash.slice(0, 7)}`;
  return `${name}: ${way}; from ${valueText(last.medianBefore, unit)} to ${valueText(last.medianAfter, unit)} at ${minuteText(last.at)}${cause}${again}.`;
}

function forecastOf(
  { id, name, unit, type }: MetricDefinition,
  result: ForecastResult,
  { now, first }: { now: number; first: number },
): Forecast {
  // What is never below zero is not expected there.
  const bound = (value: number) =>
    type === 'counter' || unit === 'ms' || unit === 'bytes' ? Math.max(0, value) : value;
  const points = result.points.map(({ value, low, high }, day) => ({
    at: first + day * dayMs,
    value: bound(value),
    low: bound(low),
    high: bound(high),
  }));
  return {
    metricId: id,
    at: now,
    resolutionMs: dayMs,
    method: result.method,
    isNaive: result.isNaive,
    points,
    coverage,
    error: result.error,
    naiveError: result.naiveError,
    backTests: result.backTests,
    summary: forecastSummary(name, unit, { ...result, points }),
  };
}

function forecastSummary(
  name: string,
  unit: string,
  { points, method, isNaive, error, naiveError, backTests }: ForecastResult,
): string {
  const last = points.at(-1);
  if (last === undefined || error === null || naiveError === null)
    return `${name}: too little is recorded to test a forecast; the last value is all there is.`;
  const expected = `${name}: ${valueText(last.value, unit)} in ${counted(points.length, 'day')}, ${shareText(coverage)} between ${valueText(last.low, unit)} and ${valueText(last.high, unit)}`;
  const tested = `mean error of ${backTests} past forecasts ${valueText(error, unit)}`;
  if (isNaive) return `${expected}; nothing was better than the last value (${tested}).`;
  return `${expected}; by ${method} (${tested}, of the last value ${valueText(naiveError, unit)}).`;
}
