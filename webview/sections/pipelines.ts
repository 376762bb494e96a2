// Pipelines: what waits for an answer, what can be run, and their executions with logs.
import { html, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import type { Approval, Pipeline } from '../../agent/protocol/pipeline.ts';
import { counted } from '../../agent/protocol/quantities.ts';
import type { PanelContext } from '../actions.ts';
import { badge, button } from '../controls.ts';
import { formatAgo } from '../format.ts';
import { emptyLine, panel } from '../panels/panel.ts';
import { runsPanel } from '../panels/runs.ts';
import type { SectionContents } from '../state/sections.ts';
import { isConnected, type DashboardState } from '../state/state.ts';
import { whenRead } from './remote.ts';

const maximumDiffCharacters = 20_000;
/** Riskier than so many earlier changes: worth a second look. */
const highRisk = 0.8;

export function pipelinesSection(state: DashboardState, context: PanelContext): TemplateResult {
  return whenRead(
    state.sections.pipelines,
    context,
    ({ pipelines, broken, approvals }) =>
      html`<div class="columns">
        <div class="column">
          ${approvals.length === 0 ? nothing : approvalsPanel(approvals, state, context)}
          ${panel({ id: 'pipelines', title: 'Pipelines' }, pipelines.length + broken.length === 0 ? emptyLine('None is declared, and none could be inferred from the repository.') : pipelineList({ pipelines, broken }, state, context))}
        </div>
        <div class="column">${runsPanel(state, context)}</div>
      </div>`,
  );
}

function approvalsPanel(approvals: readonly Approval[], state: DashboardState, context: PanelContext): TemplateResult {
  return panel(
    { id: 'approvals', title: 'Waiting for an answer', aside: badge(String(approvals.length)) },
    html`<ul class="entries">
      ${repeat(
        approvals,
        ({ executionId, stepId }) => `${executionId} ${stepId}`,
        (approval) => approvalItem(approval, state, context),
      )}
    </ul>`,
  );
}

function approvalItem(approval: Approval, state: DashboardState, { actions, now }: PanelContext): TemplateResult {
  const { pipeline, stepId, question, askedAt, diff, risk } = approval;
  const isDisabled = !isConnected(state);
  return html`<li class="entry">
    <p>${question}</p>
    <p class="dim">${pipeline} · ${stepId} · asked ${formatAgo(askedAt, now)}</p>
    ${risk === null ? nothing : html`<p class=${(risk.percentile ?? 0) >= highRisk ? nothing : 'dim'} title=${risk.reasons.join('\n')}>${risk.sentence}</p>`}
    ${
      diff === ''
        ? nothing
        : html`<details>
            <summary>What changed</summary>
            <pre class="diff" tabindex="0" role="region" aria-label="What changed">
${diff.slice(0, maximumDiffCharacters)}</pre>
          </details>`
    }
    <p class="entry-actions">
      ${button({ label: 'Approve', appearance: 'primary', title: `Approve ${stepId} of ${pipeline}`, isDisabled, onClick: () => actions.decideApproval(approval, 'approve') })}
      ${button({ label: 'Reject', title: `Reject ${stepId} of ${pipeline}`, isDisabled, onClick: () => actions.decideApproval(approval, 'reject') })}
    </p>
  </li>`;
}

type Listed = Pick<SectionContents['pipelines'], 'pipelines' | 'broken'>;

function pipelineList({ pipelines, broken }: Listed, state: DashboardState, context: PanelContext): TemplateResult {
  return html`<ul class="entries">
    ${broken.map(
      ({ id, file, line, column, message }) =>
        html`<li class="entry">
          <p>${id ?? file} <span class="dim">cannot be run</span></p>
          <p class="dim">${file}:${line}:${column}: ${message}</p>
        </li>`,
    )}
    ${repeat(
      pipelines,
      ({ id }) => id,
      (pipeline) => pipelineItem(pipeline, state, context),
    )}
  </ul>`;
}

function pipelineItem(
  { id, name = id, type, source, steps, evidence }: Pipeline,
  state: DashboardState,
  { actions }: PanelContext,
): TemplateResult {
  const last = state.executions.find((execution) => execution.kind === 'pipeline' && execution.name === id);
  const didFail = last !== undefined && ['failed', 'cancelled', 'timed_out', 'interrupted'].includes(last.state);
  const isDisabled = !isConnected(state);
  return html`<li class="entry entry-row">
    <div>
      <p>${name} <span class="dim">${type} · ${counted(Object.keys(steps).length, 'step')} · ${source}</span></p>
      ${last === undefined ? nothing : html`<p class="dim">last: ${last.state.replace('_', ' ')}${last.reason === null ? '' : `, ${last.reason}`}</p>`}
      ${evidence.slice(0, 5).map(({ step, found }) => html`<p class="dim">${step}: ${found}</p>`)}
    </div>
    <span class="entry-buttons">
      ${didFail ? button({ label: 'Rerun failed', title: `Rerun failed: ${name}`, isDisabled, onClick: () => actions.rerun(last.id, true) }) : nothing}
      ${button({ label: 'Run', title: `Run ${name}`, isDisabled, onClick: () => actions.runPipeline(id) })}
    </span>
  </li>`;
}
