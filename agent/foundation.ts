// What everything of an agent stands on: records, settings, trust, processes, metrics and the engine.
import { statfsSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import path from 'node:path';
import { createAnalytics, declaredRuleProblems, type Analytics } from './analytics/analytics.ts';
import { ConfigurationState, configurationPath } from './configuration-state.ts';
import { createEngine, Typing, whileTyping, type Engine, type Limits } from './engine/engine.ts';
import { createEventBus, type EventBus } from './events/events.ts';
import { createPipelineFiles, type PipelineFiles } from './pipeline-files.ts';
import { fateOf } from './pipelines/resumption.ts';
import { memoryOf } from './platform/process-memory.ts';
import { createProcesses } from './platform/child-processes.ts';
import type { Clock } from './platform/clock.ts';
import type { Disposables } from './platform/disposables.ts';
import { userEnvironment } from './platform/environment.ts';
import type { Log } from './platform/log.ts';
import { processRecordsFolder } from './platform/orphans.ts';
import type { Processes } from './platform/processes.ts';
import type { Execution } from './protocol/execution.ts';
import { RepoPath } from './protocol/ids.ts';
import type { Settings } from './protocol/settings.ts';
import { openStore, type Notice, type Store } from './store/store.ts';
import type { Workspace } from './workspace/workspace.ts';

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

/** What everything else stands on: records, settings, trust, and the engine. */
export interface Foundation extends AgentOptions {
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
  /** While the user types, less runs at once, and gives way. */
  readonly typing: Typing;
  /** Executions that a crash left, to be gone on with. */
  readonly unfinished: readonly Execution[];
  readonly pipelineFiles: PipelineFiles;
}

/** Opens the repository's state, and says of each execution that a crash left what becomes of it. */
export async function openFoundation(options: AgentOptions, disposables: Disposables): Promise<Foundation> {
  const { workspace, clock, log, environment } = options;
  const { stateDirectory } = workspace;
  const events = createEventBus((error) => log.error('an event could not be handled', { error }));
  const notices = new Map<string, Notice>();
  disposables.defer(events.on('notice.raised', (notice) => notices.set(notice.id, notice)));
  const onNotice = (notice: Notice) => events.emit({ type: 'notice.raised', ...notice });
  const store = disposables.use(await openStore({ directory: path.join(stateDirectory, 'store'), clock, log, onNotice }));
  const configuration = new ConfigurationState({
    environment,
    readFile: () => workspace.read(RepoPath.parse(configurationPath)),
    checkRules: (alerts, inForce) => declaredRuleProblems(store, alerts, inForce['analytics.retentionDays']),
  });
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
  // Read from the system, and asked for whenever something could start.
  const memoryBytes = Math.floor(memoryShare * machineBytes());
  const typing = disposables.use(
    new Typing(clock, (isTyping) => {
      processes.yield(isTyping);
      engine.limitsChanged();
    }),
  );
  const limits = () => ({ ...limitsNow(settings(), typing), memoryBytes });
  const engine = disposables.use(createEngine({ store, events, processes, clock, log, stateDirectory, limits, measureMemory: memoryOf }));
  const unfinished = await engine.recover((execution) => fateOf(execution, store, options.resumes));
  const pipelineFiles = createPipelineFiles(workspace.root, (file) => workspace.read(file));
  return { ...options, events, notices, store, configuration, settings, trust, analytics, processes, engine, typing, unfinished, pipelineFiles };
}

/** The rest is left to the editor and to whatever else runs. */
const memoryShare = 0.75;

/** What the machine has, or less where a container allows less. */
function machineBytes(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}

/** How much may run at once, by the settings and the machine. */
export function limitsOf(settings: Settings): Limits {
  return {
    parallelExecutions: settings['cicd.parallelPipelines'],
    builds: settings['build.parallelBuilds'],
    tests: Math.min(settings['test.parallelExecutions'], availableParallelism()),
    commands: Math.max(settings['cicd.parallelPipelines'], availableParallelism()),
  };
}

/** Fewer tests and builds while the user types. */
export function limitsNow(settings: Settings, { isTyping }: Pick<Typing, 'isTyping'>): Limits {
  const limits = limitsOf(settings);
  return isTyping ? { ...limits, builds: whileTyping(limits.builds), tests: whileTyping(limits.tests) } : limits;
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
