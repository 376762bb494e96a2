// The composition root: builds the parts of one repository's agent and wires them to each other.
import { existsSync, statfsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { createAnalytics, type Analytics } from './analytics/analytics.ts';
import { analyticsRoutes } from './analytics-handlers.ts';
import { createAnswers, type Answers } from './answers/answers.ts';
import { createCoverage } from './answers/coverage.ts';
import { createBuilds } from './builds/builds.ts';
import { ConfigurationState, configurationPath } from './configuration-state.ts';
import { createEngine, type Engine, type Limits } from './engine/engine.ts';
import { createSandboxes } from './engine/sandbox.ts';
import { createEventBus, type EventBus } from './events/events.ts';
import { createGraph, createHistory, type History } from './graph/graph.ts';
import { createHandlers } from './handlers.ts';
import { createPredictions } from './predictions/predictions.ts';
import { BuildConfigs, definedTargets } from './pipelines/build-configs.ts';
import { ContinuousRun } from './pipelines/continuous-run.ts';
import { IdleAudit } from './pipelines/idle-audit.ts';
import { createMainJob, type MainJob, type RunRequest } from './pipelines/main-job.ts';
import { createPipelineFiles, type PipelineFiles } from './pipeline-files.ts';
import { createPipelines, type Pipelines } from './pipelines/pipelines.ts';
import { createPlanner } from './pipelines/planner.ts';
import { fateOf } from './pipelines/resumption.ts';
import { TestSuites } from './pipelines/test-suites.ts';
import { assetPath } from './platform/assets.ts';
import { createProcesses } from './platform/child-processes.ts';
import type { Clock } from './platform/clock.ts';
import { Disposables } from './platform/disposables.ts';
import { userEnvironment } from './platform/environment.ts';
import type { Log } from './platform/log.ts';
import { processRecordsFolder } from './platform/orphans.ts';
import { isOnBattery } from './platform/power.ts';
import type { Processes } from './platform/processes.ts';
import type { ChangeSet } from './protocol/change-set.ts';
import type { Execution } from './protocol/execution.ts';
import { RepoPath } from './protocol/ids.ts';
import type { OutputOf } from './protocol/operations.ts';
import type { Plan } from './protocol/plan.ts';
import type { Settings } from './protocol/settings.ts';
import type { AuditEntry, Handlers, IdempotencyRecords, RawRoute } from './server/server.ts';
import { appendAudit } from './store/audit.ts';
import { findKeyedRequest, forgetKeyedRequests, removeKeyedRequest, saveKeyedRequest } from './store/idempotency.ts';
import { skippedTestsMs } from './store/plans.ts';
import { openStore, type Notice, type Store } from './store/store.ts';
import { createTests, type Tests } from './tests/tests.ts';
import type { Workspace } from './workspace/workspace.ts';

const dayMs = 86_400_000;

export interface AgentOptions {
  readonly workspace: Workspace;
  readonly clock: Clock;
  readonly log: Log;
  readonly version: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whoever starts the agent by hand trusts the repository; an editor says so once its user does. */
  readonly isTrusted: boolean;
  /** Whether it stays, so that what a crash left unfinished can be gone on with; a short command only says so. */
  readonly resumes: boolean;
  /** What only the process that hosts the agent knows. */
  readonly host: AgentHost;
}

export interface AgentHost {
  /** `http://127.0.0.1:<port>`; empty while nothing listens. */
  readonly address: string;
  clientCount(): number;
  stop(): void;
}

export interface Agent {
  readonly handlers: Handlers;
  /** Routes of other programs' protocols, beside those of the contract. */
  readonly rawRoutes: readonly RawRoute[];
  readonly events: EventBus;
  readonly answers: Answers;
  readonly engine: Engine;
  audit(entry: AuditEntry): void;
  readonly idempotency: IdempotencyRecords;
  /** Looks at the repository from now on, and plans at every change. */
  startWatching(): Promise<void>;
  isIdle(): boolean;
  dispose(): Promise<void>;
}

/** Opens the repository's state and builds everything on it. The caller owns the workspace. */
export async function createAgent(options: AgentOptions): Promise<Agent> {
  const disposables = new Disposables();
  const foundation = await openFoundation(options, disposables);
  const parts = buildParts(foundation, disposables);
  const { workspace, log, host } = options;
  const { events, engine, store, configuration, trust } = foundation;
  const { continuousRun, idleAudit, answers, planner, pipelines } = parts;
  pipelines.resume(foundation.unfinished);
  disposables.defer(forgetDaily({ ...foundation, pipelines, retentionDays: () => foundation.settings()['analytics.retentionDays'] }));
  disposables.defer(
    workspace.onChange((batch) => {
      if (batch.everything || batch.paths.some((file) => file === configurationPath)) configuration.fileChanged();
      continuousRun.filesChanged(batch);
      idleAudit.filesChanged();
    }),
  );
  const handlers = createHandlers({
    ...foundation,
    ...parts,
    pipelineProblems: (text) => (text === undefined ? declaredPipelines(foundation.pipelineFiles) : foundation.pipelineFiles.check(text)),
    status: () => statusOf(foundation, { isWatching: continuousRun.isWatching, runners: parts.tests.warmCost() }),
    configuration: () => configuration.describe(),
    configureClient(_caller, isTrusted, editorSettings) {
      trust.isTrusted = isTrusted || options.isTrusted;
      if (configuration.editorChanged(editorSettings)) continuousRun.replan();
      return configuration.problems();
    },
    stop: () => host.stop(),
  });
  return {
    handlers,
    rawRoutes: analyticsRoutes(foundation.analytics),
    events,
    answers,
    engine,
    audit(entry) {
      store.transact((tx) => appendAudit(tx, entry)).catch((error: unknown) => log.error('an operation could not be audited', { error }));
    },
    idempotency: idempotencyRecords(store),
    async startWatching() {
      disposables.defer(await workspace.watch());
      planner.filesChanged([], true);
      continuousRun.replan();
    },
    isIdle: () => engine.isIdle() && !continuousRun.isWatching,
    async dispose() {
      // What runs still asks graph, builds and tests: it ends, as cancelled, while they are there.
      await engine.dispose();
      await disposables.dispose();
    },
  };
}

/** What everything else stands on: records, settings, trust, and the engine. */
interface Foundation extends AgentOptions {
  readonly events: EventBus;
  readonly notices: ReadonlyMap<string, Notice>;
  readonly store: Store;
  readonly configuration: ConfigurationState;
  readonly settings: () => Settings;
  /** An editor may say at any time that its user trusts the workspace. */
  readonly trust: { isTrusted: boolean };
  readonly analytics: Analytics;
  readonly processes: Processes;
  readonly engine: Engine;
  /** Executions that a crash left, to be gone on with. */
  readonly unfinished: readonly Execution[];
  readonly pipelineFiles: PipelineFiles;
}

async function openFoundation(options: AgentOptions, disposables: Disposables): Promise<Foundation> {
  const { workspace, clock, log, environment } = options;
  const { stateDirectory } = workspace;
  const events = createEventBus((error) => log.error('an event could not be handled', { error }));
  const notices = new Map<string, Notice>();
  disposables.defer(events.on('notice.raised', (notice) => notices.set(notice.id, notice)));
  const onNotice = (notice: Notice) => events.emit({ type: 'notice.raised', ...notice });
  const store = disposables.use(await openStore({ directory: path.join(stateDirectory, 'store'), clock, log, onNotice }));
  const configuration = new ConfigurationState({ environment, readFile: () => workspace.read(RepoPath.parse(configurationPath)) });
  const settings = () => configuration.settings;
  const trust = { isTrusted: options.isTrusted };
  const processes = disposables.use(createProcesses({ clock, log, recordsFolder: processRecordsFolder(stateDirectory) }));
  const analytics = disposables.use(
    await createAnalytics({
      ...options,
      store,
      events,
      settings,
      repository: workspace.name,
      configured: () => configuration.file,
      isTrusted: () => trust.isTrusted,
      cores: availableParallelism(),
      freeBytes: () => freeBytes(stateDirectory),
      history: (since) => workspace.history(since),
      run: async (command, args) => (await processes.start({ command, args, cwd: workspace.root, environment: userEnvironment(environment) }).exited).exitCode,
      onTuned: (values) => configuration.tuned(values),
    }),
  );
  const limits = () => limitsOf(settings());
  const engine = disposables.use(createEngine({ store, events, processes, clock, log, stateDirectory, limits }));
  const unfinished = await engine.recover((execution) => fateOf(execution, store, options.resumes));
  const pipelineFiles = createPipelineFiles(workspace.root, (file) => workspace.read(file));
  return { ...options, events, notices, store, configuration, settings, trust, analytics, processes, engine, unfinished, pipelineFiles };
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

/** The parts that know code, builds and tests, and the main job over them. */
function buildParts(foundation: Foundation, disposables: Disposables) {
  const { workspace, events, store, clock, log, settings, configuration, trust, host } = foundation;
  const { root, stateDirectory } = workspace;
  const environment = () => userEnvironment(foundation.environment);
  const isTrusted = () => trust.isTrusted;
  const files = () => workspace.files();
  const read = (file: RepoPath) => workspace.read(file);
  const common = { store, events, clock, log, settings, environment };
  const graph = disposables.use(createGraph({ root, store, clock, log }));
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
    createTests({ ...common, coChange: (file, other) => history.coChange(file, other)?.confidence ?? 0, root, stateDirectory, processes: foundation.processes, isTrusted, files, read, exclude: () => configuration.file.tests.exclude, commands: () => configuration.file.tests.commands ?? {}, isWorkedIn: () => isObserved() }),
  );
  const planner = createPlanner({ workspace, history, graph, builds, tests, clock, configurationNotes: () => configuration.problems() });
  const isInstalled = () => checkInstallation(host);
  const judged = (changes: ChangeSet) => workspace.markSeen(changes);
  const mainJob = createMainJob({ ...common, planner, builds, tests, engine: foundation.engine, isTrusted, isInstalled, judged });
  const isObserved = () => continuousRun.isWatching || host.clientCount() > 0;
  const continuousRun: ContinuousRun = disposables.use(
    new ContinuousRun({ planner, events, log, start: (request) => mainJob.start(request), isObserved }),
  );
  const idleAudit = openIdleAudit(foundation, mainJob, disposables);
  const { engine, processes, pipelineFiles } = foundation;
  const sandboxes = createSandboxes({ processes, root, stateDirectory, environment });
  const slots = () => limitsOf(settings()).commands;
  const pipelines = createPipelines({ ...common, workspace, planner, builds, tests, engine, processes, sandboxes, isTrusted, isInstalled, slots, chance: Math.random, declared: () => pipelineFiles.read() });
  const coverage = createCoverage({ root: workspace.root, store, readGit: (args) => workspace.readGit(args), now: () => clock.now(), files });
  const answers = disposables.use(createAnswers({ history, builds, tests, graph, planner, store, events, clock, coverage, settings: () => configuration.settings }));
  const predictions = disposables.use(
    createPredictions({
      store,
      modelsFolder: assetPath('models'),
      workerFile: assetPath('prediction-worker'),
      runtimeFiles: { module: assetPath('ort-module'), wasm: assetPath('ort-wasm') },
      onRefused: (message) => log.warn('a model was refused, its baseline answers', { message }),
    }),
  );
  const named = { store, engine: foundation.engine, clock, mainJob };
  const buildConfigs = new BuildConfigs({ ...named, targets: async () => (await builds.targets()).targets, definitionsChanged: () => continuousRun.replan() });
  const testSuites = new TestSuites({
    ...named,
    files: async () => {
      await planner.refresh();
      return (await tests.discover([])).files;
    },
  });
  return { builds, tests, planner, mainJob, continuousRun, idleAudit, coverage, answers, predictions, buildConfigs, testSuites, pipelines };
}

/** Null where the system does not say. */
function freeBytes(folder: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return null;
  }
}

