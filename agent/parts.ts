// What runs and answers over what is known of the repository: the main job, pipelines, comparisons and explanations.
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { createAnswers } from './answers/answers.ts';
import { createCoverage, type Coverage } from './answers/coverage.ts';
import { createRelated, type Related } from './answers/related.ts';
import { createSandboxes } from './engine/sandbox.ts';
import { limitsOf, type AgentHost, type Foundation } from './foundation.ts';
import { buildKnowledge } from './knowledge.ts';
import { createPerformance } from './performance/performance.ts';
import { BuildConfigs } from './pipelines/build-configs.ts';
import { presentRisk } from './pipelines/change-risk.ts';
import { ContinuousRun } from './pipelines/continuous-run.ts';
import type { GateSources } from './pipelines/gate-step.ts';
import { IdleAudit } from './pipelines/idle-audit.ts';
import { IdleLearning } from './pipelines/idle-learning.ts';
import { createMainJob, refusalOf, type MainJob, type RunRequest } from './pipelines/main-job.ts';
import { createPipelines } from './pipelines/pipelines.ts';
import { TestSuites } from './pipelines/test-suites.ts';
import { assetPath } from './platform/assets.ts';
import type { Disposables } from './platform/disposables.ts';
import { userEnvironment } from './platform/environment.ts';
import { isOnBattery } from './platform/power.ts';
import type { Predictions } from './predictions/predictions.ts';
import type { ChangeSet } from './protocol/change-set.ts';
import type { RepoPath } from './protocol/ids.ts';
import { success } from './protocol/failure.ts';
import type { Plan } from './protocol/plan.ts';
import type { ChangeRisk } from './protocol/prediction.ts';
import { skippedTestsMs } from './store/plans.ts';
import { createGeneration, type Generation } from './tests/generation/generation.ts';
import { createRemoteRuns } from './tests/remote-runs/remote-runs.ts';

/** The parts over `foundation`: what is known, what runs, and what answers. */
export function buildParts(foundation: Foundation, disposables: Disposables) {
  const { workspace, store, clock, host } = foundation;
  const isWorkedIn = (): boolean => jobs.continuousRun.isWatching || host.clientCount() > 0;
  const known = buildKnowledge(foundation, disposables, isWorkedIn);
  const jobs = buildJobs(foundation, known, disposables, isWorkedIn);
  const { planner, builds, tests, graph } = known;
  const files = () => workspace.files();
  const testFiles = async () => {
    await planner.refresh();
    return (await tests.discover([])).files;
  };
  const coverage = createCoverage({
    root: workspace.root,
    store,
    readGit: (args) => workspace.readGit(args),
    now: () => clock.now(),
    files,
    testFiles: async () => (await tests.discover([])).files,
  });
  const settings = () => foundation.configuration.settings;
  const answers = disposables.use(createAnswers({ ...foundation, ...known, files, coverage, settings, writtenAt: writtenAt(workspace.root) }));
  const related = createRelated({ graph, planner, tests, store, read: (file: RepoPath) => workspace.read(file) });
  const generation = openGeneration(foundation, known, related);
  const remoteRuns = createRemoteRuns({ store, events: foundation.events, clock, testFiles, tests });
  const named = { store, engine: foundation.engine, clock, mainJob: jobs.mainJob };
  const targets = async () => (await builds.targets()).targets;
  const definitionsChanged = () => jobs.continuousRun.replan();
  const buildConfigs = new BuildConfigs({ ...named, targets, definitionsChanged });
  const testSuites = new TestSuites({ ...named, files: testFiles });
  const delivery = buildPipelines(foundation, known, { coverage, testFiles });
  return { ...known, ...jobs, ...delivery, coverage, related, generation, remoteRuns, answers, buildConfigs, testSuites };
}

type Knowledge = ReturnType<typeof buildKnowledge>;

