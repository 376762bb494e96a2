// The last runs, latest first; each opens to its results and its log.
import { html, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import type { Execution } from '../../agent/protocol/execution.ts';
import { counted, formatCount, formatDuration } from '../../agent/protocol/quantities.ts';
import { workingMs } from '../../agent/protocol/execution-time.ts';
import type { PanelContext } from '../actions.ts';
import { button } from '../controls.ts';
import { formatClock } from '../format.ts';
import { icon } from '../icons.ts';
import { isOver } from '../state/executions.ts';
import { stateWord } from '../state/stages.ts';
import type { DashboardState } from '../state/state.ts';
import { emptyLine, panel } from './panel.ts';
import { runDetails } from './run-details.ts';
import { stateMark } from './state-mark.ts';

/** The list of runs. */
export function runsPanel(state: DashboardState, context: PanelContext): TemplateResult {
  const shown = state.executions.slice(0, state.view.shown.runs);
  const left = state.executions.length - shown.length;
  const list = html`<ul class="runs">
      ${repeat(
        shown,
        (run) => run.id,
        (run) => runItem(run, state, context),
      )}
    </ul>
    ${left <= 0 ? nothing : html`<p class="more">${button({ label: 'Show more', title: 'Show more runs', onClick: () => context.actions.showMore('runs') })} <span>${formatCount(left)} not shown</span></p>`}`;
  return panel({ id: 'runs', title: 'Runs' }, state.executions.length === 0 ? emptyLine('Nothing has run yet.') : list);
}

function runItem(run: Execution, state: DashboardState, context: PanelContext): TemplateResult {
  const isOpen = state.view.openRunId === run.id;
  const toggled = (): void => context.actions.toggleRun(run.id);
  return html`<li class="run" ?data-open=${isOpen}>
    <button type="button" class="run-row" aria-expanded=${isOpen} @click=${toggled}>
      <span class="run-opener">${icon('opener')}</span>
      <span class="run-state" data-state=${run.state}
        >${stateMark(run.state)}<span class="run-word" aria-hidden="true">${stateWord(run.state)}</span></span
      >
      <span class="run-duration">${duration(run, context.now)}</span>
      <span class="run-files">${counted(run.changedFiles, 'file')}</span>
      <span class="run-counts">${countsOf(run)}</span>
      <time class="run-time" datetime=${new Date(run.queuedAt).toISOString()}
        >${formatClock(run.queuedAt, context.now)}</time
      >
    </button>
    ${isOpen ? runDetails(run, state, context) : nothing}
  </li>`;
}

function duration(run: Execution, now: number): string {
  const durationMs = workingMs(run, now);
  if (durationMs === null) return '–';
  return isOver(run.state) ? formatDuration(durationMs) : '…';
}

function countsOf({ counts, kind, steps, reason }: Execution): string {
  const builds = steps.filter((step) => step.kind === 'build' && step.state === 'failed').length;
  const parts = [
    builds === 0 ? '' : `${counted(builds, 'build')} failed`,
    counts.failed === 0 ? '' : `${formatCount(counts.failed)} failed`,
    counts.passed === 0 ? '' : `${formatCount(counts.passed)} passed`,
  ].filter((part) => part !== '');
  if (parts.length > 0) return parts.join(', ');
  const own = steps.filter((step) => step.kind === 'command' || step.kind === 'approval' || step.kind === 'wait');
  if (own.length > 0) return reason ?? counted(own.length, 'step');
  return reason ?? (kind === 'build' ? 'builds only' : 'no tests');
}
