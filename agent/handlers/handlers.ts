// What answers each operation of the contract: a table from operations to the parts.
import type { Analytics } from '../analytics/analytics.ts';
import { analyticsHandlers } from './analytics-handlers.ts';
import type { Answers } from '../answers/answers.ts';
import type { Builds } from '../builds/builds.ts';
import type { Engine, Typing } from '../engine/engine.ts';
import { withFailureFacts } from './failure-facts.ts';
import { flakinessHandlers } from './flakiness-handlers.ts';
import { namedRunHandlers, type NamedRunParts } from './named-run-handlers.ts';
import type { ContinuousRun } from '../pipelines/continuous-run.ts';
import type { MainJob } from '../pipelines/main-job.ts';
import type { Planner } from '../pipelines/planner.ts';
import { predictionHandlers, type PredictionParts } from './prediction-handlers.ts';
import { runNotes } from '../pipelines/run-notes.ts';
import type { Coverage } from '../answers/coverage.ts';
import type { Related } from '../answers/related.ts';
import type { Performance } from '../performance/performance.ts';
import { coverageHandlers } from './coverage-handlers.ts';
import { cursorOf, keyIn, pageOf } from '../platform/paging.ts';
import { relatedHandlers } from './related-handlers.ts';
import type { Generation } from '../tests/generation/generation.ts';
import { generatedTestHandlers } from './generated-test-handlers.ts';
import { performanceHandlers } from './performance-handlers.ts';
import { remoteRunHandlers, type RemoteRunParts } from './remote-run-handlers.ts';
import { pipelineHandlers, type PipelineHandlerParts } from './pipeline-handlers.ts';
import { failure, success, type Result } from '../protocol/failure.ts';
import type { Execution } from '../protocol/execution.ts';
import { ExecutionId } from '../protocol/ids.ts';
import type { OutputOf } from '../protocol/operations.ts';
import { counted } from '../protocol/quantities.ts';
import type { Caller, Handlers } from '../server/server.ts';
import { buildResultsOf } from '../store/builds.ts';
import { listFlakyTests } from '../store/flakiness.ts';
import { getPlan } from '../store/plans.ts';
import type { Store } from '../store/store.ts';
import { testHistory, testResultsOf } from '../store/tests.ts';
import type { Tests } from '../tests/tests.ts';
import type { Workspace } from '../workspace/workspace.ts';

export interface HandlerParts extends PredictionParts, NamedRunParts, PipelineHandlerParts, RemoteRunParts {
  readonly workspace: Workspace;
  readonly store: Store;
  readonly engine: Engine;
  readonly builds: Builds;
  readonly tests: Tests;
  readonly planner: Planner;
  readonly mainJob: MainJob;
  readonly continuousRun: ContinuousRun;
  readonly analytics: Analytics;
  readonly answers: Answers;
  readonly coverage: Coverage;
  readonly related: Related;
  readonly performance: Performance;
  readonly generation: Generation;
  readonly status: () => OutputOf<'getAgentStatus'>;
  readonly configuration: () => OutputOf<'getConfiguration'>;
  /** The editor's settings and trust; answers with what is wrong in them. */
  readonly configureClient: (caller: Caller, trusted: boolean, settings: Readonly<Record<string, boolean | number | string>>) => string[];
  readonly typing: Pick<Typing, 'reported'>;
  readonly stop: () => void;
}

/** One handler for each operation of the contract. They trust their input: it was checked where it came in. */
export function createHandlers(parts: HandlerParts): Handlers {
  return { ...namedRunHandlers(parts), ...predictionHandlers(parts), ...pipelineHandlers(parts), ...performanceHandlers(parts), ...generatedTestHandlers(parts), ...agentHandlers(parts), ...planHandlers(parts), ...executionHandlers(parts), ...testAndBuildHandlers(parts), ...analyticsHandlers(parts), ...coverageHandlers(parts), ...relatedHandlers(parts), ...remoteRunHandlers(parts), ...flakinessHandlers(parts), ...dashboardHandlers(parts) };
}

function agentHandlers({ status, stop, configuration, configureClient, continuousRun, typing }: HandlerParts) {
  return {
    getAgentStatus: async () => success(status()),
    stopAgent: async () => {
      stop();
      return success({ stopping: true as const });
    },
    setWatching: async ({ watching }, caller) => {
      const watcher = caller.connectionId ?? caller.via;
      if (watching) {
        continuousRun.watch(watcher);
        caller.onClosed(() => continuousRun.lose(watcher));
      } else {
        continuousRun.unwatch(watcher);
      }
      return success({ watching });
    },
    reportTyping: async () => {
      typing.reported();
      return success({});
    },
    configureClient: async ({ trusted, settings }, caller) => success({ problems: configureClient(caller, trusted, settings) }),
    getConfiguration: async () => success(configuration()),
  } satisfies Partial<Handlers>;
}

