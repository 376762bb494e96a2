// Messages on their way: recorded with the alert that they are about, sent once, tried again with longer and longer waits.
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { Alert, AlertRule, ChannelStatus } from '../../protocol/alerts.ts';
import type { Disposer } from '../../protocol/client.ts';
import type { ChannelDefinition } from '../../protocol/notifications.ts';
import { failure, success, type Result } from '../../protocol/failure.ts';
import { nearest } from '../../protocol/nearest.ts';
import { deleteDelivery, listDeliveries, saveDelivery, type Delivery } from '../../store/alerts.ts';
import type { Store, Transaction } from '../../store/store.ts';
import { alertmanager, slack, webhook } from './web-channels.ts';
import { isAtLeast, type ChannelContext, type ChannelProvider } from './channel.ts';
import { desktop } from './desktop.ts';
import { email } from './email.ts';
import type { Delivered, Resolve } from './outbound.ts';

export interface OutboxOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly repository: string;
  /** The channels of noodle.yaml; none while the workspace is not trusted. */
  readonly channels: () => Readonly<Record<string, ChannelDefinition>>;
  readonly allowed: () => readonly string[];
  readonly secret: (name: string) => string | undefined;
  readonly run: ChannelContext['run'];
  readonly resolve?: Resolve;
}

export const providers: readonly ChannelProvider[] = [desktop, webhook, slack, email, alertmanager];

const timeoutMs = 10_000;
const firstRetryMs = 10_000;
const longestRetryMs = 3_600_000;
/** What could not be delivered for so long is not news any more. */
const giveUpMs = 86_400_000;
/** Of one message. */
const mostAlerts = 100;

interface ChannelState {
  isSending: boolean;
  failures: number;
  notBefore: number;
  lastDeliveredAt: number | null;
  problem: string | null;
}

