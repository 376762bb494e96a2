// Says that what the page shows is from before the connection was lost, and what happens about it.
import { html, nothing, type TemplateResult } from 'lit-html';
import type { PanelContext } from '../actions.ts';
import { button } from '../controls.ts';
import { formatClock } from '../format.ts';
import { icon } from '../icons.ts';
import type { Connection } from '../state/connection.ts';
import type { DashboardState } from '../state/state.ts';

/** A line over the page while it is not connected; nothing before there is anything to show. */
export function connectionBanner(state: DashboardState, context: PanelContext): TemplateResult | typeof nothing {
  if (state.load.state !== 'ready' || state.connection.state === 'connected') return nothing;
  const asOf = `This is as of ${formatClock(state.load.value.at, context.now)}.`;
  return html`<div class="notice banner" data-severity="warning" role="status">
    <span class="mark">${icon('offline')}</span>
    <p>${sentence(state.connection)} <span class="dim">${asOf}</span></p>
    ${state.connection.state === 'connecting' ? nothing : button({ label: retryLabel(context), onClick: () => context.actions.retry() })}
  </div>`;
}

/** What became of the connection, in a sentence. */
export function sentence(connection: Connection): string {
  switch (connection.state) {
    case 'connected':
      return 'Connected.';
    case 'connecting':
      return 'Connecting to the agent.';
    case 'reconnecting':
      return `The agent does not answer. Trying again in ${seconds(connection.retryInMs)}.`;
    case 'stopped':
    case 'untrusted':
      return connection.message;
    case 'refused':
      return connection.failure.message;
  }
}

function seconds(milliseconds: number): string {
  return `${Math.max(1, Math.round(milliseconds / 1000))} s`;
}

function retryLabel({ hasEditor }: PanelContext): string {
  return hasEditor ? 'Start agent' : 'Try now';
}
