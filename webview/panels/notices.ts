// What the user has to know once: state repaired, disk full, settings wrong, a request that failed.
import { html, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import type { PanelContext } from '../actions.ts';
import { button } from '../controls.ts';
import { icon } from '../icons.ts';
import type { DashboardState, Notice } from '../state/state.ts';

/** The notices, each with a button that takes it away. */
export function noticesPanel({ notices }: DashboardState, context: PanelContext): TemplateResult {
  // The region is always there, so that screen readers hear what comes into it.
  return html`<div class="notices" role="status">
    ${repeat(
      notices,
      (notice) => notice.id,
      (notice) => item(notice, context),
    )}
  </div>`;
}

function item({ id, severity, message, hint }: Notice, { actions }: PanelContext): TemplateResult {
  return html`<div class="notice" data-severity=${severity}>
    <span class="mark">${icon(severity === 'info' ? 'information' : 'warning')}</span>
    <p>${message}${hint === null ? nothing : html` <span class="dim">${hint}</span>`}</p>
    ${button({ label: icon('close'), appearance: 'icon', title: 'Dismiss', onClick: () => actions.dismissNotice(id) })}
  </div>`;
}