function buildJobs(foundation: Foundation, known: Knowledge, disposables: Disposables, isObserved: () => boolean) {
  const { workspace, events, store, clock, log, settings, engine } = foundation;
  const { planner, builds, tests, predictions } = known;
  const judged = (changes: ChangeSet) => workspace.markSeen(changes);
  const allowed = permissions(foundation);
  const mainJob = createMainJob({
    ...allowed,
    store,
    events,
    clock,
    log,
    settings,
    planner,
    builds,
    tests,
    engine,
    judged,
  });
  const start = (request: RunRequest) => mainJob.start(request);
  const continuousRun = disposables.use(new ContinuousRun({ planner, events, log, clock, read: (file) => workspace.read(file), start, isObserved }));
  const idleAudit = openIdleAudit(foundation, mainJob, disposables);
  const learn = () => predictions.learn(clock.now());
  const hasDrifted = () => predictions.hasDrifted();
  const idleLearning = disposables.use(
    new IdleLearning({ events, clock, log, learn, hasDrifted, isOnBattery: () => isOnBattery() }),
  );
  return { mainJob, continuousRun, idleAudit, idleLearning };
}

/** Whether, and with what, commands of the repository may be run. */
function permissions(foundation: Foundation) {
  return {
    environment: () => userEnvironment(foundation.environment),
    isTrusted: () => foundation.trust.isTrusted,
    isInstalled: () => checkInstallation(foundation.host),
  };
}

function openGeneration(foundation: Foundation, known: Knowledge, related: Related): Generation {
  const { workspace, settings } = foundation;
  const { root, stateDirectory } = workspace;
  const allowed = permissions(foundation);
  return createGeneration({
    ...foundation,
    ...allowed,
    root,
    stateDirectory,
    tests: known.tests,
    runnerFolder: assetPath('test-runners'),
    files: () => workspace.files(),
    read: (file) => workspace.read(file),
    readGit: (args) => workspace.readGit(args),
    async relatedTo(file, line) {
      const found = await related.tests(file, line);
      return found.ok ? success(found.value.tests.map((each) => each.file)) : found;
    },
    refusal: () => refusalOf({ ...allowed, settings }),
    timeoutMs: () => settings()['cicd.defaultTimeout'] * 1000,
    modelKey: () => foundation.environment['NOODLE_TEST_MODEL_KEY'],
  });
}

interface Recorded {
  readonly coverage: Coverage;
  testFiles(): Promise<Awaited<ReturnType<Knowledge['tests']['discover']>>['files']>;
}

function buildPipelines(foundation: Foundation, known: Knowledge, { coverage, testFiles }: Recorded) {
  const { workspace, settings, configuration, processes, pipelineFiles } = foundation;
  const { root, stateDirectory } = workspace;
  const allowed = permissions(foundation);
  const performance = createPerformance({
    ...foundation,
    ...allowed,
    definition: () => configuration.file.performance,
    refusal: () => refusalOf({ ...allowed, settings }),
    timeoutMs: () => settings()['cicd.defaultTimeout'] * 1000,
  });
  const benchmarks = async () => (await performance.sets()).map(({ id }) => id);
  const pipelines = createPipelines({
    ...foundation,
    ...known,
    ...allowed,
    sandboxes: createSandboxes({ processes, root, stateDirectory, environment: allowed.environment }),
    slots: () => limitsOf(settings()).commands,
    chance: Math.random,
    gateSources: { ...foundation, testFiles, benchmarks, ...recordedFacts(foundation, coverage) },
    changeRisk: () => riskOf(foundation, known.predictions),
    declared: () => pipelineFiles.read(),
  });
  return { performance, pipelines };
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

function openIdleAudit(
  { events, clock, log, settings, store }: Foundation,
  mainJob: MainJob,
  disposables: Disposables,
): IdleAudit {
  const start = (request: RunRequest) => mainJob.start(request);
  const skippedMs = (plan: Plan) => skippedTestsMs(store, plan);
  return disposables.use(
    new IdleAudit({ events, clock, log, settings, start, skippedMs, isOnBattery: () => isOnBattery() }),
  );
}

function writtenAt(root: string): (file: RepoPath) => number | null {
  return (file) => statSync(path.join(root, file), { throwIfNoEntry: false })?.mtimeMs ?? null;
}
