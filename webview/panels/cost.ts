// What Noodle spares and what it costs.
import { html, nothing, type TemplateResult } from 'lit-html';
import { formatBytes, formatDuration } from '../../agent/protocol/quantities.ts';
import { formatPercent } from '../format.ts';
import type { DashboardState } from '../state/state.ts';
import { panel } from './panel.ts';

/** Time saved in the last seven days, and the agent's own use of the machine. */
export function costPanel({ saved, cost }: DashboardState): TemplateResult {
  return panel(
    { id: 'saved', title: 'Saved this week' },
    html`<dl class="figures">
      ${saved === null
        ? nothing
        : html`${figure('Tests left out', formatDuration(saved.testsMs), 'Expected duration of the tests that no change could affect')}
          ${figure('Builds unchanged', formatDuration(saved.buildsMs), 'Expected duration of the builds whose inputs were unchanged')}`}
      ${cost === null
        ? nothing
        : html`${figure('Agent', `${formatPercent(cost.cpu)} CPU, ${formatBytes(cost.memoryBytes)}`, 'Share of one processor and memory, without what it runs')}
          ${figure('State on disk', formatBytes(cost.stateBytes), 'Database, journal, logs and caches')}`}
    </dl>`,
  );
}

function figure(title: string, value: string, meaning: string): TemplateResult {
  return html`<div class="figure" title=${meaning}><dt>${title}</dt><dd>${value}</dd></div>`;
}
