// The recorded metrics in the text format of Prometheus (version 0.0.4).
import type { MetricDefinition, MetricTags } from '../protocol/metrics.ts';
import { mergeRollups, readRollups, type Rollup } from '../store/metric-values.ts';
import { listMetrics, rollupLevels, seriesOf, type RecordedSeries } from '../store/metrics.ts';
import type { Reader } from '../store/store.ts';
import { percentileOf } from './metric-queries.ts';

export const prometheusType = 'text/plain; version=0.0.4; charset=utf-8';

const dayMs = rollupLevels[2];
const quantiles = [0.5, 0.9, 0.95, 0.99];

/** Series between which other work gets its turn. */
const seriesPerTurn = 40;

/**
 * Counters as totals since their first value, gauges as their last value, histograms and summaries as Prometheus'
 * summaries: totals, and quantiles of yesterday and today.
 */
export async function prometheusText(db: Reader, now: number): Promise<string> {
  const texts: string[] = [];
  let written = 0;
  for (const definition of listMetrics(db)) {
    const lines: string[] = [];
    for (const series of seriesOf(db, definition.id)) {
      lines.push(...seriesLines(definition, series, recentOf(db, series.key, now)));
      written += 1;
      if (written % seriesPerTurn === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    if (lines.length > 0) texts.push(head(definition), ...lines.map((line) => `${line}\n`));
  }
  return texts.join('');
}

function head(definition: MetricDefinition): string {
  const { name, description, type } = definition;
  const help = escapedHelp(description === '' ? name : `${name}: ${description}`);
  return `# HELP ${nameOf(definition)} ${help}\n# TYPE ${nameOf(definition)} ${type === 'histogram' ? 'summary' : type}\n`;
}

/** Yesterday and today; of a series that was silent for longer, nothing. */
function recentOf(db: Reader, key: number, now: number): Rollup | null {
  const rollups = readRollups(db, { series: [key], level: dayMs, since: now - dayMs, until: Number.MAX_SAFE_INTEGER });
  return rollups.length === 0 ? null : mergeRollups(now - dayMs, rollups);
}

function seriesLines(
  definition: MetricDefinition,
  { tags, count, sum }: RecordedSeries,
  recent: Rollup | null,
): string[] {
  const name = nameOf(definition);
  switch (definition.type) {
    case 'counter':
      return [`${name}${labels(tags)} ${number(sum)}`];
    case 'gauge':
      return recent === null ? [] : [`${name}${labels(tags)} ${number(recent.last)}`];
    case 'histogram':
    case 'summary': {
      const quantile = (share: number) => number((recent === null ? null : percentileOf(recent, share)) ?? Number.NaN);
      return [
        ...quantiles.map((share) => `${name}${labels({ ...tags, quantile: String(share) })} ${quantile(share)}`),
        `${name}_sum${labels(tags)} ${number(sum)}`,
        `${name}_count${labels(tags)} ${count}`,
      ];
    }
  }
}

/** `run.duration` in `ms` is `noodle_run_duration_milliseconds`; counters end in `_total`. */
export function nameOf({ id, unit, type }: Pick<MetricDefinition, 'id' | 'unit' | 'type'>): string {
  const names: Readonly<Record<string, string>> = {
    ms: '_milliseconds',
    s: '_seconds',
    bytes: '_bytes',
    By: '_bytes',
    '%': '_percent',
    '1': '',
  };
  const suffix = names[unit] ?? `_${unit.replaceAll(/[^A-Za-z0-9]+/g, '_')}`;
  const base = `noodle_${id.replaceAll('.', '_')}`;
  const named = suffix === '' || base.endsWith(suffix) ? base : base + suffix;
  return type === 'counter' && !named.endsWith('_total') ? `${named}_total` : named;
}

/** Two tags that become one name in Prometheus keep their values in one. */
function labels(tags: MetricTags): string {
  const merged = new Map<string, string>();
  for (const [name, value] of Object.entries(tags)) {
    const label = name.replaceAll(/[^A-Za-z0-9_]/g, '_').replace(/^__+/, '_');
    const known = merged.get(label);
    merged.set(label, known === undefined ? value : `${known};${value}`);
  }
  if (merged.size === 0) return '';
  return `{${[...merged].map(([name, value]) => `${name}="${escapedValue(value)}"`).join(',')}}`;
}

function escapedValue(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function escapedHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll(/\r?\n/g, '\\n');
}

function number(value: number): string {
  return Number.isNaN(value) ? 'NaN' : String(value);
}
