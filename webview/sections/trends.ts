// Trends: one metric over time with its forecast, and which metrics moved.
import { html, nothing, type TemplateResult } from 'lit-html';
import { guard } from 'lit-html/directives/guard.js';
import { repeat } from 'lit-html/directives/repeat.js';
import type { MetricDefinition, MetricPoint, MetricSeries } from '../../agent/protocol/metrics.ts';
import { counted } from '../../agent/protocol/quantities.ts';
import type { ChangePoint, TrendAnalysis } from '../../agent/protocol/trends.ts';
import type { PanelContext } from '../actions.ts';
import type { PlottedSeries } from '../charts/plotted-series.ts';
import { button, dataGrid, dropdown } from '../controls.ts';
import { formatClock } from '../format.ts';
import { emptyLine, panel } from '../panels/panel.ts';
import type { Filters, SectionContents } from '../state/sections.ts';
import type { DashboardState } from '../state/state.ts';
import { quantity } from './quantity.ts';
import { whenRead } from './remote.ts';

type Trends = SectionContents['trends'];

const aggregates: readonly { readonly value: Filters['aggregate']; readonly label: string }[] = [
  { value: 'mean', label: 'Mean' },
  { value: 'p50', label: 'Median' },
  { value: 'p90', label: '90th percentile' },
  { value: 'p99', label: '99th percentile' },
  { value: 'minimum', label: 'Minimum' },
  { value: 'maximum', label: 'Maximum' },
  { value: 'sum', label: 'Sum' },
  { value: 'rate', label: 'Sum a second' },
  { value: 'count', label: 'Count' },
];

export function trendsSection(state: DashboardState, context: PanelContext): TemplateResult {
  return whenRead(state.sections.trends, context, (trends) => {
    if (trends.chosen === null || trends.series === null)
      return emptyLine('Nothing has been measured yet. Every run records its duration, its tests and what it saved.');
    return html`<div class="columns">
      <div class="column">${plotPanel(trends, trends.chosen, { state, context })}</div>
      <div class="column">${changesPanel(trends, trends.chosen, context)} ${movementsPanel(trends, context)}</div>
    </div>`;
  });
}

interface Shown {
  readonly state: DashboardState;
  readonly context: PanelContext;
}

function plotPanel(trends: Trends, chosen: MetricDefinition, { state, context }: Shown): TemplateResult {
  const { filters } = state;
  const { series } = trends;
  const label = filters.isTable ? 'Show as plot' : 'Show as table';
  const aside = html`<span class="aside-end"
    >${button({ label, appearance: 'icon', onClick: () => context.actions.show({ isTable: !filters.isTable }) })}</span
  >`;
  return panel(
    { id: 'series', title: chosen.name, aside },
    html`${controls(trends, filters, context)}
      <p class="dim">${chosen.description}</p>
      ${series === null || series.points.length === 0 ? emptyLine('No values in this time.') : filters.isTable ? table(series, filters, context.now) : plot(trends, series, filters)}
      ${trends.trend === null ? nothing : html`<p>${trends.trend.summary}</p>`}
      ${trends.forecast === null ? nothing : html`<p>${trends.forecast.summary}</p>`}`,
  );
}

function controls({ metrics, chosen }: Trends, filters: Filters, { actions }: PanelContext): TemplateResult {
  return html`<div class="section-controls">
    ${dropdown({
      label: 'Metric',
      options: metrics.map(({ id, name }) => ({ value: id, label: name })),
      value: chosen?.id ?? '',
      onChange: (metric) => actions.show({ metric }),
    })}
    ${dropdown({
      label: 'Figure',
      options: aggregates,
      value: filters.aggregate,
      onChange: (value) =>
        actions.show({ aggregate: aggregates.find((each) => each.value === value)?.value ?? 'mean' }),
    })}
    ${timeRange(filters, actions)}
  </div>`;
}

/** How far back the section looks. */
export function timeRange({ days }: Filters, actions: PanelContext['actions']): TemplateResult {
  const options = ([1, 7, 30, 90] as const).map((each) => ({
    value: String(each),
    label: each === 1 ? 'Last day' : `Last ${each} days`,
    days: each,
  }));
  const chosen = (value: string): void => {
    const option = options.find((each) => each.value === value);
    if (option !== undefined) actions.show({ days: option.days });
  };
  return dropdown({ label: 'Time', options, value: String(days), onChange: chosen });
}

function plot(trends: Trends, series: MetricSeries, { aggregate }: Filters): TemplateResult {
  const name = series.definition.name;
  const label = `${name} over time. Arrow keys read the values, plus and minus zoom, Escape shows everything; the values are also shown as a table.`;
  return html`<noodle-series-plot
      tabindex="0"
      role="group"
      aria-label=${label}
      .series=${guard([trends, aggregate], () => plotted(trends, series, aggregate))}
    ></noodle-series-plot>
    <p class="plot-legend dim" aria-hidden="true">
      dashed line: expected · vertical line: the level changed · <span class="swatch swatch-cross"></span>out of the
      ordinary · drag to zoom, double click for all
    </p>`;
}

