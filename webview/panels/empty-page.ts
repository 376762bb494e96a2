// What the page says while it has nothing to show: why, and what to do.
import { html, nothing, type TemplateResult } from 'lit-html';
import { failureCatalogue, type Failure } from '../../agent/protocol/failure.ts';
import { knownFrameworks } from '../../agent/protocol/test.ts';
import type { PanelContext } from '../actions.ts';
import { button, progressRing } from '../controls.ts';
import { icon, type IconName } from '../icons.ts';
import { currentExecution, type DashboardState } from '../state/state.ts';
import { sentence } from './connection-banner.ts';

interface Message {
  readonly icon: IconName;
  readonly title: string;
  readonly text: string | TemplateResult;
  readonly buttons: readonly TemplateResult[];
}

/** The message in place of the panels, or null when there is something to show. */
export function emptyPage(state: DashboardState, context: PanelContext): TemplateResult | null {
  if (state.load.state === 'ready') return currentExecution(state) === null ? firstRun(state, context) : null;
  if (state.connection.state === 'connected' && state.load.state === 'failed')
    return broken(state.load.failure, context);
  if (state.connection.state === 'connected' || state.connection.state === 'connecting') return loading();
  return notConnected(state, context);
}

function loading(): TemplateResult {
  return html`<div class="empty-page loading">
    ${progressRing('Loading')}
    <p>Reading what the agent knows …</p>
  </div>`;
}

function broken(failure: Failure, { actions }: PanelContext): TemplateResult {
  const { title, hint } = failureCatalogue[failure.reason];
  return message({
    icon: 'warning',
    title,
    text: html`${failure.message} ${failure.hint ?? hint}`,
    buttons: [button({ label: 'Read again', appearance: 'primary', onClick: () => actions.retry() })],
  });
}

function notConnected({ connection }: DashboardState, context: PanelContext): TemplateResult {
  if (connection.state === 'refused') return refused(connection.failure);
  if (connection.state === 'untrusted') return untrusted(connection.message, context);
  const { actions, hasEditor } = context;
  if (!hasEditor) {
    return message({
      icon: 'offline',
      title: 'The agent is not connected',
      text: html`${sentence(connection)} If it has left, start it in the repository with <code>noodle serve</code> and
        open the address that it prints.`,
      buttons: [button({ label: 'Try now', appearance: 'primary', onClick: () => actions.retry() })],
    });
  }
  return message({
    icon: 'offline',
    title: 'The agent is not connected',
    text: sentence(connection),
    buttons: [
      button({ label: 'Start agent', appearance: 'primary', onClick: () => actions.editorCommand('restartAgent') }),
      button({ label: 'Show log', onClick: () => actions.editorCommand('showLog') }),
    ],
  });
}

function refused(failure: Failure): TemplateResult {
  const { title } = failureCatalogue[failure.reason];
  const text =
    failure.reason === 'unauthorized'
      ? html`Open the address that <code>noodle serve</code> or <code>noodle status</code> prints: it signs this browser
          in.`
      : html`${failure.message} ${failure.hint ?? failureCatalogue[failure.reason].hint}`;
  return message({ icon: 'warning', title, text, buttons: [] });
}

function untrusted(text: string, { actions }: PanelContext): TemplateResult {
  return message({
    icon: 'warning',
    title: 'The workspace is not trusted',
    text,
    buttons: [
      button({ label: 'Manage trust', appearance: 'primary', onClick: () => actions.editorCommand('manageTrust') }),
    ],
  });
}

function firstRun(state: DashboardState, { actions }: PanelContext): TemplateResult {
  const found = state.repository?.found ?? [];
  if (found.length === 0) return nothingFound(state, actions);
  return message({
    icon: 'start',
    title: 'Nothing has run yet',
    text: html`Noodle found ${found.join(', ')}. Run the impacted tests, or all of them once so that selections become
    exact.${problemList(state)}`,
    buttons: [
      button({ label: 'Run impacted tests', appearance: 'primary', onClick: () => actions.startRun('impacted') }),
      button({ label: 'Run all tests', onClick: () => actions.startRun('all') }),
    ],
  });
}

function nothingFound(state: DashboardState, actions: PanelContext['actions']): TemplateResult {
  return message({
    icon: 'start',
    title: 'No tests and no builds found',
    text: html`Noodle looks for tests of ${knownFrameworks}, for build scripts and projects, and for targets in
      <code>noodle.yaml</code>. The page changes by itself when there is
      one.${problemList(state)}`,
    buttons: [button({ label: 'Look again', onClick: () => actions.retry() })],
  });
}

function problemList({ problems }: DashboardState): TemplateResult | typeof nothing {
  return problems.length === 0
    ? nothing
    : html`<ul class="problems">
        ${problems.slice(0, 20).map((problem) => html`<li>${problem}</li>`)}
      </ul>`;
}

function message({ icon: name, title, text, buttons }: Message): TemplateResult {
  return html`<section class="empty-page" aria-labelledby="empty-title">
    <span class="empty-icon">${icon(name)}</span>
    <h2 id="empty-title">${title}</h2>
    <div class="empty-text" role="status">${text}</div>
    ${buttons.length === 0 ? nothing : html`<div class="empty-buttons">${buttons}</div>`}
  </section>`;
}
