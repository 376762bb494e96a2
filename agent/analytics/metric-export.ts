// All that is kept of a metric, for other programs: CSV (RFC 4180) or JSON.
import type { MetricDefinition, MetricTags } from '../protocol/metrics.ts';
import { success, type Result } from '../protocol/failure.ts';
import { lastValues, readRollups, type Rollup } from '../store/metric-values.ts';
import { getMetric, notDeclared, rollupLevels, seriesOf } from '../store/metrics.ts';
import type { Reader } from '../store/store.ts';
import { percentileOf } from './metric-queries.ts';

export interface Exported {
  readonly type: string;
  readonly text: string;
}

interface Row {
  readonly metric: string;
  readonly unit: string;
  readonly tags: MetricTags;
  /** `value` for a single one, else the length of the span. */
  readonly span: 'value' | 'minute' | 'hour' | 'day';
  readonly at: string;
  readonly count: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p99: number | null;
}

const spans = [
  ['minute', rollupLevels[0]],
  ['hour', rollupLevels[1]],
  ['day', rollupLevels[2]],
] as const;
const columns = [
  'metric',
  'unit',
  'tags',
  'span',
  'at',
  'count',
  'sum',
  'minimum',
  'maximum',
  'p50',
  'p90',
  'p99',
] as const;

/** Single values, and the spans that they add up to; `not_found` when the metric is not declared. */
export function exportMetric(
  db: Reader,
  id: string,
  { format, since }: { readonly format: 'csv' | 'json'; readonly since: number },
): Result<Exported> {
  const definition = getMetric(db, id);
  if (definition === null) return notDeclared(db, id);
  const rows = rowsOf(db, definition, since);
  if (format === 'json') return success({ type: 'application/json', text: JSON.stringify({ definition, rows }) });
  const lines = [columns.join(','), ...rows.map((row) => columns.map((column) => cell(row[column])).join(','))];
  return success({ type: 'text/csv; charset=utf-8; header=present', text: `${lines.join('\r\n')}\r\n` });
}

function rowsOf(db: Reader, { id, unit }: MetricDefinition, since: number): Row[] {
  return seriesOf(db, id).flatMap(({ key, tags }) => {
    const common = { metric: id, unit, tags };
    const values = lastValues(db, [key], Number.MAX_SAFE_INTEGER).filter(({ at }) => at >= since);
    const single = values.toReversed().map(({ at, value }): Row => {
      const same = { sum: value, minimum: value, maximum: value, p50: value, p90: value, p99: value };
      return { ...common, span: 'value', at: new Date(at).toISOString(), count: 1, ...same };
    });
    const summed = spans.flatMap(([span, level]) =>
      readRollups(db, { series: [key], level, since, until: Number.MAX_SAFE_INTEGER }).map((rollup): Row => ({
        ...common,
        span,
        ...figures(rollup),
      })),
    );
    return [...single, ...summed];
  });
}

function figures(rollup: Rollup) {
  const { start, count, sum, minimum, maximum } = rollup;
  return {
    at: new Date(start).toISOString(),
    count,
    sum,
    minimum,
    maximum,
    p50: percentileOf(rollup, 0.5),
    p90: percentileOf(rollup, 0.9),
    p99: percentileOf(rollup, 0.99),
  };
}

/** A text that a spreadsheet would take for a formula is kept a text. */
function cell(value: Row[(typeof columns)[number]]): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const safe = /^[=+@\t\r-]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
