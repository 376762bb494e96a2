// Runs what selections left out when nobody waits for anything, to find out whether they were right.
import type { ExecutionHandle } from '../engine/engine.ts';
import type { EventBus } from '../events/events.ts';
import type { Clock } from '../platform/clock.ts';
import { Disposables } from '../platform/disposables.ts';
import type { Log } from '../platform/log.ts';
import type { Disposer } from '../protocol/client.ts';
import type { Result } from '../protocol/failure.ts';
import type { ExecutionId } from '../protocol/ids.ts';
import type { Plan } from '../protocol/plan.ts';
import type { Settings } from '../protocol/settings.ts';
import type { RunRequest } from './main-job.ts';

export interface IdleAuditOptions {
  readonly events: EventBus;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: () => Settings;
  readonly start: (request: RunRequest) => Result<ExecutionHandle>;
  /** Expected duration of what a plan leaves out; what never ran counts nothing. */
  readonly skippedMs: (plan: Plan) => number;
  readonly isOnBattery: () => boolean;
}

/** The request that cuts a plan down as another one was, so that what that left out is measured. */
function budgetRequest(budget: Plan['budget']): Pick<RunRequest, 'budgetMs' | 'confidence' | 'share'> {
  if (budget === undefined) return {};
  const { kind, target } = budget;
  return kind === 'time' ? { budgetMs: target } : { [kind]: target };
}

/** So long nothing may have happened. */
const quietMs = 120_000;

/**
 * waiting ── a run that skipped tests ended well or badly ──▶ due ── quiet for two minutes ──▶ auditing ── ended ──▶ waiting
 *    ▲                                                         │                                  │
 *    └──────────────── a file changed, another run began ──────┴──────────────────────────────────┘ (cancelled)
 */
export class IdleAudit {
  readonly #options: IdleAuditOptions;
  readonly #disposables = new Disposables();
  readonly #plans = new Map<ExecutionId, Plan>();
  #cancelTimer: Disposer | null = null;
  #running: ExecutionHandle | null = null;

  constructor(options: IdleAuditOptions) {
    this.#options = options;
    const { events } = options;
    this.#disposables.defer(events.on('run.started', ({ executionId }) => this.#otherRunStarted(executionId)));
    this.#disposables.defer(
      events.on('plan.made', ({ executionId, plan }) => {
        if (plan.skipped.files.length + (plan.budget?.leftOut.length ?? 0) > 0) this.#plans.set(executionId, plan);
      }),
    );
    this.#disposables.defer(
      events.on('run.finished', ({ executionId, status }) => {
        const plan = this.#plans.get(executionId);
        this.#plans.delete(executionId);
        if (plan !== undefined && (status === 'succeeded' || status === 'failed')) this.#becomeDue(plan);
      }),
    );
  }

  /** Somebody works: what was due is not any more, and an audit makes room. */
  filesChanged(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#running?.cancel('a file changed while the selection was checked');
  }

  dispose(): void {
    this.#cancelTimer?.();
    void this.#disposables.dispose();
  }

  #otherRunStarted(executionId: ExecutionId): void {
    if (executionId === this.#running?.id) return;
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#running?.cancel('another run began while the selection was checked');
  }

  #becomeDue(plan: Plan): void {
    if (!this.#options.settings()['test.idleAudit']) return;
    this.#cancelTimer?.();
    this.#cancelTimer = this.#options.clock.schedule(quietMs, () => {
      this.#cancelTimer = null;
      this.#audit(plan);
    });
  }

  #audit(plan: Plan): void {
    const { settings, skippedMs, isOnBattery, start, log } = this.#options;
    if (!settings()['test.idleAudit'] || isOnBattery()) return;
    const leftOutMs = plan.budget?.leftOut.reduce((sum, { expectedMs }) => sum + expectedMs, 0) ?? 0;
    if (skippedMs(plan) + leftOutMs > settings()['test.idleAuditBudget'] * 1000) return;
    const started = start({ trigger: 'watch', audit: true, ...budgetRequest(plan.budget) });
    if (!started.ok) {
      log.warn('the selection could not be checked', { failure: started.failure });
      return;
    }
    this.#running = started.value;
    void started.value.finished.then(() => {
      this.#running = null;
    });
  }
}
