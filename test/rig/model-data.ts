// What the agent answers of its models: fixed data.
import { LocalFigures, ModelDescription, ProviderTime } from '../../agent/protocol/prediction.ts';

export const models = ModelDescription.array().parse([
  {
    name: 'change-risk',
    version: '3b5f17',
    date: '2026-11-23',
    summary: 'How likely a commit brings a defect.',
    role: 'decides',
    problem: null,
    metrics: [{ what: 'mean AUC', value: 0.767, baseline: 'size alone 0.678' }],
    limits: ['Labels are SZZ labels.'],
  },
  {
    name: 'test-failure',
    version: '5bb8e5',
    date: '2026-11-23',
    summary: 'How likely a test fails.',
    role: 'stands aside',
    problem: null,
    metrics: [],
    limits: [],
  },
]);

export const here = LocalFigures.parse({
  orders: [
    { order: 'estimate', cycles: 24, all: 0.82, newFailures: 0.74, estimateMinusThis: null },
    {
      order: 'shortest first',
      cycles: 24,
      all: 0.61,
      newFailures: 0.63,
      estimateMinusThis: { mean: 0.21, low: 0.12, high: 0.3 },
    },
  ],
  order: { by: 'estimate', because: 'no simple order was surely better in 24 recorded runs with failures' },
  calibration: { results: 812, failures: 41, error: 0.031 },
  durations: {
    results: 771,
    factor: 1.11,
    lastFactor: 1.15,
    gain: { mean: 0.03, low: 0.02, high: 0.04 },
    withinP90: 0.91,
  },
  budgets: { checks: 3, leftOut: 40, expectedMissed: 0.6, missed: 1 },
  builds: {
    builds: 120,
    failures: 18,
    history: { auc: 0.71, error: 0.04 },
    model: { auc: 0.66, error: 0.09 },
    gain: { mean: -0.03, low: -0.06, high: -0.01 },
    by: 'history',
    because:
      'the model was not surely better in 120 recorded builds (log loss 0.030 higher, interval of the gain -0.060 to -0.010)',
  },
  risk: {
    changes: 420,
    blamed: 61,
    model: 0.74,
    lines: 0.69,
    gain: { mean: 0.05, low: 0.01, high: 0.09 },
    by: 'model',
    because: 'it was surely better than the lines alone (AUC higher by 0.050, interval 0.010 to 0.090, on 420 commits)',
  },
  drift: {
    hasDrifted: false,
    because:
      'estimates are as good as before: log loss 0.061 in 8 runs, 0.058 in 52 before (cumulative sum 0.4, drift above 5)',
  },
});

export const providers = ProviderTime.array().parse([
  { provider: 'wasm', rows: 10_000, warmMs: 16.2, refused: null, isUsed: true },
  {
    provider: 'webgpu',
    rows: 10_000,
    warmMs: null,
    refused: 'webgpu: this host has no WebGPU (navigator.gpu is missing)',
    isUsed: false,
  },
]);
