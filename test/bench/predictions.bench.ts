// How long predictions take: models in their worker, orders and budgets of 10,000 tests, beside the plain way.
import { assetPath } from '../../agent/platform/assets.ts';
import { cutToBudget } from '../../agent/pipelines/budget.ts';
import { ModelHost } from '../../agent/predictions/model-host.ts';
import { RepoPath, TestId } from '../../agent/protocol/ids.ts';
import type { PlannedTest } from '../../agent/protocol/plan.ts';
import { changeRiskFeatures } from '../../models/features/change-risk.ts';
import { buildOutcomeFeatures } from '../../models/features/build-outcome.ts';
import { randomFrom } from '../../models/learning/metrics.ts';

type Report = (line: string) => void;

const rowCount = 10_000;
const rounds = 9;

export async function run(report: Report): Promise<void> {
  await measureModels(report);
  measureBudgets(report);
}

async function measureModels(report: Report): Promise<void> {
  const host = new ModelHost({
    modelsFolder: assetPath('models'),
    workerFile: assetPath('prediction-worker'),
    runtimeFiles: { module: assetPath('ort-module'), wasm: assetPath('ort-wasm') },
  });
  report(
    `${rowCount} rows through a model, asked from the agent (goal: 150 ms warm); first answer, then median of ${rounds}`,
  );
  try {
    for (const [name, features] of [
      ['change-risk', changeRiskFeatures],
      ['build-outcome', buildOutcomeFeatures],
    ] as const) {
      const random = randomFrom(5);
      const rows = Float32Array.from({ length: rowCount * features.length }, () => random());
      const first = await timed(() => host.ask(name, rows.slice()));
      const times: number[] = [];
      for (let round = 0; round < rounds; round += 1) times.push(await timed(() => host.ask(name, rows.slice())));
      report(`  ${name.padEnd(16)} ${features.length} features   first ${ms(first)}   warm ${ms(middle(times))}`);
    }
  } finally {
    await host.dispose();
  }
}

function measureBudgets(report: Report): void {
  const random = randomFrom(8);
  const tests = Array.from({ length: rowCount }, (_, index): PlannedTest => {
    const file = RepoPath.parse(`test/${index}.test.js`);
    return {
      id: TestId.parse(`mocha:${file}`),
      file,
      framework: 'mocha',
      probability: random() ** 6,
      expectedMs: 10 + 1000 * random(),
      why: ['src/a.js', file],
    };
  });
  const calibration = { calibrated: (probability: number) => probability, results: rowCount, failures: 1 };
  report('');
  report(`a budget for ${rowCount} tests`);
  for (const [kind, target] of [
    ['time', 600_000],
    ['share', 0.95],
    ['confidence', 0.99],
  ] as const) {
    const times = Array.from({ length: rounds }, () => {
      const startedAt = performance.now();
      let total = 0;
      const time = {
        add: (test: PlannedTest) => void (total += test.expectedMs),
        totalWith: (test: PlannedTest) => total + test.expectedMs,
      };
      cutToBudget({ asked: { kind, target }, tests, calibration, time });
      return performance.now() - startedAt;
    });
    report(`  ${kind.padEnd(16)} ${ms(middle(times))}`);
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function ms(value: number): string {
  return `${value.toFixed(0)} ms`;
}

if (import.meta.main) await run((line) => void process.stdout.write(`${line}\n`));