function planHandlers({ workspace, planner, mainJob }: HandlerParts) {
  return {
    getChanges: ({ base }) => workspace.changes(base),
    makePlan: async (request) => {
      const planned = await planner.plan(request);
      return planned.ok ? success(planned.value.plan) : planned;
    },
    startRun: async (request) => {
      const base = await workspace.checkBase(request.base);
      if (!base.ok) return base;
      const started = mainJob.start(request);
      if (!started.ok) return started;
      await started.value.recorded;
      return success({ executionId: started.value.id });
    },
  } satisfies Partial<Handlers>;
}

function executionHandlers({ engine, store }: HandlerParts) {
  const known = (id: Execution['id']): Result<Execution> => {
    const execution = engine.get(id);
    return execution === null ? failure('not_found', `there is no execution '${id}'`, { place: 'id' }) : success(execution);
  };
  return {
    listExecutions: async ({ limit, cursor }) => {
      const before = cursor === undefined ? undefined : keyIn(cursor);
      if (before !== undefined && !before.ok) return before;
      const executions = engine.list(limit, before === undefined ? undefined : ExecutionId.parse(before.value));
      const last = executions.at(-1);
      return success({ executions, nextCursor: last === undefined || executions.length < limit ? null : cursorOf(last.id) });
    },
    getExecutionStatus: async ({ id }) => known(id),
    cancelExecution: async ({ id }, caller) => {
      await engine.giveUp(id);
      return engine.cancel(id, `cancelled by ${caller.client}`);
    },
    getExecutionResults: async ({ id }) => {
      const execution = known(id);
      if (!execution.ok) return execution;
      return success({ plan: getPlan(store, id), builds: buildResultsOf(store, id), tests: testResultsOf(store, id), notes: runNotes(execution.value) });
    },
    getExecutionLog: async ({ id, stepId, offset }) => engine.log(id, stepId, offset),
  } satisfies Partial<Handlers>;
}

function testAndBuildHandlers({ tests, builds, store, answers, planner, workspace, clock }: HandlerParts) {
  const clusters = () => answers.triage((file) => workspace.read(file));
  return {
    listTests: async ({ limit, cursor }) => {
      await planner.refresh();
      const { files, problems } = await tests.discover([]);
      // Whoever shows them hears by events of what the runners themselves know better.
      void tests.settled();
      if (limit === undefined) return success({ files: [...files], problems: [...problems] });
      const page = pageOf(files.toSorted((a, b) => (a.id < b.id ? -1 : 1)), ({ id }) => id, { limit, cursor });
      return page.ok ? success({ files: [...page.value.items], problems: [...problems], nextCursor: page.value.nextCursor }) : page;
    },
    listTestCases: async ({ id }) => {
      await planner.refresh();
      const { files } = await tests.discover([]);
      if (!files.some((file) => file.id === id)) return failure('not_found', `there is no test file '${id}'`, { place: 'id' });
      return success({ cases: [...(await tests.casesIn(id))] });
    },
    getTestHistory: async ({ id, limit }) => success({ history: testHistory(store, id, limit) }),
    getDebugCommand: async ({ id }) => {
      const command = await tests.debugCommand(id);
      if (!command.ok) return command;
      const { runtimeArguments = [], environment, ...rest } = command.value;
      return success({ ...rest, arguments: [...rest.arguments], runtimeArguments: [...runtimeArguments], environment: { ...environment } });
    },
    listTargets: async () => {
      const { targets, problems } = await builds.targets();
      return success({ targets: [...targets], problems: [...problems] });
    },
    explain: async ({ subject }) => {
      const explanations = await answers.explain(subject);
      if (!explanations.ok) return explanations;
      const known = { clusters: await clusters(), flaky: listFlakyTests(store, clock.now()) };
      return success({ explanations: withFailureFacts(explanations.value, known) });
    },
    getCertificates: async ({ subject }) => {
      const certificates = await answers.certificates(subject);
      return certificates.ok ? success({ certificates: certificates.value }) : certificates;
    },
    getTriage: async () => success({ clusters: await clusters() }),
    getCodeLenses: async ({ file }) => success({ lenses: await answers.codeLenses(file) }),
  } satisfies Partial<Handlers>;
}

function dashboardHandlers({ status, analytics, engine, tests, builds, workspace, continuousRun }: HandlerParts) {
  return {
    getAnalyticsDashboardData: async () => {
      const { targets } = await builds.targets();
      const found = [...(targets.length === 0 ? [] : [counted(targets.length, 'build target')]), ...tests.found()];
      const repository = { name: workspace.name, root: workspace.root, ...(await presentChange(workspace, continuousRun)), found };
      return success({ ...analytics.dashboard(repository, engine.list(50)), cost: status().cost });
    },
  } satisfies Partial<Handlers>;
}

/** From the last plan, which is made anew at every change; before the first one from git. */
async function presentChange(workspace: Workspace, continuousRun: ContinuousRun): Promise<{ branch: string | null; changedFiles: number }> {
  const { latest } = continuousRun;
  continuousRun.catchUp();
  if (latest !== null) return { branch: latest.branch, changedFiles: latest.plan.changes.length };
  const changes = await workspace.changes();
  return changes.ok ? { branch: changes.value.branch, changedFiles: changes.value.files.length } : { branch: null, changedFiles: 0 };
}
