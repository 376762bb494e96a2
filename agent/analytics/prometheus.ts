// The recorded metrics in the text format of Prometheus (version 0.0.4).
import type { MetricDefinition, MetricTags } from '../protocol/metrics.ts';
import { mergeRollups, readRollups, type Rollup } from '../store/metric-values.ts';
import { listMetrics, rollupLevels, seriesOf } from '../store/metrics.ts';
import type { Reader } from '../store/store.ts';

export const prometheusType = 'text/plain; version=0.0.4; charset=utf-8';

const dayMs = rollupLevels[2];
const quantiles = [0.5, 0.9, 0.95, 0.99];

/**
 * Counters as totals, gauges as their last value, histograms and summaries as Prometheus summaries. Totals are over what
 * is kept, so that they fall when old days are forgotten: Prometheus takes that for a restart, as it is meant to.
 */
export function prometheusText(db: Reader): string {
  return listMetrics(db)
    .map((definition) => metricLines(db, definition))
    .join('');
}

function metricLines(db: Reader, definition: MetricDefinition): string {
  const name = nameOf(definition);
  const type = definition.type === 'histogram' ? 'summary' : definition.type;
  const lines = seriesOf(db, definition.id).flatMap(({ key, tags }) => {
    const rollups = readRollups(db, { series: [key], level: dayMs, since: 0, until: Number.MAX_SAFE_INTEGER });
    return rollups.length === 0 ? [] : seriesLines(name, definition, { tags, whole: mergeRollups(0, rollups) });
  });
  if (lines.length === 0) return '';
  const help = escapedHelp(
    definition.description === '' ? definition.name : `${definition.name}: ${definition.description}`,
  );
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines, ''].join('\n');
}

function seriesLines(
  name: string,
  { type }: MetricDefinition,
  { tags, whole }: { tags: MetricTags; whole: Rollup },
): string[] {
  switch (type) {
    case 'counter':
      return [`${name}${labels(tags)} ${number(whole.sum)}`];
    case 'gauge':
      return [`${name}${labels(tags)} ${number(whole.last)}`];
    case 'histogram':
    case 'summary':
      return [
        ...quantiles.map(
          (share) =>
            `${name}${labels({ ...tags, quantile: String(share) })} ${number(whole.sketch?.quantile(share) ?? Number.NaN)}`,
        ),
        `${name}_sum${labels(tags)} ${number(whole.sum)}`,
        `${name}_count${labels(tags)} ${whole.count}`,
      ];
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
