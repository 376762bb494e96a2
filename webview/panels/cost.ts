// What Noodle spares and what it costs.
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AgentCost } from '../../agent/protocol/analytics.ts';
import { formatBytes, formatDuration } from '../../agent/protocol/quantities.ts';
import { formatPercent } from '../format.ts';
import type { DashboardState } from '../state/state.ts';
import { panel } from './panel.ts';

/** Time saved in the last seven days, and the agent's own use of the machine. */
export function costPanel({ saved, cost }: DashboardState): TemplateResult {
  return html`<div class="pair">
    ${saved === null ? nothing : savedPanel(saved)} ${cost === null ? nothing : agentPanel(cost)}
  </div>`;
}

function savedPanel({ testsMs, buildsMs }: NonNullable<DashboardState['saved']>): TemplateResult {
  const figures = html`${figure('of tests', formatDuration(testsMs), 'Expected duration of the tests that no change could affect')}
  ${figure('of builds', formatDuration(buildsMs), 'Expected duration of the builds whose inputs were unchanged')}`;
  return panel({ id: 'saved', title: 'Saved this week' }, html`<dl class="figures">${figures}</dl>`);
}

function agentPanel({ cpu, memoryBytes, stateBytes, yielding }: AgentCost): TemplateResult {
  const figures = html`${figure('CPU', formatPercent(cpu), 'Share of one processor, without what the agent runs')}
  ${figure('memory', formatBytes(memoryBytes), 'Resident memory, without what the agent runs')}
  ${figure('disk', formatBytes(stateBytes), 'Database, journal, logs and caches')}
  ${
    yielding === undefined || yielding.totalMs === 0
      ? nothing
      : figure(
          'gave way',
          formatDuration(yielding.totalMs),
          'While you typed, fewer tests and builds ran at once, at a lower priority',
        )
  }`;
  return panel({ id: 'cost', title: 'What Noodle costs' }, html`<dl class="figures">${figures}</dl>`);
}

function figure(title: string, value: string, meaning: string): TemplateResult {
  return html`<div class="figure" title=${meaning}>
    <dt>${title}</dt>
    <dd>${value}</dd>
  </div>`;
}
