// The parts that know code, builds, tests and pipelines, wired to each other.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createAnswers } from './answers/answers.ts';
import { createCoverage, type Coverage } from './answers/coverage.ts';
import { createRelated } from './answers/related.ts';
import { createBuilds } from './builds/builds.ts';
import { createSandboxes } from './engine/sandbox.ts';
import { limitsOf, type AgentHost, type Foundation } from './foundation.ts';
import { createGraph, createHistory, type History } from './graph/graph.ts';
import { BuildConfigs, definedTargets } from './pipelines/build-configs.ts';
import { presentRisk } from './pipelines/change-risk.ts';
import { ContinuousRun } from './pipelines/continuous-run.ts';
import type { GateSources } from './pipelines/gate-step.ts';
import { IdleAudit } from './pipelines/idle-audit.ts';
import { IdleLearning } from './pipelines/idle-learning.ts';
import { createMainJob, refusalOf, type MainJob, type RunRequest } from './pipelines/main-job.ts';
import { createPipelines } from './pipelines/pipelines.ts';
import { createPlanner } from './pipelines/planner.ts';
import { TestSuites } from './pipelines/test-suites.ts';
import { createPerformance } from './performance/performance.ts';
import { assetPath } from './platform/assets.ts';
import type { Disposables } from './platform/disposables.ts';
import { userEnvironment } from './platform/environment.ts';
import { isOnBattery } from './platform/power.ts';
import { createPredictions, type Predictions } from './predictions/predictions.ts';
import type { ChangeSet } from './protocol/change-set.ts';
import type { RepoPath } from './protocol/ids.ts';
import type { Plan } from './protocol/plan.ts';
import type { ChangeRisk } from './protocol/prediction.ts';
import { skippedTestsMs } from './store/plans.ts';
import { createTests } from './tests/tests.ts';

/** The parts that know code, builds and tests, and the main job over them. */
export function buildParts(foundation: Foundation, disposables: Disposables) {
  const { workspace, events, store, clock, log, settings, configuration, trust, host } = foundation;
  const { root, stateDirectory } = workspace;
  const environment = () => userEnvironment(foundation.environment);
  const isTrusted = () => trust.isTrusted;
  const files = () => workspace.files();
  const read = (file: RepoPath) => workspace.read(file);
  const common = { store, events, clock, log, settings, environment };
  const graph = disposables.use(createGraph({ root, store, clock, log, environment, makers: () => builds.makers(), ignoredAmong: (paths) => ignoredAmong(workspace, paths) }));
  const history = openHistory(foundation, disposables);
  const builds = disposables.use(
    createBuilds({
      ...common,
      workspace: { root, files, read },
      stateDirectory,
      processes: foundation.processes,
      configured: () => ({ ...definedTargets(store), ...configuration.file.targets }),
      remoteCache: () => configuration.file.remoteCache,
      secrets: foundation.environment,
    }),
  );
  const tests = disposables.use(
    createTests({ ...common, graph, coChange: (file, other) => history.coChange(file, other)?.confidence ?? 0, root, stateDirectory, processes: foundation.processes, isTrusted, files, read, readGit: (words) => workspace.readGit(words), exclude: () => configuration.file.tests.exclude, commands: () => configuration.file.tests.commands ?? {}, isWorkedIn: () => isObserved() }),
  );
  const predictions = disposables.use(
    createPredictions({
      store,
      modelsFolder: assetPath('models'),
      workerFile: assetPath('prediction-worker'),
      runtimeFiles: { module: assetPath('ort-module'), wasm: assetPath('ort-wasm') },
      localFolder: path.join(stateDirectory, 'models'),
      readGit: (args) => workspace.readGit(args),
      slots: () => ({ testSlots: limitsOf(settings()).tests, buildSlots: limitsOf(settings()).builds }),
      onRefused: (message) => log.warn('a model was refused, its baseline answers', { message }),
    }),
  );
  const planner = createPlanner({ predictions, workspace, history, graph, builds, tests, clock, configurationNotes: () => configuration.problems() });
  const isInstalled = () => checkInstallation(host);
  const judged = (changes: ChangeSet) => workspace.markSeen(changes);
  const mainJob = createMainJob({ ...common, planner, builds, tests, engine: foundation.engine, isTrusted, isInstalled, judged });
  const isObserved = () => continuousRun.isWatching || host.clientCount() > 0;
  const continuousRun: ContinuousRun = disposables.use(
    new ContinuousRun({ planner, events, log, start: (request) => mainJob.start(request), isObserved }),
  );
  const idleAudit = openIdleAudit(foundation, mainJob, disposables);
  const idleLearning = disposables.use(
    new IdleLearning({ events, clock, log, learn: () => predictions.learn(clock.now()), hasDrifted: () => predictions.hasDrifted(), isOnBattery: () => isOnBattery() }),
  );
  const { engine, processes, pipelineFiles } = foundation;
  const sandboxes = createSandboxes({ processes, root, stateDirectory, environment });
  const slots = () => limitsOf(settings()).commands;
  const coverage = createCoverage({ root: workspace.root, store, readGit: (args) => workspace.readGit(args), now: () => clock.now(), files, testFiles: async () => (await tests.discover([])).files });
  const testFiles = async () => {
    await planner.refresh();
    return (await tests.discover([])).files;
  };
  const performance = createPerformance({ ...common, workspace, engine, definition: () => configuration.file.performance, refusal: () => refusalOf({ isTrusted, isInstalled, settings }), timeoutMs: () => settings()['cicd.defaultTimeout'] * 1000 });
  const pipelines = createPipelines({ ...common, workspace, planner, builds, tests, engine, processes, sandboxes, isTrusted, isInstalled, slots, chance: Math.random, gateSources: { ...common, testFiles, benchmarks: async () => (await performance.sets()).map(({ id }) => id), ...recordedFacts(foundation, coverage) }, changeRisk: () => riskOf(foundation, predictions), declared: () => pipelineFiles.read() });
  const answers = disposables.use(createAnswers({ files, history, builds, tests, graph, planner, store, events, clock, coverage, settings: () => configuration.settings }));
  const related = createRelated({ graph, planner, tests, store, read });
  const named = { store, engine: foundation.engine, clock, mainJob };
  const buildConfigs = new BuildConfigs({ ...named, targets: async () => (await builds.targets()).targets, definitionsChanged: () => continuousRun.replan() });
  const testSuites = new TestSuites({ ...named, files: testFiles });
  return { builds, tests, planner, mainJob, continuousRun, idleAudit, idleLearning, coverage, performance, related, answers, predictions, buildConfigs, testSuites, pipelines };
}

