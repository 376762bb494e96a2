// The recorded values of a metric as the conditions of rules look at them.
import type { MetricTags } from '../protocol/metrics.ts';
import { lastRecordedAt, lastValues } from '../store/metric-values.ts';
import { getMetric, seriesWith } from '../store/metrics.ts';
import type { Reader } from '../store/store.ts';
import type { MetricView } from './alert-evaluation.ts';
import { windowRollup } from './metric-queries.ts';

/** The values with these tags, as they are at `now`. */
export function metricView(
  db: Reader,
  metricId: string,
  { tags, now }: { readonly tags: MetricTags; readonly now: number },
): MetricView {
  const definition = getMetric(db, metricId);
  const series = seriesWith(db, metricId, tags);
  return {
    name: definition?.name ?? metricId,
    unit: definition?.unit ?? '1',
    window: (windowMs) => windowRollup(db, { series, since: now - windowMs, now }),
    last: (count) => lastValues(db, series, count).map(({ value }) => value),
    lastAt: lastRecordedAt(db, series),
    now,
    other: (id) => metricView(db, id, { tags, now }),
  };
}
