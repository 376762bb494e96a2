// change ─ builds ─ tests ─ gate: the steps of a run, live.
import { html, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import type { Execution } from '../../agent/protocol/execution.ts';
import { counted } from '../../agent/protocol/quantities.ts';
import type { PanelContext } from '../actions.ts';
import { stagesOf, type Stage, type StageNode } from '../state/stages.ts';
import type { DashboardState } from '../state/state.ts';
import { stateMark } from './state-mark.ts';

/** More steps of a stage than these are told as a number. */
const maximumNodes = 12;

/** The graph of the run's stages, in their order. */
export function stageGraph(state: DashboardState, execution: Execution, context: PanelContext): TemplateResult {
  const stages = stagesOf(execution, state.current, context.now);
  const isMarked = stages.some(({ nodes }) => nodes.some(({ isCritical }) => isCritical));
  return html`<ol class="stages" aria-label="Steps of the run">
      ${repeat(stages, (each) => each.key, stage)}
    </ol>
    ${isMarked ? html`<p class="stages-key dim" aria-hidden="true"><span class="critical-mark"></span> the longest way: it decides how long the run takes</p>` : nothing}`;
}

function stage({ key, title, state, nodes }: Stage): TemplateResult {
  return html`<li class="stage stage-${key}" data-state=${state}>
    <span class="stage-title">${title}</span>
    <ul class="nodes">
      ${repeat(shownNodes(nodes), (each) => each.key, node)}
      ${nodes.length > maximumNodes ? html`<li class="node-more">and ${counted(nodes.length - maximumNodes, 'more', 'more')}</li>` : nothing}
    </ul>
  </li>`;
}

/** Those that need to be seen come first when not all are shown; else their own order stays. */
function shownNodes(nodes: readonly StageNode[]): readonly StageNode[] {
  if (nodes.length <= maximumNodes) return nodes;
  const weight = (each: StageNode): number => (each.state === 'failed' ? 0 : each.state === 'running' ? 1 : 2);
  return nodes.toSorted((a, b) => weight(a) - weight(b)).slice(0, maximumNodes);
}

const criticalWords = 'on the longest way: it decides how long the run takes';

function node({ name, state, detail, isCritical }: StageNode): TemplateResult {
  const parts = [detail === '' ? name : `${name}: ${detail}`, ...(isCritical ? [criticalWords] : [])];
  return html`<li class="node" data-state=${state} ?data-critical=${isCritical} title=${parts.join('\n')}>
    ${stateMark(state)}<span class="node-name">${name}</span
    >${detail === '' ? nothing : html`<span class="node-detail">${detail}</span>`}
    ${isCritical ? html`<span class="unseen">, ${criticalWords}</span>` : nothing}
  </li>`;
}