/** The outbox of one repository. While it is empty it does nothing. */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #states = new Map<string, ChannelState>();
  readonly #sending = new Set<Promise<void>>();
  #cancel: Disposer = () => {};
  readonly #disposal = new AbortController();

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** In the transaction that records the alerts: a message for each channel that wants to know. */
  put(tx: Transaction, alerts: readonly { readonly alert: Alert; readonly rule: AlertRule | null }[]): void {
    const now = this.#options.clock.now();
    for (const [name, channel] of Object.entries(this.#options.channels())) {
      for (const { alert, rule } of alerts) {
        if (!isAtLeast(alert.severity, channel.least) || !isNamed(name, alert, rule)) continue;
        saveDelivery(tx, {
          channel: name,
          alert,
          group: rule?.group ?? '',
          createdAt: now,
          dueAt: now,
          attempts: 0,
          problem: null,
        });
      }
    }
  }

  /** Sends what is due, and comes back for what is due later. */
  send(): void {
    if (this.#disposal.signal.aborted) return;
    this.#cancel();
    const { store, clock } = this.#options;
    const deliveries = listDeliveries(store);
    if (deliveries.length === 0) return;
    const now = clock.now();
    for (const [name, ofChannel] of Map.groupBy(deliveries, ({ channel }) => channel))
      this.#consider(name, ofChannel, now);
    const waits = deliveries
      .map(({ channel, dueAt }) => Math.max(dueAt, this.#stateOf(channel).notBefore))
      .filter((at) => at > now);
    if (waits.length > 0) this.#cancel = clock.schedule(Math.min(...waits) - now, () => this.send());
  }

  statuses(): ChannelStatus[] {
    const waiting = Map.groupBy(listDeliveries(this.#options.store), ({ channel }) => channel);
    return Object.entries(this.#options.channels()).map(([name, { type, least }]) => {
      const { lastDeliveredAt, problem } = this.#stateOf(name);
      const ofChannel = waiting.get(name) ?? [];
      return {
        name,
        type,
        least,
        waiting: ofChannel.length,
        lastDeliveredAt,
        problem: problem ?? ofChannel.find((each) => each.problem !== null)?.problem ?? null,
      };
    });
  }

  /** Sends one message now, and says how it went. */
  async test(name: string, alert: Alert): Promise<Result<void>> {
    const channels = this.#options.channels();
    const definition = channels[name];
    if (definition === undefined) {
      const near = nearest(name, Object.keys(channels));
      return failure('not_found', `There is no channel ${name}${near === null ? '' : `; perhaps ${near} is meant`}.`, {
        place: 'name',
        hint: 'Declare it in noodle.yaml under alerts.channels.',
      });
    }
    const delivered = await this.#deliver(definition, [alert]);
    this.#note(name, delivered);
    return delivered.ok ? success(undefined) : failure('conflict', `The channel ${name}: ${delivered.problem}.`);
  }

  async dispose(): Promise<void> {
    this.#disposal.abort();
    this.#cancel();
    await Promise.all(this.#sending);
  }

  #consider(name: string, deliveries: readonly Delivery[], now: number): void {
    const state = this.#stateOf(name);
    const definition = this.#options.channels()[name];
    if (definition === undefined || state.isSending || state.notBefore > now) return;
    const [first, ...others] = deliveries.filter(({ dueAt }) => dueAt <= now);
    if (first === undefined) return;
    // The other groups have their turn when this message is through.
    const due = [first, ...others.filter(({ group }) => group === first.group)].slice(0, mostAlerts);
    state.isSending = true;
    const sending = this.#sendDue(name, definition, due)
      .catch((error: unknown) => this.#options.log.error('alerts could not be sent', { channel: name, error }))
      .finally(() => {
        state.isSending = false;
        this.#sending.delete(sending);
        this.send();
      });
    this.#sending.add(sending);
  }

  async #sendDue(name: string, definition: ChannelDefinition, due: readonly Delivery[]): Promise<void> {
    const delivered = await this.#deliver(
      definition,
      due.map(({ alert }) => alert),
    );
    if (this.#disposal.signal.aborted) return;
    const { store, clock, log } = this.#options;
    const now = clock.now();
    const waitMs = this.#note(name, delivered);
    const problem = delivered.ok ? null : delivered.problem;
    if (problem !== null) log.warn('a channel did not take alerts', { channel: name, problem });
    await store.transact((tx) => {
      for (const delivery of due) {
        // Meanwhile another state of the same alert may have come: that one waits for its own turn.
        const isCurrent =
          tx.get('SELECT 1 FROM alert_deliveries WHERE channel = ? AND alert_id = ? AND created_at = ?', [
            name,
            delivery.alert.id,
            delivery.createdAt,
          ]) !== undefined;
        if (!isCurrent) continue;
        const isOver = delivered.ok || delivered.isFinal || now - delivery.createdAt >= giveUpMs;
        if (isOver) deleteDelivery(tx, name, delivery.alert.id);
        else saveDelivery(tx, { ...delivery, attempts: delivery.attempts + 1, dueAt: now + waitMs, problem });
      }
    });
  }

  async #deliver(definition: ChannelDefinition, alerts: readonly Alert[]): Promise<Delivered> {
    const { repository, clock, secret, allowed, run, resolve } = this.#options;
    const provider = providers.find(({ type }) => type === definition.type);
    if (provider === undefined) throw new Error(`no provider for the channel type ${definition.type}`);
    const message = { alerts, repository, id: randomUUID(), at: clock.now() };
    return await provider.deliver(message, {
      definition,
      secret,
      allowed: allowed(),
      timeoutMs,
      signal: this.#disposal.signal,
      run,
      ...(resolve === undefined ? {} : { resolve }),
    });
  }

  /** Remembers how it went; answers how long to leave the channel alone. */
  #note(name: string, delivered: Delivered): number {
    const state = this.#stateOf(name);
    if (delivered.ok) {
      Object.assign(state, { failures: 0, notBefore: 0, lastDeliveredAt: this.#options.clock.now(), problem: null });
      return 0;
    }
    state.failures += 1;
    state.problem = delivered.problem;
    if (delivered.isFinal) return 0;
    const waitMs = delivered.retryAfterMs ?? Math.min(firstRetryMs * 2 ** (state.failures - 1), longestRetryMs);
    state.notBefore = this.#options.clock.now() + waitMs;
    return waitMs;
  }

  #stateOf(name: string): ChannelState {
    const known = this.#states.get(name);
    if (known !== undefined) return known;
    const state: ChannelState = { isSending: false, failures: 0, notBefore: 0, lastDeliveredAt: null, problem: null };
    this.#states.set(name, state);
    return state;
  }
}

/** Without names, all channels; an alert that was not acknowledged also goes to those of its escalation. */
function isNamed(name: string, alert: Alert, rule: AlertRule | null): boolean {
  if (rule === null) return true;
  if (alert.escalatedAt !== null && rule.escalation !== null && rule.escalation.channels.length > 0)
    return rule.escalation.channels.includes(name) || rule.channels.includes(name);
  return rule.channels.length === 0 || rule.channels.includes(name);
}
