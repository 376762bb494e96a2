// The page as a whole: what is shown where, and what is shown instead when there is nothing yet.
import { html, nothing, type TemplateResult } from 'lit-html';
import type { PanelContext } from '../actions.ts';
import { button } from '../controls.ts';
import { alertsSection } from '../sections/alerts.ts';
import { buildsSection } from '../sections/builds.ts';
import { deliverySection } from '../sections/delivery.ts';
import { modelsSection } from '../sections/models.ts';
import { navigation } from '../sections/navigation.ts';
import { pipelinesSection } from '../sections/pipelines.ts';
import { testsSection } from '../sections/tests.ts';
import { trendsSection } from '../sections/trends.ts';
import { answer } from '../state/answer.ts';
import type { LoadedSection } from '../state/sections.ts';
import { currentExecution, type DashboardState } from '../state/state.ts';
import { alertsPanel, firingPanel } from './alerts.ts';
import { connectionBanner } from './connection-banner.ts';
import { costPanel } from './cost.ts';
import { durationsPanel } from './durations.ts';
import { emptyPage } from './empty-page.ts';
import { failingPanel } from './failing.ts';
import { header } from './header.ts';
import { hero } from './hero.ts';
import { noticesPanel } from './notices.ts';
import { runsPanel } from './runs.ts';
import { slowestPanel } from './slowest.ts';

/** The title of the document: what a browser's tab shows. */
export function pageTitle(state: DashboardState): string {
  const name = state.repository?.name ?? 'Noodle CI/CD';
  return currentExecution(state) === null ? name : `${answer(state).text} · ${name}`;
}

/** Everything on the page. */
export function pageContent(state: DashboardState, context: PanelContext): TemplateResult {
  const empty = emptyPage(state, context);
  return html`<div class="page">
    ${header(state, context)}
    <main>${connectionBanner(state, context)} ${noticesPanel(state, context)} ${empty ?? content(state, context)}</main>
  </div>`;
}

const sections: { readonly [S in LoadedSection]: (state: DashboardState, context: PanelContext) => TemplateResult } = {
  pipelines: pipelinesSection,
  tests: testsSection,
  builds: buildsSection,
  trends: trendsSection,
  alerts: alertsSection,
  delivery: deliverySection,
  models: modelsSection,
};

/** The answer stands above every section. There is no room for sections in the sidebar. */
function content(state: DashboardState, context: PanelContext): TemplateResult {
  const { section } = state.filters;
  const isNow = section === 'now' || context.place === 'sidebar';
  return html`${hero(state, context)} ${context.place === 'sidebar' ? nothing : navigation(state, context)}
  ${isNow ? columns(state, context) : sections[section](state, context)}`;
}

/** In the sidebar the left column only: the right one is a click away, and alerts that fire are shown all the same. */
function columns(state: DashboardState, context: PanelContext): TemplateResult {
  const isSidebar = context.place === 'sidebar';
  return html`<div class="columns">
    <div class="column">
      ${isSidebar ? firingPanel(state, context) : nothing} ${failingPanel(state, context)} ${runsPanel(state, context)}
      ${isSidebar ? nothing : slowestPanel(state)}
    </div>
    ${isSidebar ? openWhole(context) : sideColumn(state, context)}
  </div>`;
}

function sideColumn(state: DashboardState, context: PanelContext): TemplateResult {
  return html`<div class="column">
    ${durationsPanel(state, context)} ${costPanel(state)} ${alertsPanel(state, context)}
  </div>`;
}

function openWhole({ actions }: PanelContext): TemplateResult {
  const onClick = (): void => actions.editorCommand('openDashboard');
  return html`<p class="open-whole">${button({ label: 'Open the whole dashboard', onClick })}</p>`;
}
