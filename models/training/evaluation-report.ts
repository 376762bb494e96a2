// models/EVALUATION.md from the figures: what was reached, beside what is simpler.
import type { Card } from '../runtime/card.ts';
import type { OutcomeScores } from './evaluation-builds.ts';
import type { RiskScores } from './evaluation-risk.ts';
import { table } from './markdown.ts';
import { reachedSection } from './report-reached.ts';
import { replaySection } from './report-replay.ts';
import type { Figures } from './figures.ts';
import { meanOf } from '../learning/metrics.ts';

/** The whole report as Markdown. */
export function reportOf(figures: Figures): string {
  return `${[
    '# How good the predictions are',
    'Written by `npm run evaluate -- --data <folder>`; every figure is walk-forward: a prediction knows only what lay before it. Intervals are 95 % paired bootstrap intervals.',
    reachedSection(figures),
    modelsSection(figures.cards),
    ...figures.suites.map(suiteSection),
    replaySection(figures.replay),
    riskSection(figures.risk),
    outcomeSection(figures.outcomes),
  ].join('\n\n')}\n`;
}

function modelsSection(cards: readonly Card[]): string {
  const rows = cards.map((card) => [
    card.name,
    card.version,
    card.standsAside ? 'stands aside: its baseline decides' : 'decides',
    card.data.map(({ source, rows: count }) => `${source}: ${count} rows`).join('; '),
  ]);
  return `## Models\n\n${table(['model', 'version', 'role', 'made from'], rows)}`;
}

function suiteSection({ name, orders, isInSample }: Figures['suites'][number]): string {
  const rows = orders.map(({ way, means, gain }) => [
    way === 'plain' ? '**plain estimate (ships)**' : way,
    ...[means.all, means.new, means.first].map(({ mean, cycles }) =>
      cycles === 0 ? '–' : `${mean.toFixed(3)} (${cycles})`,
    ),
    way === 'plain' ? '' : gain,
  ]);
  const note = isInSample
    ? 'The model was made from this suite: its own two lines are in-sample, and are held-out only in its card.'
    : 'No model was made from this suite.';
  const head = [
    'order',
    'all failures',
    'new failures',
    'first-ever failures',
    'plain estimate minus this, all failures',
  ];
  return `## Order of tests: ${name}\n\nMean APFDc over cycles of at least six tests with such a failure (their number in brackets). ${note} APFDc rewards running short tests first, whatever fails.\n\n${table(head, rows)}`;
}

function riskSection(risk: readonly RiskScores[]): string {
  const mean = (of: (scores: RiskScores) => number) => meanOf(risk.map(of)).toFixed(3);
  const columns = [
    (each: RiskScores) => each.unseen,
    (each: RiskScores) => each.churn,
    (each: RiskScores) => each.laterUnseen,
    (each: RiskScores) => each.laterLabelled,
    (each: RiskScores) => each.errorUnseen,
    (each: RiskScores) => each.errorLabelled,
  ];
  const rows = risk.map((scores) => [
    scores.project,
    String(scores.commits),
    ...columns.map((of) => of(scores).toFixed(3)),
  ]);
  const head = [
    'project',
    'commits',
    'AUC, unseen',
    'AUC, size alone',
    'AUC of the last 30 %, unseen',
    'the same with 70 % labels',
    'calibration error, unseen',
    'with 70 % labels',
  ];
  return `## Change risk\n\nEach project is scored by a model of the other projects.\n\n${table(head, [...rows, ['**mean**', '', ...columns.map(mean)]])}`;
}

function outcomeSection(outcomes: readonly OutcomeScores[]): string {
  const share = ({ right, said }: OutcomeScores['fine']) => (said === 0 ? 'never said' : `${right} of ${said}`);
  const rows = outcomes.map((each) => [
    each.project,
    String(each.builds),
    each.model.toFixed(3),
    each.asLastTime.toFixed(3),
    share(each.likely),
    share(each.fine),
  ]);
  const means = [
    '**mean**',
    '',
    meanOf(outcomes.map((each) => each.model)).toFixed(3),
    meanOf(outcomes.map((each) => each.asLastTime)).toFixed(3),
    '',
    '',
  ];
  const head = ['project', 'builds', 'AUC', 'AUC, as last time', 'fail-likely, and failed', 'fine, and passed'];
  return `## Build outcome\n\nEach project is scored by a model of the other projects that learns from the project's own builds as they end; the last 30 % count. Failed and unstable builds are failures, aborted ones are left out. All other builds: "don't know".\n\n${table(head, [...rows, means])}`;
}