function declaredPipelines(files: PipelineFiles) {
  const { sound, problems } = files.read();
  return { pipelines: [...sound.keys()], problems };
}

function limitsOf(settings: Settings): Limits {
  return {
    parallelExecutions: settings['cicd.parallelPipelines'],
    builds: settings['build.parallelBuilds'],
    tests: Math.min(settings['test.parallelExecutions'], availableParallelism()),
    commands: Math.max(settings['cicd.parallelPipelines'], availableParallelism()),
  };
}

interface Forgetting {
  readonly analytics: Analytics;
  readonly engine: Engine;
  readonly pipelines: Pipelines;
  readonly clock: Clock;
  readonly log: Log;
  readonly retentionDays: () => number;
}

/** A minute after the start and then daily, so that short commands do not pay for it. */
function forgetDaily({ analytics, engine, pipelines, clock, log, retentionDays }: Forgetting): () => void {
  const forget = async () => {
    await analytics.prune();
    await engine.pruneLogs(clock.now() - retentionDays() * dayMs);
    await pipelines.pruneArtifacts(clock.now() - retentionDays() * dayMs);
  };
  let cancel = () => {};
  const schedule = (delayMs: number) => {
    cancel = clock.schedule(delayMs, () => {
      forget().catch((error: unknown) => log.error('old records could not be forgotten', { error }));
      schedule(dayMs);
    });
  };
  schedule(60_000);
  return () => cancel();
}