/** So many paths fit into one command line everywhere. */
const pathsPerQuestion = 100;

/** Git answers nothing where it ignores none of them. */
async function ignoredAmong(workspace: Foundation['workspace'], paths: readonly string[]): Promise<ReadonlySet<string>> {
  const ignored = new Set<string>();
  for (let at = 0; at < paths.length; at += pathsPerQuestion) {
    const answer = await workspace.readGit(['check-ignore', '-z', '--', ...paths.slice(at, at + pathsPerQuestion).map((each) => `./${each}`)]);
    for (const each of answer?.split('\0') ?? []) if (each !== '') ignored.add(each.replace(/^\.\//, ''));
  }
  return ignored;
}

/** What gates look up beside results of tests. */
function recordedFacts({ analytics }: Foundation, coverage: Coverage): Pick<GateSources, 'metric' | 'coverage'> {
  return {
    metric({ metric, aggregate }, since) {
      const found = analytics.figure(metric, { aggregate, since });
      if (!found.ok) return null;
      const { definition, count, figure } = found.value;
      return { type: definition.type, unit: definition.unit, count, figure };
    },
    async coverage() {
      const { lines, recorded } = await coverage.summary({});
      return recorded === null ? null : { ...lines, recordedAt: recorded.until };
    },
  };
}

/** An answer is asked for without it where it cannot be worked out. */
async function riskOf({ workspace, log }: Foundation, predictions: Predictions): Promise<ChangeRisk | null> {
  try {
    return await presentRisk({ workspace, predictions });
  } catch (error) {
    log.warn('the risk of the change could not be worked out', { error });
    return null;
  }
}

/** An agent outlives the window that started it, and so may an update of the extension: then it makes room for a new one. */
function checkInstallation(host: AgentHost): boolean {
  const isComplete = existsSync(assetPath('test-runners'));
  if (!isComplete) host.stop();
  return isComplete;
}

function openIdleAudit({ events, clock, log, settings, store }: Foundation, mainJob: MainJob, disposables: Disposables): IdleAudit {
  const start = (request: RunRequest) => mainJob.start(request);
  const skippedMs = (plan: Plan) => skippedTestsMs(store, plan);
  return disposables.use(new IdleAudit({ events, clock, log, settings, start, skippedMs, isOnBattery: () => isOnBattery() }));
}

function openHistory({ workspace, store, log }: Foundation, disposables: Disposables): History {
  const history = createHistory({ store, log, readGit: (args) => workspace.readGit(args) });
  disposables.defer(() => history.settled());
  return history;
}
