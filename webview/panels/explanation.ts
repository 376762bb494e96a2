// Why something was run, skipped or built, from the agent's records.
import { html, nothing, type TemplateResult } from 'lit-html';
import type { Explanation } from '../../agent/protocol/explanation.ts';
import type { Remote } from '../state/state.ts';

/** The first explanation with its facts, or what there is to say until it is there. */
export function explained(explanations: Remote<readonly Explanation[]>): TemplateResult | typeof nothing {
  if (explanations.state === 'loading') return html`<p class="dim">Asking the agent why …</p>`;
  if (explanations.state === 'failed') return html`<p class="dim">${explanations.failure.message}</p>`;
  const [explanation] = explanations.value;
  if (explanation === undefined) return nothing;
  return html`<p>${explanation.summary}</p>
    <ul class="evidence">
      ${explanation.facts.slice(0, 10).map((fact) => html`<li>${fact}</li>`)}
    </ul>`;
}
