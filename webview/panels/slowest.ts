// The slowest tests, longest first.
import { html, svg, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { formatDuration } from '../../agent/protocol/quantities.ts';
import type { DashboardState } from '../state/state.ts';
import { emptyLine, panel } from './panel.ts';

const maximumShown = 10;
/** What takes less is not slow, whatever it stands beside. */
const shortestMs = 1;

/** Which tests take longest, each beside the longest. */
export function slowestPanel({ slowest }: DashboardState): TemplateResult {
  const title = 'Slowest tests';
  if (slowest.length === 0) return panel({ id: 'slowest', title }, emptyLine('Known after the first run.'));
  const shown = slowest.filter((test) => test.durationMs >= shortestMs).slice(0, maximumShown);
  if (shown.length === 0)
    return panel({ id: 'slowest', title }, emptyLine('Every test takes less than a millisecond.'));
  const longestMs = Math.max(...shown.map((test) => test.durationMs));
  return panel(
    { id: 'slowest', title },
    html`<ol class="slowest">
      ${repeat(
        shown,
        (test) => test.id,
        (test) => row(test, test.durationMs / longestMs),
      )}
    </ol>`,
  );
}

function row({ id, name, durationMs }: DashboardState['slowest'][number], share: number): TemplateResult {
  return html`<li class="slow" title=${id}>
    <span class="slow-name">${name.replaceAll(' > ', ' › ')}</span>
    <svg class="slow-bar" aria-hidden="true" height="4" width="100%">
      ${svg`<rect width="${Math.max(1, share * 100)}%" height="4"></rect>`}
    </svg>
    <span class="slow-duration">${formatDuration(durationMs)}</span>
  </li>`;
}
