// What fails, why, since when and because of what.
import { html, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import type { Explanation } from '../../agent/protocol/explanation.ts';
import { counted, formatCount } from '../../agent/protocol/quantities.ts';
import type { PanelContext } from '../actions.ts';
import { badge, button } from '../controls.ts';
import { formatAgo } from '../format.ts';
import { icon } from '../icons.ts';
import { locationLink } from '../location-link.ts';
import { countFailing, fileOf } from '../state/failing.ts';
import type { DashboardState, FailingItem, Remote } from '../state/state.ts';
import { difference } from './difference.ts';
import { historyDots } from './history-dots.ts';
import { explained } from './explanation.ts';
import { emptyLine, panel } from './panel.ts';
import { testMark, testWord } from './state-mark.ts';

const clippedLines = 4;
const maximumCharacters = 20_000;

/** The failing tests, in the order in which they became known; a long list shows its beginning. */
export function failingPanel(state: DashboardState, context: PanelContext): TemplateResult {
  const count = countFailing(state.failing);
  const items = [...state.failing.values()];
  const shown = items.slice(0, state.view.shown.failing);
  const aside = count === 0 ? nothing : badge(formatCount(count));
  const list = html`<ul class="failing">
    ${repeat(
      shown,
      (item) => item.id,
      (item) => failingItem(item, state, context),
    )}
  </ul>`;
  const content =
    items.length === 0 ? emptyLine('Nothing fails.') : html`${list}${more(items.length - shown.length, context)}`;
  return panel({ id: 'failing', title: 'Failing', aside }, content);
}

function more(left: number, { actions }: PanelContext): TemplateResult | typeof nothing {
  if (left <= 0) return nothing;
  return html`<p class="more">
    ${button({ label: 'Show more', title: 'Show more failing tests', onClick: () => actions.showMore('failing') })}
    <span>${formatCount(left)} not shown</span>
  </p>`;
}

function failingItem(item: FailingItem, state: DashboardState, context: PanelContext): TemplateResult {
  const isOpen = state.view.openTests.has(item.id);
  return html`<li class="failing-item" ?data-mended=${item.isMended}>
    <div class="failing-head">
      ${testMark(item.status)}
      <h3>${titleOf(item)}</h3>
      ${historyDots(item.history)}
    </div>
    <div class="failing-body">
      ${item.isMended ? html`<p class="mended">passes now</p>` : failure(item, isOpen)} ${meta(item, state, context)}
      ${isOpen ? why(item, state.explanations.get(item.id)) : nothing}
    </div>
  </li>`;
}

/** The suites dimmed, the test itself plain: `cart › total › applies the discount`. */
function titleOf({ name }: FailingItem): TemplateResult {
  const titles = name.split(/ [>›] /);
  const suites = titles.slice(0, -1).map((title) => `${title} › `);
  return html`<span class="suites">${suites.join('')}</span><span class="test-name">${titles.at(-1)}</span>`;
}

function failure(item: FailingItem, isOpen: boolean): TemplateResult {
  const word = item.status === 'failed' ? nothing : html`<span class="status-word">${testWord(item.status)}</span> `;
  return html`${item.message === null && item.status === 'failed' ? nothing : html`<pre class="message">${word}${clipped(item.message ?? '', isOpen)}</pre>`}
  ${difference(item.expected, item.actual)}`;
}

function clipped(message: string, isOpen: boolean): string {
  const lines = message.slice(0, maximumCharacters).trimEnd().split('\n');
  if (isOpen || lines.length <= clippedLines) return lines.join('\n');
  return [...lines.slice(0, clippedLines), `… ${counted(lines.length - clippedLines, 'more line')}`].join('\n');
}

function meta(item: FailingItem, state: DashboardState, context: PanelContext): TemplateResult {
  const planned =
    state.current?.executionId === item.executionId ? state.current.plan?.tests.get(fileOf(item.id)) : undefined;
  const isOpen = state.view.openTests.has(item.id);
  const toggled = (): void => context.actions.toggleTest(item.id);
  return html`<div class="meta">
    ${item.failureAt === null ? nothing : locationLink(item.failureAt, state.repository?.root ?? '', context)}
    ${item.isMended ? nothing : html`<span>first failed ${formatAgo(item.failingSince, context.now)}</span>`}
    ${item.isOutdated ? html`<span class="outdated">changed since this result</span>` : nothing}
    ${planned === undefined ? nothing : html`<span title="Probability of failing, as estimated before the run">p ${planned.probability.toFixed(2)}</span>`}
    <button type="button" class="opener" aria-expanded=${isOpen} @click=${toggled}>${icon('opener')}Why it ran</button>
  </div>`;
}

function why(item: FailingItem, explanations: Remote<readonly Explanation[]> | undefined): TemplateResult {
  return html`<div class="why">
    ${
      item.why.length === 0
        ? html`<p>
            No path from a change leads to it: it ran because all tests were asked for, or because it failed before.
          </p>`
        : html`<ol class="path" aria-label="Path from the change to the test">
            ${item.why.map((node) => html`<li>${node}</li>`)}
          </ol>`
    }
    ${explanations === undefined ? nothing : explained(explanations)}
  </div>`;
}
