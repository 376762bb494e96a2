// One number of a section with its name, and what it means when it is pointed at.
import { html, type TemplateResult } from 'lit-html';

/** Stands in a `<dl class="figures">`. */
export function figure(name: string, value: string, meaning: string): TemplateResult {
  return html`<div class="figure" title=${meaning}>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;
}
