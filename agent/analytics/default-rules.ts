// The rules that every repository has: few, and quiet. Who changes one keeps the change.
import { AlertRule } from '../protocol/alerts.ts';

/** Declared at start where they are missing. */
export const defaultRules: readonly AlertRule[] = [
  {
    id: 'runs-slower',
    name: 'A run was far slower than usual',
    metricId: 'run.duration',
    severity: 'warning',
    condition: { kind: 'slower', factor: 3, window: 20, leastMs: 10_000 },
  },
  {
    id: 'runs-failing',
    name: 'Nearly every run fails',
    metricId: 'run.failed',
    severity: 'warning',
    condition: { kind: 'share', above: 0.9, window: 10 },
  },
  {
    id: 'failure-rate-up',
    name: 'Runs fail more often than before',
    metricId: 'run.failed',
    severity: 'info',
    condition: { kind: 'rise', recent: 20, baseline: 60, atLeast: 0.25, significance: 0.005 },
    inhibitedBy: ['runs-failing'],
  },
  {
    id: 'flaky-rate-up',
    name: 'More tests pass and fail by chance than before',
    metricId: 'test.flaky',
    severity: 'info',
    condition: { kind: 'rise', recent: 20, baseline: 60, atLeast: 1, significance: 0.005 },
  },
  {
    id: 'regret',
    name: 'The selection left out tests that fail',
    metricId: 'test.regret',
    severity: 'warning',
    condition: { kind: 'threshold', aggregate: 'sum', operator: '>', value: 0, windowSeconds: 86_400 },
  },
  {
    id: 'disk-nearly-full',
    name: 'The disk of the repository is nearly full',
    metricId: 'disk.free',
    severity: 'error',
    condition: { kind: 'threshold', aggregate: 'last', operator: '<', value: 1_000_000_000, windowSeconds: 86_400 },
    resolveValue: 1_500_000_000,
  },
  {
    id: 'state-large',
    name: "Noodle's own records are large",
    metricId: 'agent.state',
    severity: 'info',
    condition: { kind: 'threshold', aggregate: 'last', operator: '>', value: 2_000_000_000, windowSeconds: 86_400 },
    resolveValue: 1_800_000_000,
    inhibitedBy: ['disk-nearly-full'],
  },
].map((rule) => AlertRule.parse(rule));
