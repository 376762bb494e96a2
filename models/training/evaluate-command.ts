// npm run evaluate -- --data <folder> [--out <file>]: all models on all data, into models/EVALUATION.md.
import path from 'node:path';
import { buildOutcomeFeatures } from '../features/build-outcome.ts';
import { changeRiskFeatures } from '../features/change-risk.ts';
import { testFailureFeatures } from '../features/test-failure.ts';
import { artifactsFolder, openModel, readOptions, runCommand, writeLines } from './command.ts';
import { dataFolder, evaluationOnly, projectBuilds, projectCommits, testHistories } from './data-folder.ts';
import { evaluateOutcomes } from './evaluation-builds.ts';
import { reportOf, type Figures } from './evaluation-report.ts';
import { evaluateRisk } from './evaluation-risk.ts';
import { evaluateOrders } from './evaluation-tests.ts';

await runCommand(async () => {
  const options = readOptions(['data'], ['out']);
  const data = dataFolder(options.get('data'));
  const testFailure = await openModel('test-failure', testFailureFeatures);
  const changeRisk = await openModel('change-risk', changeRiskFeatures);
  const buildOutcome = await openModel('build-outcome', buildOutcomeFeatures);
  const suites: Figures['suites'][number][] = [];
  for (const { name, rows } of testHistories(data)) {
    const orders = await evaluateOrders(rows, (values) => testFailure.score(values));
    suites.push({ name, orders, isInSample: !evaluationOnly.includes(name) });
  }
  const report = reportOf({
    cards: [testFailure.card, changeRisk.card, buildOutcome.card],
    suites,
    risk: evaluateRisk(projectCommits(data), changeRisk.card.calibration),
    outcomes: await evaluateOutcomes(projectBuilds(data)),
  });
  for (const model of [testFailure, changeRisk, buildOutcome]) await model.dispose();
  writeLines(options.get('out') ?? path.join(artifactsFolder, '../EVALUATION.md'), [report.trimEnd()]);
  process.stdout.write(report);
});
