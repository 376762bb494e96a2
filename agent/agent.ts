// The composition root: builds the parts of one repository's agent and wires them to each other.
import path from 'node:path';
import { createAnalytics, type Analytics } from './analytics/analytics.ts';
import { createAnswers, type Answers } from './answers/answers.ts';
import { createBuilds } from './builds/builds.ts';
import { ConfigurationState, configurationPath } from './configuration-state.ts';
import { createEngine, type Engine, type Limits } from './engine/engine.ts';
import { createEventBus, type EventBus } from './events/events.ts';
import { createGraph } from './graph/graph.ts';
import { createHandlers } from './handlers.ts';
import { ContinuousRun } from './pipelines/continuous-run.ts';
import { createMainJob } from './pipelines/main-job.ts';
import { createPlanner } from './pipelines/planner.ts';
import { createProcesses } from './platform/child-processes.ts';
import type { Clock } from './platform/clock.ts';
import { Disposables } from './platform/disposables.ts';
import { userEnvironment } from './platform/environment.ts';
import type { Log } from './platform/log.ts';
import { RepoPath } from './protocol/ids.ts';
import type { OutputOf } from './protocol/operations.ts';
import type { AuditEntry, Handlers } from './server/server.ts';
import { appendAudit } from './store/audit.ts';
import { openStore, type Notice, type Store } from './store/store.ts';
import { createTests } from './tests/tests.ts';
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
  readonly events: EventBus;
  readonly answers: Answers;
  readonly engine: Engine;
  audit(entry: AuditEntry): void;
  /** Looks at the repository from now on, and plans at every change. */
  startWatching(): Promise<void>;
  isIdle(): boolean;
  dispose(): Promise<void>;
}

/** Opens the repository's state and builds everything on it. The caller owns the workspace. */
export async function createAgent(options: AgentOptions): Promise<Agent> {
  const { workspace, clock, log, environment, host } = options;
  const disposables = new Disposables();
  const reportError = (error: unknown) => log.error('an event could not be handled', { error });
  const events = createEventBus(reportError);
  const notices = new Map<string, Notice>();
  disposables.defer(events.on('notice.raised', (notice) => notices.set(notice.id, notice)));
  const onNotice = (notice: Notice) => events.emit({ type: 'notice.raised', ...notice });

  const store = disposables.use(await openStore({ directory: path.join(workspace.stateDirectory, 'store'), clock, log, onNotice }));
  const configuration = new ConfigurationState({ environment, readFile: () => workspace.read(RepoPath.parse(configurationPath)) });
  const settings = () => configuration.settings;
  const trust = { isTrusted: options.isTrusted };

  const analytics = disposables.use(await createAnalytics({ store, events, clock, log, settings }));
  const processes = disposables.use(createProcesses({ clock, log, recordsFolder: path.join(workspace.stateDirectory, 'processes') }));
  const engine = disposables.use(createEngine({ store, events, processes, clock, log, stateDirectory: workspace.stateDirectory, limits: () => limitsOf(settings()) }));
  await engine.recover();

  const childEnvironment = () => userEnvironment(environment);
  const files = () => workspace.files();
  const read = (file: RepoPath) => workspace.read(file);
  const graph = disposables.use(createGraph({ root: workspace.root, store, clock, log }));
  const builds = createBuilds({ workspace: { root: workspace.root, files, read }, store, events, clock, log, settings, configured: () => configuration.file.targets, environment: childEnvironment });
  const tests = disposables.use(
    createTests({
      root: workspace.root,
      stateDirectory: workspace.stateDirectory,
      store,
      events,
      processes,
      clock,
      log,
      settings,
      environment: childEnvironment,
      isTrusted: () => trust.isTrusted,
      files,
      read,
      exclude: () => configuration.file.tests.exclude,
    }),
  );
  const planner = createPlanner({ workspace, graph, builds, tests, clock, configurationNotes: () => configuration.problems() });
  const mainJob = createMainJob({ planner, builds, tests, engine, store, events, clock, log, settings, isTrusted: () => trust.isTrusted, judged: (changes) => workspace.markSeen(changes) });
  const continuousRun: ContinuousRun = disposables.use(
    new ContinuousRun({ planner, events, log, start: (request) => mainJob.start(request), isObserved: () => continuousRun.isWatching || host.clientCount() > 0 }),
  );
  const answers = disposables.use(createAnswers({ builds, tests, graph, planner, store, events, clock }));

  disposables.defer(
    workspace.onChange((batch) => {
      if (batch.everything || batch.paths.some((file) => file === configurationPath)) configuration.fileChanged();
      continuousRun.filesChanged(batch);
    }),
  );
  disposables.defer(forgetDaily({ analytics, engine, clock, log, retentionDays: () => settings()['analytics.retentionDays'] }));

  const handlers = createHandlers({
    workspace,
    store,
    engine,
    builds,
    tests,
    planner,
    mainJob,
    continuousRun,
    analytics,
    answers,
    status: () => statusOf({ ...options, store, analytics, notices, isWatching: continuousRun.isWatching, isTrusted: trust.isTrusted }),
    configuration: () => configuration.describe(),
    configureClient(_caller, isTrusted, editorSettings) {
      trust.isTrusted = isTrusted || options.isTrusted;
      configuration.editorChanged(editorSettings);
      return configuration.problems();
    },
    stop: () => host.stop(),
  });

  return {
    handlers,
    events,
    answers,
    engine,
    audit(entry) {
      store.transact((tx) => appendAudit(tx, entry)).catch(reportError);
    },
    async startWatching() {
      disposables.defer(await workspace.watch());
      continuousRun.replan();
    },
    isIdle: () => engine.isIdle() && !continuousRun.isWatching,
    dispose: () => disposables.dispose(),
  };
}

function limitsOf(settings: ReturnType<() => ConfigurationState['settings']>): Limits {
  return {
    parallelExecutions: settings['cicd.parallelPipelines'],
    builds: settings['build.parallelBuilds'],
    tests: settings['test.parallelExecutions'],
  };
}

interface Forgetting {
  readonly analytics: Analytics;
  readonly engine: Engine;
  readonly clock: Clock;
  readonly log: Log;
  readonly retentionDays: () => number;
}

/** A minute after the start and then daily, so that short commands do not pay for it. */
function forgetDaily({ analytics, engine, clock, log, retentionDays }: Forgetting): () => void {
  const forget = async () => {
    await analytics.prune();
    await engine.pruneLogs(clock.now() - retentionDays() * dayMs);
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

interface StatusParts extends AgentOptions {
  readonly store: Store;
  readonly analytics: Analytics;
  readonly notices: ReadonlyMap<string, Notice>;
  readonly isWatching: boolean;
}

function statusOf({ version, workspace, host, store, analytics, notices, isWatching, isTrusted }: StatusParts): OutputOf<'getAgentStatus'> {
  const { isDurable } = store.statistics();
  return {
    version,
    root: workspace.root,
    pid: process.pid,
    address: host.address,
    clients: host.clientCount(),
    watching: isWatching,
    trusted: isTrusted,
    cost: analytics.cost(),
    health: [
      { component: 'store', healthy: isDurable, message: isDurable ? 'everything recorded is on disk' : 'the disk does not take what is recorded' },
      ...[...notices.values()].map(({ id, severity, message }) => ({ component: id, healthy: severity === 'info', message })),
    ],
  };
}