interface StatusParts {
  readonly isWatching: boolean;
  readonly runners: ReturnType<Tests['warmCost']>;
}

function statusOf(foundation: Foundation, { isWatching, runners }: StatusParts): OutputOf<'getAgentStatus'> {
  const { version, workspace, host, store, analytics, notices, trust } = foundation;
  const { isDurable } = store.statistics();
  return {
    version,
    root: workspace.root,
    pid: process.pid,
    address: host.address,
    clients: host.clientCount(),
    watching: isWatching,
    trusted: trust.isTrusted,
    cost: { ...analytics.cost(), runners },
    health: [
      { component: 'store', healthy: isDurable, message: isDurable ? 'everything recorded is on disk' : 'the disk does not take what is recorded' },
      ...[...notices.values()].map(({ id, severity, message }) => ({ component: id, healthy: severity === 'info', message })),
    ],
  };
}

function idempotencyRecords(store: Store): IdempotencyRecords {
  return {
    find: (key) => findKeyedRequest(store, key),
    async save(record) {
      await store.transact((tx) => {
        forgetKeyedRequests(tx, record.at - dayMs);
        saveKeyedRequest(tx, record);
      });
    },
    async remove(key) {
      await store.transact((tx) => removeKeyedRequest(tx, key));
    },
  };
}
