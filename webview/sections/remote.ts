// What a section says while it is read, and when it cannot be read.
import { html, type TemplateResult } from 'lit-html';
import type { PanelContext } from '../actions.ts';
import { button } from '../controls.ts';
import type { Remote } from '../state/state.ts';

/** The content when it is there, else what there is to say instead. */
export function whenRead<T>(
  remote: Remote<T> | null,
  { actions }: PanelContext,
  content: (value: T) => TemplateResult,
): TemplateResult {
  if (remote === null || remote.state === 'loading') return html`<p class="dim" role="status">Reading …</p>`;
  if (remote.state === 'ready') return content(remote.value);
  const { message, hint } = remote.failure;
  return html`<div class="section-failure" role="alert">
    <p>${message}</p>
    ${hint === undefined ? '' : html`<p class="dim">${hint}</p>`}
    ${button({ label: 'Read again', onClick: () => actions.show({}) })}
  </div>`;
}
