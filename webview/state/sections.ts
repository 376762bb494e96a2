// The parts of the wide page beside the present run: what each shows, and the filters that its link carries.
import { z } from 'zod';
import type { Alert, ChannelStatus, ListedAlertRule, Silence } from '../../agent/protocol/alerts.ts';
import type { BuildMetrics, BuildTarget } from '../../agent/protocol/build.ts';
import type { CoverageSummary, TestSuggestion } from '../../agent/protocol/coverage.ts';
import type { FlakyTest } from '../../agent/protocol/flakiness.ts';
import type { FailureCluster } from '../../agent/protocol/triage.ts';
import type { TargetId } from '../../agent/protocol/ids.ts';
import type { Approval, BrokenPipeline, Pipeline } from '../../agent/protocol/pipeline.ts';
import type { ChangeRisk, LocalFigures, ModelDescription, ProviderTime } from '../../agent/protocol/prediction.ts';
import { Aggregate, MetricId, type MetricDefinition, type MetricSeries } from '../../agent/protocol/metrics.ts';
import type {
  Bottlenecks,
  Capacity,
  DeliveryMetrics,
  Forecast,
  TrendAnalysis,
  TuningProposal,
} from '../../agent/protocol/trends.ts';

/** In the order of the navigation. */
export const SectionName = z.enum(['now', 'pipelines', 'tests', 'builds', 'trends', 'alerts', 'delivery', 'models']);
export type SectionName = z.infer<typeof SectionName>;

/** What a link to the page says. */
export const Filters = z.object({
  section: SectionName.catch('now'),
  /** How far back, in days. */
  days: z.coerce
    .number()
    .pipe(z.literal([1, 7, 30, 90]))
    .catch(30),
  metric: MetricId.nullable().catch(null),
  /** The figure of each span of time that is plotted. */
  aggregate: Aggregate.catch('mean'),
  isTable: z.stringbool().or(z.boolean()).catch(false),
});
export type Filters = z.infer<typeof Filters>;

export const firstFilters: Filters = Filters.parse({});

/** What each section shows; `now` shows what the page knows anyway. */
export interface SectionContents {
  readonly pipelines: {
    readonly pipelines: readonly Pipeline[];
    /** Those that are declared and cannot be run. */
    readonly broken: readonly BrokenPipeline[];
    /** Questions that wait for an answer. */
    readonly approvals: readonly Approval[];
  };
  readonly tests: {
    readonly clusters: readonly FailureCluster[];
    readonly flaky: readonly FlakyTest[];
    readonly coverage: CoverageSummary;
    readonly suggestions: readonly TestSuggestion[];
    /** Failures outside of selections, in so many runs that looked for them. */
    readonly regret: { readonly failures: number; readonly audits: number };
  };
  readonly builds: {
    readonly targets: readonly BuildTarget[];
    readonly problems: readonly string[];
    readonly metrics: ReadonlyMap<TargetId, BuildMetrics>;
  };
  readonly trends: {
    readonly metrics: readonly MetricDefinition[];
    readonly chosen: MetricDefinition | null;
    readonly series: MetricSeries | null;
    readonly trend: TrendAnalysis | null;
    readonly forecast: Forecast | null;
    /** Of all metrics that have enough values, those that moved. */
    readonly movements: readonly TrendAnalysis[];
    /** Whether any metric has enough values to say whether it moved. */
    readonly isEnough: boolean;
  };
  readonly alerts: {
    readonly alerts: readonly Alert[];
    readonly rules: readonly ListedAlertRule[];
    readonly silences: readonly Silence[];
    readonly channels: readonly ChannelStatus[];
    /** What is wrong in noodle.yaml and the settings: a rule that does not fit is not judged. */
    readonly problems: readonly string[];
  };
  readonly delivery: {
    readonly delivery: DeliveryMetrics;
    readonly bottlenecks: Bottlenecks;
    readonly capacity: Capacity;
    readonly proposals: readonly TuningProposal[];
  };
  readonly models: {
    readonly models: readonly ModelDescription[];
    readonly here: LocalFigures;
    readonly providers: readonly ProviderTime[];
    /** Null without a history to compare with. */
    readonly risk: ChangeRisk | null;
  };
}

export type LoadedSection = keyof SectionContents;

/** The filters in the text of a link, those that are not as usual alone: `section=trends&days=7`. */
export function linkOf(filters: Filters): string {
  const named = Object.entries(filters).filter(([name, value]) => value !== firstFilters[name as keyof Filters]);
  return new URLSearchParams(named.map(([name, value]): [string, string] => [name, String(value)])).toString();
}

/** What a link says; what it does not say, or says wrongly, is as usual. */
export function filtersIn(link: string): Filters {
  return Filters.parse(Object.fromEntries(new URLSearchParams(link)));
}
