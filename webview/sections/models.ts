// Models: what they say of the present change, how good they are beside the simple way, and which of the two decides.
import { html, nothing, type TemplateResult } from 'lit-html';
import type {
  BuildFigures,
  ChangeRisk,
  LocalFigures,
  ModelDescription,
  OrderScore,
  ProviderTime,
  RiskFigures,
} from '../../agent/protocol/prediction.ts';
import { durationWords, leastEarlier, ratedBy } from '../../agent/protocol/prediction-words.ts';
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
    ({ models, here, providers, risk }) =>
      html`<div class="columns">
        <div class="column">
          ${panel(
            { id: 'models', title: 'Models' },
            html`<ul class="entries">
                ${models.map(modelItem)}
              </ul>
              ${providers.map(providerLine)}`,
          )}
        </div>
        <div class="column">${ordersPanel(here)}${buildsPanel(here.builds)}${riskPanel(risk, here.risk)}</div>
      </div>`,
  );
}

const decisions: Readonly<Record<ModelDescription['role'], string>> = {
  decides: 'decides',
  'stands aside': 'stands aside: it is not surely better than the simple way, which decides',
  refused: 'refused: the simple way decides',
};

/** Through what models are asked, and how long that takes here. */
function providerLine({ provider, rows, warmMs, refused, isUsed }: ProviderTime): TemplateResult {
  const time =
    warmMs === null
      ? `refused: ${refused ?? 'it did not answer'}`
      : `${counted(rows, 'row')} in ${warmMs.toFixed(0)} ms, warm`;
  return html`<p class="dim">Models are ${isUsed ? 'asked' : 'not asked'} through ${provider}: ${time}.</p>`;
}

function modelItem({ name, version, role, problem, summary, metrics, limits }: ModelDescription): TemplateResult {
  return html`<li class="entry">
    <p>${name} <span class="dim">${version} · ${decisions[role]}</span></p>
    ${problem === null ? nothing : html`<p>${problem}</p>`}
    <p>${summary}</p>
    ${metrics.map(({ what, value, baseline }) => html`<p class="dim"><strong>${value.toFixed(3)}</strong> ${what} (${baseline})</p>`)}
    ${limits.map((limit) => html`<p class="dim">Limit: ${limit}</p>`)}
  </li>`;
}

/** How early each order finds failures here, and which one runs. */
function ordersPanel({ orders, order, calibration, durations, budgets, drift }: LocalFigures): TemplateResult {
  const cycles = orders[0]?.cycles ?? 0;
  const worth =
    calibration === null
      ? 'Probabilities of failure are not calibrated: too few results with failures are recorded.'
      : `Probabilities are calibrated by ${counted(calibration.results, 'result')} with ${counted(calibration.failures, 'failure')}${calibration.error === null ? '' : `; error on later ones ${calibration.error.toFixed(3)}`}.`;
  const missed = `Budgets were checked ${counted(budgets.checks, 'time')}: of ${counted(budgets.leftOut, 'test file')} left out ${budgets.missed} failed${budgets.expectedMissed === null ? '' : `, ${budgets.expectedMissed.toFixed(2)} expected`}.`;
  return panel(
    { id: 'orders', title: 'Order of tests in this repository' },
    html`<p>Tests run by <strong>${order.by}</strong>: ${order.because}.</p>
      ${cycles === 0 ? nothing : ordersTable(orders)}
      <p class="dim">${worth}</p>
      ${durations === null ? nothing : html`<p class="dim">Durations: ${durationWords(durations)}.</p>`}
      ${budgets.checks === 0 ? nothing : html`<p class="dim">${missed}</p>`}
      <p class="dim">
        Drift: ${drift.because}${drift.hasDrifted ? '; it is learned anew when nothing happens for a minute' : ''}.
      </p>`,
  );
}

function ordersTable(orders: readonly OrderScore[]): TemplateResult {
  return html`<table class="scores">
    <caption>
      APFDc over ${counted(orders[0]?.cycles ?? 0, 'recorded run')} with failures, each ordered by the runs before it; 1
      is best
    </caption>
    <thead>
      <tr>
        <th scope="col">Order</th>
        <th scope="col">All failures</th>
        <th scope="col">New failures</th>
        <th scope="col">Estimate minus this, 95 %</th>
      </tr>
    </thead>
    <tbody>
      ${orders.map(orderRow)}
    </tbody>
  </table>`;
}

