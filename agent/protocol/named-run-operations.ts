// The operations on build configurations and test suites.
import { z } from 'zod';
import { BuildMetrics } from './build.ts';
import { Execution } from './execution.ts';
import { ExecutionId } from './ids.ts';
import {
  BuildConfig,
  BuildConfigMetrics,
  BuildConfigRequest,
  EntityId,
  TestExecutionMetrics,
  TestSuite,
  TestSuiteRequest,
} from './named-run.ts';
import { cursor, limit, nextCursor, operation } from './operation.ts';

const byId = z.object({ id: EntityId });
const ofExecution = z.object({ id: EntityId, execution: ExecutionId.optional().describe('Default: its latest one.') });
const testExecution = z.object({ id: ExecutionId });
const started = z.object({ executionId: ExecutionId });
const page = z.object({ limit, cursor });

export const namedRunOperations = {
  createBuildConfig: operation({
    route: 'POST /builds',
    summary:
      'Give targets a name to be built by, and define targets. Making the same one again changes nothing; another one of that id is a conflict.',
    input: BuildConfigRequest,
    output: BuildConfig,
    role: 'developer',
    audited: true,
    effect: 'creates',
  }),
  listBuildConfigs: operation({
    route: 'GET /builds',
    summary: 'Build configurations in the order of their ids.',
    input: page,
    output: z.object({ configs: z.array(BuildConfig), nextCursor }),
    role: 'viewer',
  }),
  getBuildConfig: operation({
    route: 'GET /builds/{id}',
    summary: 'One build configuration.',
    input: byId,
    output: BuildConfig,
    role: 'viewer',
  }),
  deleteBuildConfig: operation({
    route: 'DELETE /builds/{id}',
    summary: 'Forget a build configuration and the targets that it defines. What was recorded of its executions stays.',
    input: byId,
    output: BuildConfig,
    role: 'developer',
    audited: true,
  }),
  executeBuild: operation({
    route: 'POST /builds/{id}/execute',
    summary: 'Build the targets of a configuration and what they need. Answers at once.',
    input: byId,
    output: started,
    role: 'developer',
    audited: true,
    effect: 'executes',
  }),
  getBuildStatus: operation({
    route: 'GET /builds/{id}/status',
    summary: 'The latest execution of a build configuration, or the one that is named.',
    input: ofExecution,
    output: Execution,
    role: 'viewer',
  }),
  cancelBuild: operation({
    route: 'POST /builds/{id}/cancel',
    summary:
      'Stop the latest execution of a build configuration, or the one that is named. Cancelling what has ended changes nothing.',
    input: ofExecution,
    output: Execution,
    role: 'developer',
    audited: true,
  }),
  getBuildMetrics: operation({
    route: 'GET /builds/{id}/metrics',
    summary: 'How the executions of a build configuration went, and what each of its targets costs and saves.',
    input: byId,
    output: BuildConfigMetrics,
    role: 'viewer',
  }),
  listTargetMetrics: operation({
    route: 'GET /targets/metrics',
    summary: 'What each build target cost and saved: how often it was built, how often nothing had to run, and whether others wait for it.',
    input: z.object({ days: z.coerce.number().pipe(z.int().min(1).max(3650)).default(30) }),
    output: z.object({ targets: z.array(BuildMetrics) }),
    role: 'viewer',
  }),
  createTestSuite: operation({
    route: 'POST /test-suites',
    summary:
      'Give tests a name to be run by. Making the same one again changes nothing; another one of that id is a conflict.',
    input: TestSuiteRequest,
    output: TestSuite,
    role: 'developer',
    audited: true,
    effect: 'creates',
  }),
  listTestSuites: operation({
    route: 'GET /test-suites',
    summary: 'Test suites in the order of their ids.',
    input: page,
    output: z.object({ suites: z.array(TestSuite), nextCursor }),
    role: 'viewer',
  }),
  getTestSuite: operation({
    route: 'GET /test-suites/{id}',
    summary: 'One test suite.',
    input: byId,
    output: TestSuite,
    role: 'viewer',
  }),
  deleteTestSuite: operation({
    route: 'DELETE /test-suites/{id}',
    summary: 'Forget a test suite. What was recorded of its executions stays.',
    input: byId,
    output: TestSuite,
    role: 'developer',
    audited: true,
  }),
  executeTests: operation({
    route: 'POST /test-suites/{id}/execute',
    summary: 'Run the tests that a suite selects now, whatever changed. Answers at once.',
    input: byId,
    output: started,
    role: 'developer',
    audited: true,
    effect: 'executes',
  }),
  getTestExecutionStatus: operation({
    route: 'GET /test-executions/{id}/status',
    summary: 'One execution with its steps.',
    input: testExecution,
    output: Execution,
    role: 'viewer',
  }),
  cancelTestExecution: operation({
    route: 'POST /test-executions/{id}/cancel',
    summary: 'Stop a test execution and every process that it started. Cancelling what has ended changes nothing.',
    input: testExecution,
    output: Execution,
    role: 'developer',
    audited: true,
  }),
  getTestMetrics: operation({
    route: 'GET /test-executions/{id}/metrics',
    summary: 'How a test execution went, in numbers.',
    input: testExecution,
    output: TestExecutionMetrics,
    role: 'viewer',
  }),
} as const;
