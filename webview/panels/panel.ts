// The frame that all panels share.
import { html, nothing, type TemplateResult } from 'lit-html';

export interface PanelOptions {
  /** Unique on the page; also the class of the section. */
  readonly id: string;
  readonly title: string;
  /** A count, values or buttons beside the title. */
  readonly aside?: TemplateResult | typeof nothing;
}

/** A titled section. */
export function panel({ id, title, aside = nothing }: PanelOptions, content: unknown): TemplateResult {
  return html`<section class="panel panel-${id}" aria-labelledby="${id}-title">
    <header class="panel-head">
      <h2 id="${id}-title">${title}</h2>
      ${aside}
    </header>
    ${content}
  </section>`;
}

/** What a panel says when it has nothing to show. */
export function emptyLine(text: string): TemplateResult {
  return html`<p class="empty-line">${text}</p>`;
}
