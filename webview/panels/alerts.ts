// Alerts: those that fire, then those resolved lately.
import { html, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import type { Alert } from '../../agent/protocol/alerts.ts';
import { formatCount } from '../../agent/protocol/quantities.ts';
import type { PanelContext } from '../actions.ts';
import { badge, button } from '../controls.ts';
import { formatAgo } from '../format.ts';
import { icon } from '../icons.ts';
import { isConnected, type DashboardState } from '../state/state.ts';
import { emptyLine, panel } from './panel.ts';

const maximumResolved = 5;
const severities: readonly Alert['severity'][] = ['critical', 'error', 'warning', 'info'];

/** The alerts that fire, the most severe first. */
function firingAlerts({ alerts }: DashboardState): readonly Alert[] {
  return alerts
    .filter((alert) => alert.state === 'firing')
    .toSorted((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity));
}

/** The alerts that fire alone: for where there is little room. */
export function firingPanel(state: DashboardState, context: PanelContext): TemplateResult | typeof nothing {
  const firing = firingAlerts(state);
  if (firing.length === 0) return nothing;
  return panel(
    { id: 'alerts', title: 'Alerts', aside: badge(formatCount(firing.length)) },
    list(firing, state, context),
  );
}

/** All alerts that matter now. */
export function alertsPanel(state: DashboardState, context: PanelContext): TemplateResult {
  const firing = firingAlerts(state);
  const resolved = state.alerts.filter((alert) => alert.state === 'resolved').slice(0, maximumResolved);
  const aside = firing.length === 0 ? nothing : badge(formatCount(firing.length));
  const shown = [...firing, ...resolved];
  return panel(
    { id: 'alerts', title: 'Alerts', aside },
    shown.length === 0 ? emptyLine('No alerts.') : list(shown, state, context),
  );
}

function list(alerts: readonly Alert[], state: DashboardState, context: PanelContext): TemplateResult {
  return html`<ul class="alerts">
    ${repeat(
      alerts,
      (alert) => alert.id,
      (alert) => item(alert, state, context),
    )}
  </ul>`;
}

function item(alert: Alert, state: DashboardState, { actions, now }: PanelContext): TemplateResult {
  const isFiring = alert.state === 'firing';
  const since = isFiring ? alert.firedAt : (alert.resolvedAt ?? alert.firedAt);
  return html`<li class="alert" data-state=${alert.state} data-severity=${alert.severity}>
    <span class="mark">${icon(isFiring ? 'warning' : 'passed')}</span>
    <div class="alert-text">
      <p>${alert.message}</p>
      <p class="dim">${isFiring ? alert.severity : 'resolved'} · ${alert.rule} · ${formatAgo(since, now)}</p>
    </div>
    ${
      isFiring
        ? button({
            label: 'Resolve',
            appearance: 'icon',
            title: `Resolve: ${alert.rule}`,
            isDisabled: !isConnected(state) || state.resolving.has(alert.id),
            onClick: () => actions.resolveAlert(alert.id),
          })
        : nothing
    }
  </li>`;
}
