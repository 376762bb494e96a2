// Durations of the last runs as a plot, with a table twin.
import { html, nothing, type TemplateResult } from 'lit-html';
import { guard } from 'lit-html/directives/guard.js';
import { counted } from '../../agent/protocol/quantities.ts';
import type { PanelContext } from '../actions.ts';
import { durationPoints, durationRows, headlineOf, type Headline } from '../charts/duration-points.ts';
import { button, dataGrid } from '../controls.ts';
import type { DashboardState } from '../state/state.ts';
import { emptyLine, panel } from './panel.ts';

const columns = [
  { key: 'time', title: 'Time' },
  { key: 'state', title: 'State' },
  { key: 'duration', title: 'Duration' },
  { key: 'firstFailure', title: 'First failure' },
];

/** How long runs take, and how long until the first failure. */
export function durationsPanel(state: DashboardState, context: PanelContext): TemplateResult {
  const { durations, view } = state;
  const title = 'Duration of runs';
  if (durations.length < 2) return panel({ id: 'durations', title }, emptyLine('Drawn from the second run on.'));
  const label = view.isDurationTable ? 'Show as plot' : 'Show as table';
  const aside = html`<span class="aside-end"
    >${button({ label, appearance: 'icon', onClick: () => context.actions.toggleDurationTable() })}</span
  >`;
  return panel(
    { id: 'durations', title, aside },
    html`${headlines(durations)} ${view.isDurationTable ? table(durations, context.now) : plot(durations)}`,
  );
}

function headlines(durations: DashboardState['durations']): TemplateResult {
  const duration = headlineOf(durations.map((each) => each.durationMs));
  const failures = durations.flatMap((each) => (each.firstFailureAtMs === null ? [] : [each.firstFailureAtMs]));
  const firstFailure = headlineOf(failures);
  return html`<div class="headlines">
    ${duration === null ? nothing : headline('Duration', 'line', duration)}
    ${firstFailure === null ? nothing : headline('First failure', 'diamond', firstFailure)}
  </div>`;
}

function headline(title: string, swatch: 'line' | 'diamond', { latest, change, median }: Headline): TemplateResult {
  return html`<div class="headline">
    <span class="headline-title"><span class="swatch swatch-${swatch}" aria-hidden="true"></span>${title}</span>
    <span class="headline-value"
      >${latest}${change === null ? nothing : html` <span class="headline-change" title="against the median of the runs before">${change}</span>`}</span
    >
    <span class="dim">median ${median}</span>
  </div>`;
}

function plot(durations: DashboardState['durations']): TemplateResult {
  const label = `Duration of the last ${counted(durations.length, 'run')} in seconds. Arrow keys read the values; they are also shown as a table.`;
  return html`<noodle-duration-plot
      tabindex="0"
      role="group"
      aria-label=${label}
      .points=${guard([durations], () => durationPoints(durations))}
    ></noodle-duration-plot>
    <p class="plot-legend dim" aria-hidden="true">
      <span class="swatch swatch-cross"></span>run that did not succeed
    </p>`;
}

function table(durations: DashboardState['durations'], now: number): TemplateResult {
  const label = 'Durations of the last runs';
  return html`<div class="duration-table">
    ${guard([durations], () => dataGrid({ label, columns, rows: durationRows(durationPoints(durations), now) }))}
  </div>`;
}
