// Reads what the open section shows, and reads it again when something happened that changes it.
import { failureOf, type Client } from '../agent/protocol/client.ts';
import type { NoodleEvent } from '../agent/protocol/events.ts';
import type { MetricDefinition } from '../agent/protocol/metrics.ts';
import type { FailureReason } from '../agent/protocol/failure.ts';
import type { Action } from './state/reduce.ts';
import type { Filters, LoadedSection, SectionContents } from './state/sections.ts';
import type { Remote } from './state/state.ts';

const dayMs = 86_400_000;
const plotPoints = 1000;
/** What is plotted first, of those that there are. */
const preferredMetrics = ['run.duration', 'run.first_failure'];

type Read<S extends LoadedSection> = (client: Client, filters: Filters, now: number) => Promise<SectionContents[S]>;

const readers: { readonly [S in LoadedSection]: Read<S> } = {
  async pipelines(client) {
    const [{ pipelines, broken }, { approvals }] = await Promise.all([
      client.listPipelines({ limit: 200 }),
      client.listApprovals({ waiting: true }),
    ]);
    return { pipelines, broken, approvals };
  },
  tests: readTests,
  async builds(client, { days }) {
    const [{ targets, problems }, metrics] = await Promise.all([
      client.listTargets({}),
      client.listTargetMetrics({ days }),
    ]);
    return { targets, problems, metrics: new Map(metrics.targets.map((each) => [each.target, each])) };
  },
  trends: readTrends,
  async alerts(client) {
    const [{ alerts }, { rules }, { silences }, { channels }, { problems }] = await Promise.all([
      client.listAlerts({ limit: 200 }),
      client.listAlertRules({}),
      client.listSilences({}),
      client.listAlertChannels({}),
      client.getConfiguration({}),
    ]);
    return { alerts, rules, silences, channels, problems };
  },
  async delivery(client, { days }) {
    const [delivery, bottlenecks, capacity, { proposals }] = await Promise.all([
      client.getDeliveryMetrics({ days }),
      client.getBottlenecks({ days }),
      client.getCapacity({}),
      client.listTuningProposals({}),
    ]);
    return { delivery, bottlenecks, capacity, proposals };
  },
  async models(client) {
    const [{ models, here, providers }, risk] = await Promise.all([
      client.listModels({}),
      unless('not_found', client.getChangeRisk({})),
    ]);
    return { models, here, providers, risk };
  },
};

/** The answer, or null where the agent says for this reason that there is none yet. */
async function unless<T>(reason: FailureReason, answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (failureOf(error).reason === reason) return null;
    throw error;
  }
}

/** Events after which a section shows something else. */
const refreshedBy: { readonly [S in LoadedSection]: readonly NoodleEvent['type'][] } = {
  pipelines: ['approval.changed', 'execution.changed'],
  tests: ['run.finished', 'test.flaky'],
  builds: ['build.finished', 'run.finished'],
  trends: ['run.finished'],
  alerts: ['alert.changed'],
  delivery: ['run.finished'],
  models: ['workspace.changed'],
};

export interface SectionLoaderOptions {
  readonly client: Client;
  readonly dispatch: (action: Action) => void;
  readonly now: () => number;
}

export class SectionLoader {
  readonly #options: SectionLoaderOptions;
  /** Counts the readings: an answer that a later one has overtaken is not shown. */
  #reading = 0;
  /** The latest reading has not been answered. */
  #isReading = false;
  /** Something happened while it was under way, so its answer may lack it. */
  #isStale = false;

  constructor(options: SectionLoaderOptions) {
    this.#options = options;
  }

  /** Reads the section that the filters name; what is shown stays until the answer is there. */
  open(filters: Filters): void {
    const { section } = filters;
    const reading = ++this.#reading;
    this.#isStale = false;
    this.#isReading = section !== 'now';
    if (section !== 'now') void this.#read(section, filters, reading);
  }

  /**
   * Reads again when one of the events changes what the open section shows: once for all that come while it is read, and
   * what was read before them is shown first.
   */
  follow(filters: Filters, events: readonly NoodleEvent[]): void {
    const { section } = filters;
    if (section === 'now' || !events.some(({ type }) => refreshedBy[section].includes(type))) return;
    if (this.#isReading) this.#isStale = true;
    else this.open(filters);
  }

  async #read<S extends LoadedSection>(section: S, filters: Filters, reading: number): Promise<void> {
    const content = await this.#answer(section, filters);
    if (reading !== this.#reading) return;
    this.#isReading = false;
    // The reader of a section gives the content of that section; TypeScript cannot relate the two lookups.
    this.#options.dispatch({ type: 'section', section, content } as Action);
    if (this.#isStale) this.open(filters);
  }

  async #answer<S extends LoadedSection>(section: S, filters: Filters): Promise<Remote<SectionContents[S]>> {
    try {
      const value = await readers[section](this.#options.client, filters, this.#options.now());
      return { state: 'ready', value };
    } catch (error) {
      return { state: 'failed', failure: failureOf(error) };
    }
  }
}

/** The metric of what selections missed. */
const regretMetric = 'test.regret';
const shownSuggestions = 10;

async function readTests(client: Client): Promise<SectionContents['tests']> {
  const [{ clusters }, { tests: flaky }, coverage, { suggestions }, { metrics }] = await Promise.all([
    client.getTriage({}),
    client.listFlakyTests({}),
    client.getCoverage({}),
    client.suggestTests({ limit: shownSuggestions }),
    client.listMetrics({}),
  ]);
  const isMeasured = metrics.some(({ id }) => id === regretMetric);
  const { sum, count } = isMeasured
    ? await client.getMetricsSummary({ id: regretMetric, limit: 1 })
    : { sum: 0, count: 0 };
  return { clusters, flaky, coverage, suggestions, regret: { failures: sum, audits: count } };
}

async function readTrends(client: Client, { metric, days }: Filters, now: number): Promise<SectionContents['trends']> {
  const [{ metrics }, { trends }] = await Promise.all([client.listMetrics({}), client.analyzeTrends({ days })]);
  const chosen = chosenMetric(metrics, metric);
  const movements = trends.filter(
    ({ direction, changePoints }) => direction === 'rising' || direction === 'falling' || changePoints.length > 0,
  );
  const isEnough = trends.length > 0;
  if (chosen === null) return { metrics, chosen, series: null, trend: null, forecast: null, movements, isEnough };
  const [series, forecast] = await Promise.all([
    client.getMetricSeries({ id: chosen.id, since: now - days * dayMs, points: plotPoints }),
    unless('conflict', client.predictMetrics({ metricId: chosen.id })),
  ]);
  // Of a metric with too few values only a question for it alone is answered, with what is lacking.
  const trend =
    trends.find(({ metricId }) => metricId === chosen.id) ??
    (await client.analyzeTrends({ metricId: chosen.id, days })).trends[0] ??
    null;
  return { metrics, chosen, series, trend, forecast, movements, isEnough };
}

/** The one that the link names, else one that everybody has. */
function chosenMetric(metrics: readonly MetricDefinition[], wanted: string | null): MetricDefinition | null {
  for (const id of [wanted, ...preferredMetrics]) {
    const found = metrics.find((each) => each.id === id);
    if (found !== undefined) return found;
  }
  return metrics[0] ?? null;
}
