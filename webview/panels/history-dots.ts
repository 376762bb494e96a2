// A test's last results as a row of dots, the latest at the right; the shape tells as much as the colour.
import { html, svg, type SVGTemplateResult, type TemplateResult } from 'lit-html';
import type { TestHistoryEntry } from '../../agent/protocol/test.ts';
import { counted } from '../../agent/protocol/quantities.ts';
import { isFailure } from '../state/failing.ts';

const maximumDots = 10;

/** The dots of `history`, which is newest first. */
export function historyDots(history: readonly TestHistoryEntry[]): TemplateResult {
  const entries = history.slice(0, maximumDots).toReversed();
  const failures = entries.filter((entry) => isFailure(entry.status)).length;
  const label = `${counted(failures, 'failure')} in the last ${counted(entries.length, 'run')}`;
  const width = Math.max(1, entries.length) * 8;
  return html`<svg class="dots" role="img" aria-label=${label} width=${width} height="8" viewBox="0 0 ${width} 8">
    <title>${label}</title>
    ${entries.map(dot)}
  </svg>`;
}

function dot({ status }: TestHistoryEntry, index: number): SVGTemplateResult {
  const x = index * 8 + 4;
  if (isFailure(status)) return svg`<rect class="dot-failed" x=${x - 3} y="1" width="6" height="6"></rect>`;
  if (status === 'passed') return svg`<circle class="dot-passed" cx=${x} cy="4" r="2.5"></circle>`;
  return svg`<circle class="dot-other" cx=${x} cy="4" r="2"></circle>`;
}
