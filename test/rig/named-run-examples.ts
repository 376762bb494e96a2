// Inputs and answers that fit, for the operations on build configurations and test suites.
import { ExecutionId, TargetId, TestId } from '../../agent/protocol/ids.ts';
import { BuildConfig, TestSuite } from '../../agent/protocol/named-run.ts';
import type { namedRunOperations } from '../../agent/protocol/named-run-operations.ts';
import type { InputOf, OutputOf } from '../../agent/protocol/operations.ts';
import type { Execution } from '../../agent/protocol/execution.ts';

type Name = keyof typeof namedRunOperations;

const runId = ExecutionId.parse('run-1');
const core = TargetId.parse('core');
const testFile = TestId.parse('mocha:test/cart.test.ts');

const config = BuildConfig.parse({
  id: 'core',
  name: 'Core',
  description: '',
  targets: [core],
  definitions: {},
  createdAt: 1,
});

const suite = TestSuite.parse({
  id: 'cart',
  name: 'Cart',
  description: '',
  type: 'unit',
  priority: 'high',
  framework: null,
  tests: [testFile],
  files: [],
  createdAt: 1,
});

const targetMetrics = {
  target: core,
  requests: 4,
  built: 1,
  failed: 0,
  unchanged: 3,
  fromLocalCache: 0,
  fromRemoteCache: 0,
  hitRate: 0.75,
  medianMs: 800,
  savedMs: 2400,
  onCriticalPath: true,
};

export const namedRunInputs: { readonly [N in Name]: InputOf<N> } = {
  createBuildConfig: { id: 'core', name: 'Core', targets: [core] },
  listBuildConfigs: { limit: 2 },
  getBuildConfig: { id: 'core' },
  deleteBuildConfig: { id: 'core' },
  executeBuild: { id: 'core' },
  getBuildStatus: { id: 'core', execution: runId },
  cancelBuild: { id: 'core' },
  getBuildMetrics: { id: 'core' },
  listTargetMetrics: { days: 7 },
  createTestSuite: { id: 'cart', tests: [testFile], priority: 'high' },
  listTestSuites: { limit: 2 },
  getTestSuite: { id: 'cart' },
  deleteTestSuite: { id: 'cart' },
  executeTests: { id: 'cart' },
  getTestExecutionStatus: { id: runId },
  cancelTestExecution: { id: runId },
  getTestMetrics: { id: runId },
};

/** `execution`: the example of one that has ended. */
export function namedRunOutputs(execution: Execution): { readonly [N in Name]: OutputOf<N> } {
  const totals = { executions: 1, succeeded: 0, failed: 1, other: 0, medianMs: 1, latest: execution };
  return {
    createBuildConfig: config,
    listBuildConfigs: { configs: [config], nextCursor: null },
    getBuildConfig: config,
    deleteBuildConfig: config,
    executeBuild: { executionId: runId },
    getBuildStatus: execution,
    cancelBuild: execution,
    getBuildMetrics: { id: 'core', ...totals, targets: [] },
    listTargetMetrics: { targets: [targetMetrics] },
    createTestSuite: suite,
    listTestSuites: { suites: [suite], nextCursor: 'Y2FydA' },
    getTestSuite: suite,
    deleteTestSuite: suite,
    executeTests: { executionId: runId },
    getTestExecutionStatus: execution,
    cancelTestExecution: execution,
    getTestMetrics: {
      executionId: runId,
      counts: { total: 1, passed: 0, failed: 1, skipped: 0 },
      passRate: 0,
      durationMs: 1,
      firstFailureAtMs: 1,
      slowest: [{ id: testFile, durationMs: 1 }],
    },
  };
}
