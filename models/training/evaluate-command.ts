// npm run evaluate -- --data <folder> [--out <file>]: all models on all data, into models/EVALUATION.md.
import { globSync, statSync } from 'node:fs';
import path from 'node:path';
import { buildOutcomeFeatures } from '../features/build-outcome.ts';
import { changeRiskFeatures } from '../features/change-risk.ts';
import { testChangeFeatures } from '../features/test-change.ts';
import { testFailureFeatures } from '../features/test-failure.ts';
import { artifactsFolder, openModel, readOptions, runCommand, writeLines } from './command.ts';
import { dataFolder, evaluationOnly, projectBuilds, projectCommits, testHistories } from './data-folder.ts';
import { evaluateOutcomes } from './evaluation-builds.ts';
import { reportOf } from './evaluation-report.ts';
import type { Figures } from './figures.ts';
import { recordingsWay } from './change-orders.ts';
import { evaluateReplay, heldOutModels, modelWay } from './evaluation-replay.ts';
import { evaluateRisk } from './evaluation-risk.ts';
import { evaluateOrders } from './evaluation-tests.ts';
import { replayedChanges, type ReplayedChange } from './replay-file.ts';
import { replaySample } from './replay-samples.ts';
import type { LoadedModel } from '../runtime/runtime.ts';

await runCommand(async () => {
  const options = readOptions(['data'], ['out']);
  const data = dataFolder(options.get('data'));
  const testFailure = await openModel('test-failure', testFailureFeatures);
  const changeRisk = await openModel('change-risk', changeRiskFeatures);
  const buildOutcome = await openModel('build-outcome', buildOutcomeFeatures);
  const testChange = await openModel('test-change', testChangeFeatures);
  const suites: Figures['suites'][number][] = [];
  for (const { name, rows } of testHistories(data)) {
    const orders = await evaluateOrders(rows, (values) => testFailure.score(values));
    suites.push({ name, orders, isInSample: !evaluationOnly.includes(name) });
  }
  const changes = replayedChanges(data);
  const heldOut = heldOutModels(changes);
  const reference = testChange.card.standsAside ? recordingsWay : modelWay;
  const report = reportOf({
    cards: [testFailure.card, testChange.card, changeRisk.card, buildOutcome.card],
    suites,
    risk: evaluateRisk(projectCommits(data), changeRisk.card.calibration),
    outcomes: await evaluateOutcomes(projectBuilds(data)),
    replay: {
      reached: evaluateReplay(changes, heldOut, { candidates: 'reached', reference }),
      planned: evaluateReplay(changes, heldOut, { candidates: 'planned', reference }),
    },
    inferenceMs: await warmMs(testChange, changes),
    sizeBytes: sizeOf(artifactsFolder),
  });
  for (const model of [testFailure, testChange, changeRisk, buildOutcome]) await model.dispose();
  writeLines(options.get('out') ?? path.join(artifactsFolder, '../EVALUATION.md'), [report.trimEnd()]);
  process.stdout.write(report);
});

/** How long 10,000 rows take the second time. */
async function warmMs(model: LoadedModel, changes: readonly ReplayedChange[]): Promise<number> {
  const rows = replaySample(changes).rows.values;
  const many = Float32Array.from(
    { length: 10_000 * testChangeFeatures.length },
    (_, at) => rows[at % rows.length] ?? 0,
  );
  await model.score(many);
  const start = performance.now();
  await model.score(many);
  return performance.now() - start;
}

function sizeOf(folder: string): number {
  return globSync('*/*', { cwd: folder }).reduce((sum, file) => sum + statSync(path.join(folder, file)).size, 0);
}
