// Models: what they say of the present change, how good they are beside the simple way, and which of the two decides.
import { html, nothing, type TemplateResult } from 'lit-html';
import type { ChangeRisk, ModelDescription } from '../../agent/protocol/prediction.ts';
import { counted } from '../../agent/protocol/quantities.ts';
import type { PanelContext } from '../actions.ts';
import { formatPercent } from '../format.ts';
import { emptyLine, panel } from '../panels/panel.ts';
import type { DashboardState } from '../state/state.ts';
import { whenRead } from './remote.ts';

export function modelsSection(state: DashboardState, context: PanelContext): TemplateResult {
  return whenRead(
    state.sections.models,
    context,
    ({ models, risk }) =>
      html`<div class="columns">
        <div class="column">
          ${panel(
            { id: 'models', title: 'Models' },
            html`<ul class="entries">
              ${models.map(modelItem)}
            </ul>`,
          )}
        </div>
        <div class="column">${riskPanel(risk)}</div>
      </div>`,
  );
}

const decisions: Readonly<Record<ModelDescription['role'], string>> = {
  decides: 'decides',
  'stands aside': 'stands aside: the simple way was better and decides',
  damaged: 'damaged: the simple way decides',
};

function modelItem({ name, version, role, summary, metrics, limits }: ModelDescription): TemplateResult {
  return html`<li class="entry">
    <p>${name} <span class="dim">${version} · ${decisions[role]}</span></p>
    <p>${summary}</p>
    ${metrics.map(({ what, value, baseline }) => html`<p class="dim"><strong>${value.toFixed(3)}</strong> ${what} (${baseline})</p>`)}
    ${limits.map((limit) => html`<p class="dim">Limit: ${limit}</p>`)}
  </li>`;
}

function riskPanel(risk: ChangeRisk | null): TemplateResult {
  const title = 'Risk of the present change';
  if (risk === null)
    return panel({ id: 'risk', title }, emptyLine('Worked out from the history that git keeps: there is none yet.'));
  const { commit, percentile, among, reasons, by } = risk;
  const subject = commit === null ? 'What is not committed' : `Commit ${commit.slice(0, 8)}`;
  return panel(
    { id: 'risk', title },
    html`<p>
        ${subject} is riskier than <strong>${formatPercent(percentile)}</strong> of ${counted(among, 'earlier change')}.
      </p>
      ${
        reasons.length === 0
          ? nothing
          : html`<ul class="entries">
              ${reasons.map(({ words }) => html`<li class="dim">${words}</li>`)}
            </ul>`
      }
      <p class="dim">By ${by === 'plain' ? 'the number of lines alone' : `the model ${by}`}.</p>`,
  );
}
