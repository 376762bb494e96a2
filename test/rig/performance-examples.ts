// Inputs and answers of the operations on performance.
import { ExecutionId } from '../../agent/protocol/ids.ts';
import { PerformanceComparison } from '../../agent/protocol/performance.ts';

const id = ExecutionId.parse('run-1');

export const performanceInputs = {
  listBenchmarks: {},
  comparePerformance: { benchmarks: ['parse'], base: 'origin/main', rounds: 6, minimumEffect: 0.1 },
  getPerformanceComparison: { id },
};

export const performanceOutputs = {
  listBenchmarks: {
    sets: [
      {
        id: 'parse',
        origin: 'declared in noodle.yaml',
        command: 'node bench.js',
        format: 'json' as const,
        folder: '',
        environment: {},
      },
    ],
  },
  comparePerformance: { executionId: id },
  getPerformanceComparison: PerformanceComparison.parse({
    executionId: id,
    at: 1,
    base: 'HEAD',
    baseCommit: '8f1d3c0a5b',
    rounds: 6,
    minimumEffect: 0.05,
    outcome: 'slower',
    sets: [
      {
        id: 'parse',
        outcome: 'slower',
        benchmarks: [
          {
            name: 'large file',
            unit: 'ms',
            better: 'lower',
            verdict: 'slower',
            reason: '+20 % (+18 % to +22 %), 10 → 12 ms, p 0.00216',
            base: { values: [10, 10, 10], median: 10, samples: 3 },
            work: { values: [12, 12, 12], median: 12, samples: 3 },
            test: { p: 0.00216, adjustedP: 0.00216, delta: 1, shift: 2, interval: [1.8, 2.2], relative: 0.2 },
          },
        ],
        notes: [],
      },
    ],
  }),
};
