// A channel: one file fills this for each kind of place where people look.
import type { Alert, AlertSeverity, ChannelType } from '../../protocol/alerts.ts';
import type { ChannelDefinition } from '../../protocol/notifications.ts';
import type { Delivered, Resolve } from './outbound.ts';

/** What a channel is told in one message: alerts of one group that fire or do no more. */
export interface Message {
  readonly alerts: readonly Alert[];
  readonly repository: string;
  /** The same when the message is sent again, so that a receiver can tell. */
  readonly id: string;
  readonly at: number;
}

export interface ChannelContext {
  readonly definition: ChannelDefinition;
  /** The value of an environment variable that the definition names. */
  readonly secret: (name: string) => string | undefined;
  readonly allowed: readonly string[];
  readonly timeoutMs: number;
  /** Aborted when the agent leaves. */
  readonly signal: AbortSignal;
  readonly resolve?: Resolve;
  /** Starts a program; its exit code, or null when it could not be started. */
  readonly run: (command: string, args: readonly string[]) => Promise<number | null>;
}

/** Hands a message over. Never rejects. */
export type Deliver = (message: Message, context: ChannelContext) => Promise<Delivered>;

export interface ChannelProvider {
  readonly type: ChannelType;
  readonly deliver: Deliver;
}

const severities: readonly AlertSeverity[] = ['info', 'warning', 'error', 'critical'];

/** Whether a severity is at least another one. */
export function isAtLeast(severity: AlertSeverity, least: AlertSeverity): boolean {
  return severities.indexOf(severity) >= severities.indexOf(least);
}

/** One line, as every channel shows it: `[firing] warning: runs take 12.1 s, … (shop)`. */
export function lineOf(alert: Alert, repository: string): string {
  return `[${alert.state}] ${alert.severity}: ${alert.message} (${repository})`;
}

/** The address from the definition, or from the environment variable that it names. */
export function addressOf({ definition, secret }: ChannelContext): string | { readonly problem: string } {
  if (definition.url !== undefined) return definition.url;
  if (definition.urlVariable === undefined) return { problem: 'expected url or urlVariable, found neither' };
  return secret(definition.urlVariable) ?? { problem: `the environment variable ${definition.urlVariable} is not set` };
}
