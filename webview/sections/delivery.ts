// Delivery: the four keys of DORA, where the time goes, what the machine has left, and settings that would be better.
import { html, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { counted, formatBytes, formatDuration } from '../../agent/protocol/quantities.ts';
import type { Bottlenecks, Capacity, DeliveryMetrics, TuningProposal } from '../../agent/protocol/trends.ts';
import type { PanelContext } from '../actions.ts';
import { button } from '../controls.ts';
import { formatPercent } from '../format.ts';
import { emptyLine, panel } from '../panels/panel.ts';
import { isConnected, type DashboardState } from '../state/state.ts';
import { figure } from './figure.ts';
import { quantity } from './quantity.ts';
import { whenRead } from './remote.ts';
import { timeRange } from './trends.ts';

export function deliverySection(state: DashboardState, context: PanelContext): TemplateResult {
  return html`<div class="section-controls">${timeRange(state.filters, context.actions)}</div>
    ${whenRead(
      state.sections.delivery,
      context,
      ({ delivery, bottlenecks, capacity, proposals }) =>
        html`<div class="columns">
          <div class="column">${deliveryPanel(delivery)} ${bottleneckPanel(bottlenecks)}</div>
          <div class="column">
            ${costOfWaiting(bottlenecks)} ${capacityPanel(capacity)} ${proposalPanel(proposals, state, context)}
          </div>
        </div>`,
    )}`;
}

type Figure = DeliveryMetrics['leadTime'];

function deliveryPanel(delivery: DeliveryMetrics): TemplateResult {
  const rows: readonly (readonly [string, Figure])[] = [
    ['Deliveries', delivery.deploymentFrequency],
    ['Lead time', delivery.leadTime],
    ['Deliveries that failed', { ...delivery.changeFailureRate, unit: 'ratio' }],
    ['Time to restore', delivery.timeToRestore],
    ['Time to green', delivery.timeToGreen],
  ];
  const counted = delivery.source === 'tags' ? 'a version tag' : `a commit on ${delivery.branch ?? 'the main branch'}`;
  return panel(
    { id: 'dora', title: 'Four keys (DORA)' },
    html`<dl class="keys">${rows.map(([title, figure]) => key(title, figure))}</dl>
      <p class="dim">A delivery is ${counted}.</p>`,
  );
}

function key(title: string, { value, unit, count, definition }: Figure): TemplateResult {
  return html`<div class="key">
    <dt>${title}</dt>
    <dd>
      <span class="key-value">${value === null ? 'not known' : quantity(value, unit)}</span>
      <span class="dim">of ${count.toLocaleString('en-US')}. ${definition}</span>
    </dd>
  </div>`;
}

function bottleneckPanel({ steps, executions }: Bottlenecks): TemplateResult {
  const title = 'Where the time goes';
  if (steps.length === 0) return panel({ id: 'bottlenecks', title }, emptyLine('Known after the first run.'));
  return panel(
    { id: 'bottlenecks', title },
    html`<ol class="entries">
        ${repeat(
          steps.slice(0, 10),
          ({ id }) => id,
          ({ name, share, medianMs, medianWaitMs, onPath }) =>
            html`<li class="entry entry-row">
              <div>
                <p>${name}</p>
                <p class="dim">
                  on the critical path of
                  ${counted(onPath, 'execution')}${medianWaitMs < 1 ? '' : ` · waits ${formatDuration(medianWaitMs)}`}
                </p>
              </div>
              <span class="entry-figure"
                >${formatPercent(share)}<span class="dim">median ${formatDuration(medianMs)}</span></span
              >
            </li>`,
        )}
      </ol>
      <p class="dim">Of ${counted(executions, 'execution')}: the share of the time of all critical paths.</p>`,
  );
}

function costOfWaiting({ queue, waiting, saved }: Bottlenecks): TemplateResult {
  return panel(
    { id: 'waiting', title: 'Waiting and saved' },
    html`<dl class="figures">
        ${figure('waited a day', formatDuration(waiting.perDayMs), waiting.definition)}
        ${figure('in the queue, median', formatDuration(queue.medianMs), 'From being queued to being started')}
        ${figure('in the queue, p95', formatDuration(queue.p95Ms), 'From being queued to being started')}
        ${figure('of tests saved', formatDuration(saved.testsMs), saved.definition)}
        ${figure('of builds saved', formatDuration(saved.buildsMs), saved.definition)}
      </dl>
      <p class="dim">${waiting.definition}</p>`,
  );
}

function capacityPanel({ cores, utilization, peakParallelSteps, disk, summary }: Capacity): TemplateResult {
  return panel(
    { id: 'capacity', title: 'Capacity' },
    html`<p>${summary}</p>
      <p class="dim">
        ${counted(cores, 'core')}, ${formatPercent(utilization)} used by runs · at most
        ${counted(peakParallelSteps, 'step')} at once · ${formatBytes(disk.stateBytes)} on
        disk${disk.freeBytes === null ? nothing : `, ${formatBytes(disk.freeBytes)} free`}${disk.daysUntilFull === null ? nothing : `, full in ${counted(Math.round(disk.daysUntilFull), 'day')}`}
      </p>`,
  );
}

function proposalPanel(
  proposals: readonly TuningProposal[],
  state: DashboardState,
  { actions }: PanelContext,
): TemplateResult {
  const title = 'Settings that would be better';
  if (proposals.length === 0)
    return panel({ id: 'proposals', title }, emptyLine('None: the present settings fit what was recorded.'));
  return panel(
    { id: 'proposals', title },
    html`<ul class="entries">
      ${repeat(
        proposals,
        ({ id }) => id,
        (proposal) =>
          html`<li class="entry entry-row">
            <div>
              <p>
                <code>${proposal.setting}</code> ${String(proposal.present)} →
                <strong>${String(proposal.proposed)}</strong>
              </p>
              <p class="dim">
                ${proposal.reason}${proposal.expectedGainMs === null ? '' : ` · expected ${proposal.expectedGainMs <= 0 ? `${formatDuration(-proposal.expectedGainMs)} less` : `${formatDuration(proposal.expectedGainMs)} more`} a run`}
              </p>
            </div>
            ${
              proposal.state === 'applied'
                ? button({
                    label: 'Undo',
                    title: `Undo: ${proposal.setting}`,
                    isDisabled: !isConnected(state),
                    onClick: () => actions.undoProposal(proposal.id),
                  })
                : button({
                    label: 'Apply',
                    title: `Apply: ${proposal.setting}`,
                    isDisabled: !isConnected(state),
                    onClick: () => actions.applyProposal(proposal.id),
                  })
            }
          </li>`,
      )}
    </ul>`,
  );
}
