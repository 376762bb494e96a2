// The output of a run or of one of its steps.
import { html, nothing, type TemplateResult } from 'lit-html';
import type { Execution } from '../../agent/protocol/execution.ts';
import { StepId } from '../../agent/protocol/ids.ts';
import { formatBytes } from '../../agent/protocol/quantities.ts';
import type { PanelContext } from '../actions.ts';
import { button, dropdown } from '../controls.ts';
import type { DashboardState, RunLog } from '../state/state.ts';
import { emptyLine } from './panel.ts';

const wholeRun = 'whole-run';

/** Colours and cursor movements, which a terminal would have carried out. */
// oxlint-disable-next-line no-control-regex -- these control characters are what is removed
const terminalCodes = /\u001b\[[0-9;?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?/g;

/** The log of `run`, with a choice of its steps. */
export function runLog(run: Execution, state: DashboardState, context: PanelContext): TemplateResult {
  const steps = run.steps.map((step) => ({ value: step.id as string, label: step.name }));
  const chosen = state.view.logStepId ?? wholeRun;
  const choose = (value: string): void =>
    context.actions.chooseLogStep(value === wholeRun ? null : StepId.parse(value));
  return html`<div class="log">
    ${
      steps.length < 2
        ? nothing
        : dropdown({
            label: 'Step',
            options: [{ value: wholeRun, label: 'Whole run' }, ...steps],
            value: chosen,
            onChange: choose,
          })
    }
    ${content(state, context)}
  </div>`;
}

function content({ log }: DashboardState, context: PanelContext): TemplateResult {
  if (log === null || log.state === 'loading') return html`<p class="dim">Reading the log …</p>`;
  if (log.state === 'failed') return html`<p class="dim">${log.failure.message}</p>`;
  const { text, droppedBytes, nextOffset } = log.value;
  if (text === '') return emptyLine('It printed nothing.');
  return html`${droppedBytes === 0 ? nothing : html`<p class="dim">${formatBytes(droppedBytes)} of the output were not kept.</p>`}
    <pre class="log-text" tabindex="0" role="region" aria-label="Output">${plainText(text)}</pre>
    ${readOn(nextOffset, context)}`;
}

function readOn(nextOffset: RunLog['nextOffset'], { actions }: PanelContext): TemplateResult | typeof nothing {
  if (nextOffset === null) return nothing;
  return html`<p class="more">${button({ label: 'Read on', onClick: () => actions.readLogOn() })}</p>`;
}

function plainText(text: string): string {
  return text.replace(terminalCodes, '').replaceAll('\r\n', '\n');
}
