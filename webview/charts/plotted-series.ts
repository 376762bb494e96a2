// What <noodle-series-plot> draws.

export interface SeriesPoint {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly value: number;
}

export interface PlottedSeries {
  /** Oldest first. */
  readonly points: readonly SeriesPoint[];
  readonly forecast: readonly (SeriesPoint & { readonly low: number; readonly high: number })[];
  /** Times at which the level changed. */
  readonly changes: readonly number[];
  readonly anomalies: readonly SeriesPoint[];
  /** What is plotted, beside the axis. */
  readonly label: string;
  readonly unit: string;
  /** A value in words, with its unit. */
  readonly format: (value: number) => string;
}
