// What a series of values says: direction, changes of level, season, anomalies, forecast. Pure; run in a thread of its own.
import { anomaliesIn, neededFor } from './statistics/anomalies.ts';
import { levelChanges } from './statistics/change-points.ts';
import { forecast, type ForecastResult } from './statistics/forecast.ts';
import { seasonOf } from './statistics/season.ts';
import { trendOf, type Observation, type Trend } from './statistics/trend.ts';

/** The stated rate at which a value without cause is called an anomaly. */
export const falseAlarmRate = 0.01;
/** Of longer series the last ones are looked at. */
const mostValues = 600;

export interface SeriesInput {
  /** In the order of time. */
  readonly observations: readonly Observation[];
  /** The same on a regular grid, oldest first, for seasons; null where there are too few. */
  readonly grid: readonly number[] | null;
  /** Lengths of possible seasons, in steps of the grid. */
  readonly periods: readonly number[];
}

export interface SeriesFindings {
  readonly trend: Trend;
  readonly changes: readonly {
    readonly at: number;
    readonly after: number;
    readonly medianBefore: number;
    readonly medianAfter: number;
    readonly pValue: number;
  }[];
  readonly anomalies: readonly {
    readonly at: number;
    readonly value: number;
    readonly expected: number;
    readonly pValue: number;
  }[];
  readonly falseAlarmRate: number | null;
  readonly season: { readonly period: number; readonly strength: number } | null;
}

/** Everything but the forecast. */
export function analyzeSeries({ observations, grid, periods }: SeriesInput): SeriesFindings {
  const latest = observations.slice(-mostValues);
  const values = latest.map(({ value }) => value);
  const at = (index: number) => latest[index]?.at ?? 0;
  return {
    trend: trendOf(latest),
    changes: levelChanges(values).map(({ index, medianBefore, medianAfter, pValue }) => ({
      at: at(index),
      after: at(index - 1),
      medianBefore,
      medianAfter,
      pValue,
    })),
    anomalies: anomaliesIn(values, falseAlarmRate).map(({ index, judgement }) => ({
      at: at(index),
      value: values[index] ?? 0,
      ...judgement,
    })),
    falseAlarmRate: values.length > neededFor(falseAlarmRate) ? falseAlarmRate : null,
    season: grid === null ? null : seasonOf(grid, periods),
  };
}

/** What the thread is asked. */
export type AnalysisTask =
  | { readonly kind: 'analyze'; readonly input: SeriesInput }
  | {
      readonly kind: 'forecast';
      readonly values: readonly number[];
      readonly steps: number;
      readonly periods: readonly number[];
    };

export type AnalysisAnswer =
  | { readonly kind: 'findings'; readonly findings: SeriesFindings }
  | { readonly kind: 'forecast'; readonly forecast: ForecastResult };

/** Answers one task. */
export function answerTask(task: AnalysisTask): AnalysisAnswer {
  if (task.kind === 'analyze') return { kind: 'findings', findings: analyzeSeries(task.input) };
  const season = seasonOf(task.values, task.periods);
  return { kind: 'forecast', forecast: forecast(task.values, task.steps, season?.period ?? null) };
}
