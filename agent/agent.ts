// The composition root: builds one repository's agent, and what it answers.
import { analyticsRoutes } from './handlers/analytics-handlers.ts';
import type { Analytics } from './analytics/analytics.ts';
import type { Answers } from './answers/answers.ts';
import { configurationPath, type ConfigurationState } from './configuration-state.ts';
import type { Engine } from './engine/engine.ts';
import type { EventBus } from './events/events.ts';
import { limitsNow, openFoundation, type AgentOptions, type Foundation } from './foundation.ts';
import { createHandlers } from './handlers/handlers.ts';
import { buildParts } from './parts.ts';
import type { PipelineFiles } from './pipeline-files.ts';
import type { Pipelines } from './pipelines/pipelines.ts';
import type { Clock } from './platform/clock.ts';
import { Disposables } from './platform/disposables.ts';
import type { Log } from './platform/log.ts';
import type { OutputOf } from './protocol/operations.ts';
import type { AuditEntry, Handlers, IdempotencyRecords, RawRoute } from './server/server.ts';
import { appendAudit } from './store/audit.ts';
import { findKeyedRequest, forgetKeyedRequests, removeKeyedRequest, saveKeyedRequest } from './store/idempotency.ts';
import type { Store } from './store/store.ts';
import type { Tests } from './tests/tests.ts';

const dayMs = 86_400_000;

export interface Agent {
  readonly handlers: Handlers;
  /** Routes of other programs' protocols, beside those of the contract. */
  readonly rawRoutes: readonly RawRoute[];
  readonly events: EventBus;
  readonly answers: Answers;
  readonly engine: Engine;
  /** What is wrong with alert rules of a noodle.yaml that is being written. */
  readonly checkRules: ConfigurationState['checkRules'];
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
  const { continuousRun, idleAudit, idleLearning, answers, planner, pipelines } = parts;
  pipelines.resume(foundation.unfinished);
  disposables.defer(forgetDaily({ ...foundation, pipelines, retentionDays: () => foundation.settings()['analytics.retentionDays'] }));
  disposables.defer(
    workspace.onChange((batch) => {
      if (batch.everything || batch.paths.some((file) => file === configurationPath)) {
        configuration.fileChanged();
        foundation.analytics.alerts.rulesChanged();
      }
      continuousRun.filesChanged(batch);
      idleAudit.filesChanged();
      idleLearning.filesChanged();
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
    checkRules: configuration.checkRules,
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

function declaredPipelines(files: PipelineFiles) {
  const { sound, problems, notes } = files.read();
  return { pipelines: [...sound.keys()], problems, notes };
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
    cost: { ...analytics.cost(), runners, yielding: yieldingOf(foundation) },
    health: [
      { component: 'store', healthy: isDurable, message: isDurable ? 'everything recorded is on disk' : 'the disk does not take what is recorded' },
      ...[...notices.values()].map(({ id, severity, message }) => ({ component: id, healthy: severity === 'info', message })),
    ],
  };
}

function yieldingOf({ typing, settings }: Foundation) {
  const { tests, builds } = limitsNow(settings(), typing);
  return { isYielding: typing.isTyping, totalMs: typing.totalMs, testSlots: tests, buildSlots: builds };
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
