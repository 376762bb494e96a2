// All migrations, in order.
import { initialSchema } from './0001-initial-schema.ts';
import { testEvidence } from './0002-test-evidence.ts';
import { buildDetails } from './0003-build-details.ts';
import { entities } from './0004-entities.ts';
import { pipelines } from './0005-pipelines.ts';
import { flakyTests } from './0007-flaky-tests.ts';
import { metricsAndAlerts } from './0006-metrics-and-alerts.ts';
import { regrets } from './0008-regrets.ts';
import { metricTotals } from './0009-metric-totals.ts';
import { validTestResults } from './0010-valid-test-results.ts';
import { predictions } from './0011-predictions.ts';
import { approvalRisk } from './0012-approval-risk.ts';
import { stepMemory } from './0013-step-memory.ts';
import { performanceComparisons } from './0014-performance-comparisons.ts';
import { generatedTests } from './0015-generated-tests.ts';
import { stepProblems } from './0016-step-problems.ts';
import { stepForecast } from './0017-step-forecast.ts';
import { remoteRuns } from './0018-remote-runs.ts';
import type { Migration } from './migration.ts';

export type { Migration } from './migration.ts';

export const migrations: readonly Migration[] = [
  initialSchema,
  testEvidence,
  buildDetails,
  entities,
  pipelines,
  metricsAndAlerts,
  flakyTests,
  regrets,
  metricTotals,
  validTestResults,
  predictions,
  approvalRisk,
  stepMemory,
  performanceComparisons,
  generatedTests,
  stepProblems,
  stepForecast,
  remoteRuns,
];