function plotted({ trend, forecast }: Trends, series: MetricSeries, aggregate: Filters['aggregate']): PlottedSeries {
  const { definition, points } = series;
  const isMean = aggregate === 'mean' || aggregate === 'p50';
  return {
    points: points.flatMap((point) => {
      const value = figureOf(point, series, aggregate);
      return value === null ? [] : [{ at: point.at, value }];
    }),
    // A forecast is one of the level; beside another figure it would mislead.
    forecast: isMean && forecast !== null ? forecast.points : [],
    changes: trend?.changePoints.map(({ at }) => at) ?? [],
    anomalies: isMean ? (trend?.anomalies ?? []) : [],
    label: definition.name,
    unit: definition.unit,
    format: (value) => figureText(value, series, aggregate),
  };
}

function figureOf(point: MetricPoint, { resolutionMs }: MetricSeries, aggregate: Filters['aggregate']): number | null {
  return aggregate === 'rate' ? (point.sum * 1000) / resolutionMs : point[aggregate];
}

function figureText(value: number, { definition }: MetricSeries, aggregate: Filters['aggregate']): string {
  const text = quantity(value, aggregate === 'count' ? '1' : definition.unit);
  return aggregate === 'rate' ? `${text} a second` : text;
}

const columns = [
  { key: 'time', title: 'Time' },
  { key: 'value', title: 'Value' },
  { key: 'count', title: 'Measurements' },
];
const maximumRows = 500;

function table(series: MetricSeries, { aggregate }: Filters, now: number): TemplateResult {
  const { definition, points } = series;
  const rows = (): Record<string, string>[] =>
    points
      .toReversed()
      .slice(0, maximumRows)
      .map((point) => {
        const value = figureOf(point, series, aggregate);
        return {
          time: formatClock(point.at, now),
          value: value === null ? '–' : figureText(value, series, aggregate),
          count: counted(point.count, 'value'),
        };
      });
  return html`<div class="duration-table">
    ${guard([points, aggregate], () => dataGrid({ label: definition.name, columns, rows: rows() }))}
  </div>`;
}

function changesPanel({ trend }: Trends, { unit }: MetricDefinition, { now }: PanelContext): TemplateResult {
  const changes = trend?.changePoints ?? [];
  const content =
    changes.length === 0
      ? emptyLine(
          trend === null || trend.direction === 'unknown' ? 'Not enough data yet.' : 'The level did not change.',
        )
      : html`<ul class="entries">
          ${repeat(
            changes.toReversed(),
            ({ at }) => at,
            (change) => changeItem(change, unit, now),
          )}
        </ul>`;
  return panel({ id: 'changes', title: 'Changes of level' }, content);
}

function changeItem(
  { at, medianBefore, medianAfter, pValue, commits }: ChangePoint,
  unit: string,
  now: number,
): TemplateResult {
  return html`<li class="entry">
    <p>
      ${quantity(medianBefore, unit)} → <strong>${quantity(medianAfter, unit)}</strong>
      <span class="dim">${formatClock(at, now)} · p ${pValue < 0.001 ? '< 0.001' : pValue.toFixed(3)}</span>
    </p>
    ${commits.slice(0, 3).map(({ hash, subject, author }) => html`<p class="dim"><code>${hash.slice(0, 8)}</code> ${subject} · ${author}</p>`)}
    ${commits.length > 3 ? html`<p class="dim">and ${counted(commits.length - 3, 'other commit')} between</p>` : nothing}
  </li>`;
}

function movementsPanel({ movements, metrics, isEnough }: Trends, { actions }: PanelContext): TemplateResult {
  const nameOf = (trend: TrendAnalysis) => metrics.find(({ id }) => id === trend.metricId)?.name ?? trend.metricId;
  const content =
    movements.length === 0
      ? emptyLine(isEnough ? 'No metric has moved beyond chance.' : 'Not enough data of any metric yet.')
      : html`<ul class="entries">
          ${repeat(
            movements,
            ({ metricId }) => metricId,
            (trend) =>
              html`<li class="entry">
                <p>
                  ${button({ label: nameOf(trend), appearance: 'icon', title: `Show ${nameOf(trend)}`, onClick: () => actions.show({ metric: trend.metricId }) })}
                </p>
                <p class="dim">${trend.summary}</p>
              </li>`,
          )}
        </ul>`;
  return panel({ id: 'movements', title: 'What moved' }, content);
}
