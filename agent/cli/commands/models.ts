// `noodle models` and `noodle risk`: what the models are, and what they say of the present change.
import type {
  BudgetRecord,
  BuildFigures,
  ChangeRisk,
  LocalFigures,
  ModelDescription,
  OrderScore,
  ProviderTime,
  RiskFigures,
} from '../../protocol/prediction.ts';
import { durationWords, ratedBy, riskWords } from '../../protocol/prediction-words.ts';
import { formatCount } from '../../protocol/quantities.ts';
import type { CommandContext, ExitCode } from '../session.ts';
import { versionCommands } from './model-versions.ts';
import { print, runSubcommand, type Subcommand } from './subcommands.ts';
import { withSession } from './with-session.ts';

export async function models(context: CommandContext): Promise<ExitCode> {
  return await runSubcommand(context, { list, ...versionCommands }, 'list');
}

async function list({ context, session }: Subcommand): Promise<ExitCode> {
  const answer = await session.client.listModels({});
  return print(context, answer, () => [
    ...answer.models.flatMap(modelLines),
    ...hereLines(answer.here),
    ...answer.providers.map(providerLine),
  ]);
}

export async function risk(context: CommandContext): Promise<ExitCode> {
  return await withSession(context, async ({ client }) => {
    const answer = await client.getChangeRisk({});
    return print(context, answer, () => riskLines(answer));
  });
}

function modelLines({ name, version, role, problem, summary, metrics, limits }: ModelDescription): string[] {
  return [
    `${name} ${version} · ${problem === null ? role : `refused, its baseline decides: ${problem}`}`,
    ...(summary === '' ? [] : [`  ${summary}`]),
    ...metrics.map(({ what, value, baseline }) => `  ${value.toFixed(3)}  ${what} (${baseline})`),
    ...limits.map((limit) => `  limit: ${limit}`),
  ];
}

/** What the records of this repository say. */
function hereLines({ orders, order, calibration, durations, budgets, builds, risk, drift }: LocalFigures): string[] {
  const counted = orders[0]?.cycles ?? 0;
  const intervals = `${'order'.padEnd(24)} all    new    estimate minus this`;
  return [
    `here · by ${formatCount(counted)} recorded runs with failures, walk-forward (APFDc, 1 is best)`,
    ...(counted === 0 ? [] : [`  ${intervals}`, ...orders.map(orderLine)]),
    `  tests run by ${order.by}: ${order.because}`,
    calibration === null
      ? '  probabilities of failure are not calibrated: too few results with failures are recorded'
      : `  probabilities are calibrated by ${formatCount(calibration.results)} results with ${formatCount(calibration.failures)} failures${calibration.error === null ? '' : `; error on later ones ${calibration.error.toFixed(3)}`}`,
    ...(durations === null ? [] : [`  durations: ${durationWords(durations)}`]),
    ...(budgets.checks === 0 ? [] : [budgetLine(budgets)]),
    ...buildLines(builds),
    ...riskFigureLines(risk),
    `  drift: ${drift.because}${drift.hasDrifted ? '; it is learned anew when nothing happens for a minute' : ''}`,
  ];
}

function orderLine({ order, all, newFailures, estimateMinusThis: gain }: OrderScore): string {
  const score = (value: number | null) => (value === null ? '–    ' : value.toFixed(3));
  const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`;
  const interval = gain === null ? '' : `${signed(gain.mean)} [${signed(gain.low)}, ${signed(gain.high)}]`;
  return `  ${order.padEnd(24)} ${score(all)}  ${score(newFailures)}  ${interval}`.trimEnd();
}

function budgetLine({ checks, leftOut, expectedMissed, missed }: BudgetRecord): string {
  const expected = expectedMissed === null ? '' : `, ${expectedMissed.toFixed(2)} expected`;
  return `  budgets were checked ${formatCount(checks)} times: of ${formatCount(leftOut)} test files left out ${formatCount(missed)} failed${expected}`;
}

/** Both estimates of failing builds, and which one is asked. */
function buildLines({ builds, failures, history, model, gain, by, because }: BuildFigures): string[] {
  const figures = ({ auc, error }: BuildFigures['history']) =>
    `AUC ${auc === null ? '–' : auc.toFixed(3)}, calibration error ${error.toFixed(3)}`;
  const gained =
    gain === null ? '' : `; log loss gained ${gain.mean.toFixed(3)} [${gain.low.toFixed(3)}, ${gain.high.toFixed(3)}]`;
  const beside = model === null ? '' : `, model ${figures(model)}${gained}`;
  return [
    ...(builds === 0
      ? []
      : [
          `  builds: ${formatCount(builds)} recorded with ${formatCount(failures)} failures, walk-forward: history of the target ${figures(history)}${beside}`,
        ]),
    `  failing builds are estimated by ${by === 'model' ? 'the model' : 'the history of each target'}: ${because}`,
  ];
}

/** Both ratings of changes, and which one is asked. */
function riskFigureLines(risk: RiskFigures | null): string[] {
  if (risk === null) return ['  changes are rated by the model: it was not compared with the number of lines here yet'];
  const { changes, blamed, model, lines, by, because } = risk;
  const figure = (value: number | null) => (value === null ? '–' : value.toFixed(3));
  return [
    `  changes: ${formatCount(changes)} commits with ${formatCount(blamed)} that fixes blame, AUC: number of lines ${figure(lines)}, model ${figure(model)}`,
    `  changes are rated by ${by === 'model' ? 'the model' : 'the number of lines'}: ${because}`,
  ];
}

function providerLine({ provider, rows, warmMs, refused, isUsed }: ProviderTime): string {
  const time =
    warmMs === null
      ? `refused: ${refused ?? 'it did not answer'}`
      : `${formatCount(rows)} rows in ${warmMs.toFixed(0)} ms, warm`;
  return `models are ${isUsed ? 'asked' : 'not asked'} through ${provider}: ${time}`;
}

function riskLines(risk: ChangeRisk): string[] {
  return [riskWords(risk), ...risk.reasons.map(({ words }) => `  ${words}`), `  by ${ratedBy(risk)}`];
}
