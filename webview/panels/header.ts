// Repository, branch and changes; the runs that can be started.
import { html, nothing, type TemplateResult } from 'lit-html';
import { counted } from '../../agent/protocol/quantities.ts';
import type { PanelContext } from '../actions.ts';
import { button } from '../controls.ts';
import { icon } from '../icons.ts';
import { isOver } from '../state/executions.ts';
import { countFailing } from '../state/failing.ts';
import { currentExecution, isConnected, type DashboardState } from '../state/state.ts';

/** The top of the page. */
export function header(state: DashboardState, context: PanelContext): TemplateResult {
  return html`<header class="header">${title(state)} ${actionButtons(state, context)}</header>`;
}

function title({ repository }: DashboardState): TemplateResult {
  if (repository === null) return html`<div class="repository"><h1>Noodle CI/CD</h1></div>`;
  const { name, branch, changedFiles } = repository;
  return html`<div class="repository">
    <h1>${name}</h1>
    ${branch === null ? nothing : html`<span class="branch">${icon('branch')}<span class="unseen">branch</span><span class="branch-name">${branch}</span></span>`}
    <span class="changes">${changedFiles === 0 ? 'no changes' : counted(changedFiles, 'change')}</span>
  </div>`;
}

function actionButtons(state: DashboardState, { actions }: PanelContext): TemplateResult {
  const isDisabled = !isConnected(state) || state.load.state !== 'ready';
  const failing = countFailing(state.failing);
  const run = (kind: 'impacted' | 'all' | 'failed') => () => actions.startRun(kind);
  return html`<div class="actions" role="group" aria-label="Runs">
    ${cancelButton(state, actions)}
    ${button({ label: 'Run impacted', appearance: 'primary', isDisabled, onClick: run('impacted'), title: 'Run impacted tests' })}
    ${button({ label: twoLabels('Run all', 'All'), isDisabled, onClick: run('all'), title: 'Run all tests' })}
    ${button({
      label: twoLabels('Run failed', 'Failed'),
      isDisabled: isDisabled || failing === 0,
      onClick: run('failed'),
      title: failing === 0 ? 'Run failed tests: none fails' : `Run failed tests (${failing})`,
    })}
  </div>`;
}

/** The second one where there is little room. */
function twoLabels(wide: string, narrow: string): TemplateResult {
  return html`<span class="wide-label">${wide}</span><span class="narrow-label">${narrow}</span>`;
}

/** Stands before the others, so that these stay where they are when it comes and goes. */
function cancelButton(state: DashboardState, actions: PanelContext['actions']): TemplateResult | typeof nothing {
  const execution = currentExecution(state);
  if (execution === null || isOver(execution.state)) return nothing;
  const isCancelling = state.cancelling === execution.id;
  return button({
    label: isCancelling ? 'Cancelling' : 'Cancel',
    isDisabled: !isConnected(state) || isCancelling,
    onClick: () => actions.cancelRun(execution.id),
    title: isCancelling ? 'Cancelling run' : 'Cancel run',
  });
}
