// The sections of the wide page as links: each can be kept, opened in a tab of its own and sent to somebody.
import { html, type TemplateResult } from 'lit-html';
import { formatCount } from '../../agent/protocol/quantities.ts';
import type { PanelContext } from '../actions.ts';
import { badge } from '../controls.ts';
import { linkOf, SectionName } from '../state/sections.ts';
import type { DashboardState } from '../state/state.ts';

const titles: Readonly<Record<SectionName, string>> = {
  now: 'Now',
  pipelines: 'Pipelines',
  tests: 'Tests',
  builds: 'Builds',
  trends: 'Trends',
  alerts: 'Alerts',
  delivery: 'Delivery',
  models: 'Models',
};

export function navigation(state: DashboardState, context: PanelContext): TemplateResult {
  return html`<nav class="sections" aria-label="Sections">
    ${SectionName.options.map((name) => item(name, state, context))}
  </nav>`;
}

function item(section: SectionName, { filters, alerts }: DashboardState, { actions }: PanelContext): TemplateResult {
  const isCurrent = filters.section === section;
  const firing = section === 'alerts' ? alerts.filter(({ state }) => state === 'firing').length : 0;
  const clicked = (event: MouseEvent): void => {
    // A new tab or window is the browser's to open.
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    actions.show({ section });
  };
  return html`<a
    class="section-link"
    href="#${linkOf({ ...filters, section })}"
    aria-current=${isCurrent ? 'page' : 'false'}
    @click=${clicked}
    >${titles[section]}${firing === 0 ? '' : html` ${badge(formatCount(firing))}<span class="unseen"> firing</span>`}</a
  >`;
}
