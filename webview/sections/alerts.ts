// Alerts: what fires and what fired, the rules, the silences and the channels.
import { html, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import type { Alert, AlertRule, ChannelStatus, ListedAlertRule, Silence } from '../../agent/protocol/alerts.ts';
import { counted, formatDuration } from '../../agent/protocol/quantities.ts';
import type { PanelContext } from '../actions.ts';
import { button } from '../controls.ts';
import { formatAgo, formatClock } from '../format.ts';
import { icon } from '../icons.ts';
import { emptyLine, panel } from '../panels/panel.ts';
import { isConnected, type DashboardState } from '../state/state.ts';
import { whenRead } from './remote.ts';

const silencedForSeconds = 3600;

export function alertsSection(state: DashboardState, context: PanelContext): TemplateResult {
  return whenRead(state.sections.alerts, context, ({ alerts, rules, silences, channels, problems }) => {
    const firing = alerts.filter((alert) => alert.state !== 'resolved');
    const resolved = alerts.filter((alert) => alert.state === 'resolved');
    return html`<div class="columns">
      <div class="column">
        ${panel({ id: 'firing', title: 'Firing' }, firing.length === 0 ? emptyLine('Nothing fires.') : alertList(firing, state, context))}
        ${panel({ id: 'resolved', title: 'Resolved' }, resolved.length === 0 ? emptyLine('Nothing was resolved lately.') : alertList(resolved, state, context))}
      </div>
      <div class="column">
        ${problems.length === 0 ? nothing : problemsPanel(problems)}
        ${panel({ id: 'rules', title: 'Rules' }, ruleList(rules, state, context))}
        ${panel({ id: 'silences', title: 'Silences' }, silences.length === 0 ? emptyLine('Nothing is silenced.') : silenceList(silences, state, context))}
        ${panel({ id: 'channels', title: 'Channels' }, channelList(channels, context))}
      </div>
    </div>`;
  });
}

function alertList(alerts: readonly Alert[], state: DashboardState, context: PanelContext): TemplateResult {
  return html`<ul class="alerts">
    ${repeat(
      alerts,
      ({ id }) => id,
      (alert) => alertItem(alert, state, context),
    )}
  </ul>`;
}

function alertItem(alert: Alert, state: DashboardState, { actions, now }: PanelContext): TemplateResult {
  const isDisabled = !isConnected(state);
  const quiet = quietBecause(alert);
  return html`<li class="alert" data-state=${alert.state} data-severity=${alert.severity}>
    <span class="mark">${icon(alert.state === 'resolved' ? 'passed' : 'warning')}</span>
    <div class="alert-text">
      <p>${alert.message}</p>
      ${alert.firedMessage === null || alert.firedMessage === alert.message ? nothing : html`<p class="dim">when it fired: ${alert.firedMessage}</p>`}
      <p class="dim">
        ${alert.state === 'resolved' ? 'resolved' : `${alert.state}, ${alert.severity}`} · ${alert.rule} ·
        ${formatAgo(alert.resolvedAt ?? alert.firedAt, now)}${alert.occurrences > 1 ? ` · fired ${alert.occurrences} times` : ''}
      </p>
      ${quiet === null ? nothing : html`<p class="dim">${quiet}</p>`}
    </div>
    ${
      alert.state === 'resolved'
        ? nothing
        : html`<span class="alert-actions">
            ${alert.acknowledged === null ? button({ label: 'Acknowledge', appearance: 'icon', title: `Acknowledge: ${alert.rule}`, isDisabled, onClick: () => actions.acknowledgeAlert(alert.id) }) : nothing}
            ${alert.silencedBy === null ? button({ label: 'Silence', appearance: 'icon', title: `Silence ${alert.rule} for an hour`, isDisabled, onClick: () => actions.silenceRule(alert.rule, silencedForSeconds) }) : nothing}
            ${button({ label: 'Resolve', appearance: 'icon', title: `Resolve: ${alert.rule}`, isDisabled: isDisabled || state.resolving.has(alert.id), onClick: () => actions.resolveAlert(alert.id) })}
          </span>`
    }
  </li>`;
}

/** Why nobody is told of it, or does not need to be. */
function quietBecause({ acknowledged, silencedBy, inhibitedBy, isFlapping }: Alert): string | null {
  if (acknowledged !== null)
    return `acknowledged by ${acknowledged.by}${acknowledged.note === '' ? '' : `: ${acknowledged.note}`}`;
  if (silencedBy !== null) return 'silenced: nobody is told';
  if (inhibitedBy !== null) return `caused by ${inhibitedBy}: nobody is told`;
  return isFlapping ? 'fires and is resolved again and again: told once' : null;
}

function ruleList(rules: readonly ListedAlertRule[], state: DashboardState, { actions }: PanelContext): TemplateResult {
  return html`<ul class="entries">
    ${repeat(
      rules,
      ({ id }) => id,
      (rule) =>
        html`<li class="entry entry-row" data-off=${rule.isEnabled ? 'false' : 'true'}>
          <div>
            <p>
              ${rule.name}
              <span class="dim"
                >${rule.severity}${rule.isEnabled ? '' : ' · off'}${rule.source === 'noodle.yaml' ? ' · declared in noodle.yaml' : ''}</span
              >
            </p>
            <p class="dim">${rule.description || `${rule.id} · ${rule.metricId}`}</p>
          </div>
          ${rule.source === 'noodle.yaml' ? nothing : button({ label: rule.isEnabled ? 'Switch off' : 'Switch on', appearance: 'icon', title: `${rule.isEnabled ? 'Switch off' : 'Switch on'}: ${rule.name}`, isDisabled: !isConnected(state), onClick: () => actions.switchRule(ruleItself(rule), !rule.isEnabled) })}
        </li>`,
    )}
  </ul>`;
}

/** Of all settings, with their places: a rule or a channel that does not fit is not in the lists below. */
function problemsPanel(problems: readonly string[]): TemplateResult {
  return panel(
    { id: 'configuration-problems', title: `${counted(problems.length, 'problem')} of the configuration` },
    html`<ul class="entries">
      ${problems.map((problem) => html`<li class="entry">${problem}</li>`)}
    </ul>`,
  );
}

/** Without where it comes from. */
function ruleItself({ source: _source, ...rule }: ListedAlertRule): AlertRule {
  return rule;
}

function silenceList(
  silences: readonly Silence[],
  state: DashboardState,
  { actions, now }: PanelContext,
): TemplateResult {
  return html`<ul class="entries">
    ${repeat(
      silences,
      ({ id }) => id,
      (silence) =>
        html`<li class="entry entry-row">
          <div>
            <p>
              ${silence.rule ?? silence.metricId ?? silence.severity ?? 'all alerts'}
              <span class="dim">for ${formatDuration(Math.max(0, silence.endsAt - now))} more</span>
            </p>
            <p class="dim">by ${silence.createdBy}${silence.reason === '' ? '' : ` · ${silence.reason}`}</p>
          </div>
          ${button({ label: 'End', appearance: 'icon', title: `End the silence of ${silence.rule ?? 'these alerts'}`, isDisabled: !isConnected(state), onClick: () => actions.endSilence(silence.id) })}
        </li>`,
    )}
  </ul>`;
}

function channelList(channels: readonly ChannelStatus[], { now }: PanelContext): TemplateResult {
  if (channels.length === 0)
    return emptyLine('Alerts are shown here and in the editor. Other channels are named in noodle.yaml under alerts.');
  return html`<ul class="entries">
    ${channels.map(
      ({ name, type, least, waiting, lastDeliveredAt, problem }) =>
        html`<li class="entry">
          <p>${name} <span class="dim">${type} · from ${least} on</span></p>
          <p class="dim">
            ${problem ?? (lastDeliveredAt === null ? 'nothing was sent yet' : `last sent ${formatClock(lastDeliveredAt, now)}`)}${waiting === 0 ? '' : ` · ${counted(waiting, 'message')} waiting`}
          </p>
        </li>`,
    )}
  </ul>`;
}