function orderRow({ order, all, newFailures, estimateMinusThis: gain }: OrderScore): TemplateResult {
  const score = (value: number | null) => (value === null ? '–' : value.toFixed(3));
  const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`;
  const interval = gain === null ? '' : `${signed(gain.mean)} [${signed(gain.low)}, ${signed(gain.high)}]`;
  return html`<tr>
    <th scope="row">${order}</th>
    <td>${score(all)}</td>
    <td>${score(newFailures)}</td>
    <td>${interval}</td>
  </tr>`;
}

/** How well failing builds are foreseen here, by the model and by the history of each target, and which one is asked. */
function buildsPanel({ builds, failures, history, model, gain, by, because }: BuildFigures): TemplateResult {
  const title = 'Failing builds in this repository';
  if (builds === 0) return panel({ id: 'build-estimates', title }, emptyLine('No build is recorded yet.'));
  const row = (name: string, { auc, error }: BuildFigures['history']) =>
    html`<tr>
      <th scope="row">${name}</th>
      <td>${auc === null ? '–' : auc.toFixed(3)}</td>
      <td>${error.toFixed(3)}</td>
    </tr>`;
  const interval = gain === null ? '' : `${gain.mean.toFixed(3)} [${gain.low.toFixed(3)}, ${gain.high.toFixed(3)}]`;
  return panel(
    { id: 'build-estimates', title },
    html`<p>
        Estimated by <strong>${by === 'model' ? 'the model' : 'the history of each target'}</strong>: ${because}.
      </p>
      <table class="scores">
        <caption>
          ${counted(builds, 'recorded build')} with ${counted(failures, 'failure')}, each estimated by what had ended
          when it began
        </caption>
        <thead>
          <tr>
            <th scope="col">Estimate</th>
            <th scope="col">AUC</th>
            <th scope="col">Calibration error</th>
          </tr>
        </thead>
        <tbody>
          ${row('history of the target', history)} ${model === null ? nothing : row('model', model)}
        </tbody>
      </table>
      ${gain === null ? nothing : html`<p class="dim">Log loss that the model gains, 95 %: ${interval}</p>`}`,
  );
}

function ratingWords({ changes, blamed, model, lines, by, because }: RiskFigures): string {
  const figure = (value: number | null) => (value === null ? '–' : value.toFixed(3));
  const decides = by === 'model' ? 'the model' : 'the number of lines';
  return `Changes are rated by ${decides}: ${because}. AUC over ${counted(changes, 'commit')} with ${blamed} that fixes blame: number of lines ${figure(lines)}, model ${figure(model)}.`;
}

function riskPanel(risk: ChangeRisk | null, figures: RiskFigures | null): TemplateResult {
  const title = 'Risk of the present change';
  if (risk === null)
    return panel({ id: 'risk', title }, emptyLine('Worked out from the history that git keeps: there is none yet.'));
  const { commit, percentile, among, reasons } = risk;
  const subject = commit === null ? 'What is not committed' : `Commit ${commit.slice(0, 8)}`;
  const rank =
    among < leastEarlier
      ? html`cannot be compared yet: there ${among === 1 ? 'is' : 'are'} ${counted(among, 'earlier change')},
        ${leastEarlier} are needed`
      : html`is riskier than <strong>${formatPercent(percentile)}</strong> of ${counted(among, 'earlier change')}`;
  return panel(
    { id: 'risk', title },
    html`<p>${subject} ${rank}.</p>
      ${
        reasons.length === 0
          ? nothing
          : html`<ul class="entries">
              ${reasons.map(({ words }) => html`<li class="dim">${words}</li>`)}
            </ul>`
      }
      <p class="dim">By ${ratedBy(risk)}.</p>
      ${figures === null ? nothing : html`<p class="dim">${ratingWords(figures)}</p>`}`,
  );
}
