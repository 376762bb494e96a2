// Channels that are an HTTP address: a signed webhook, one as Slack takes it, and Alertmanager.
import { createHmac } from 'node:crypto';
import type { Alert } from '../../protocol/alerts.ts';
import { addressOf, lineOf, type ChannelContext, type ChannelProvider, type Message } from './channel.ts';
import { post, type Delivered } from './outbound.ts';

/** The body as JSON; signed with HMAC-SHA256 over `<t>.<body>` when a secret is named. */
export const webhook: ChannelProvider = {
  type: 'webhook',
  deliver(message, context) {
    const body = JSON.stringify({
      id: message.id,
      at: message.at,
      repository: message.repository,
      alerts: message.alerts,
    });
    const headers = { 'X-Noodle-Delivery': message.id };
    const { secretVariable } = context.definition;
    if (secretVariable === undefined) return postJson(context, { body, headers });
    const secret = context.secret(secretVariable);
    if (secret === undefined) return Promise.resolve(missing(`the environment variable ${secretVariable} is not set`));
    return postJson(context, {
      body,
      headers: { ...headers, 'X-Noodle-Signature': signature(secret, message.at, body) },
    });
  },
};

/** `t=<milliseconds>,v1=<hex>`: the receiver computes the same and refuses what is old. */
export function signature(secret: string, at: number, body: string): string {
  return `t=${at},v1=${createHmac('sha256', secret).update(`${at}.${body}`).digest('hex')}`;
}

const icons = {
  info: ':information_source:',
  warning: ':warning:',
  error: ':red_circle:',
  critical: ':rotating_light:',
} as const;

/** What Slack's incoming webhooks take, and Mattermost's and Rocket.Chat's with them. */
export const slack: ChannelProvider = {
  type: 'slack',
  deliver({ alerts, repository }, context) {
    const lines = alerts.map(
      (alert) =>
        `${alert.state === 'firing' ? icons[alert.severity] : ':white_check_mark:'} ${escaped(lineOf(alert, repository))}`,
    );
    return postJson(context, { body: JSON.stringify({ text: lines.join('\n') }), headers: {} });
  },
};

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** An alert that fires is said to end after this, unless its end is told before: Alertmanager forgets those that nobody repeats. */
const assumedEndMs = 7 * 86_400_000;

/** The API v2 of Prometheus' Alertmanager. */
export const alertmanager: ChannelProvider = {
  type: 'alertmanager',
  deliver(message, context) {
    const address = addressOf(context);
    if (typeof address !== 'string') return Promise.resolve(missing(address.problem));
    const body = JSON.stringify(message.alerts.map((alert) => alertmanagerAlert(alert, message)));
    return postTo(`${address.replace(/\/+$/, '')}/api/v2/alerts`, context, { body, headers: {} });
  },
};

function alertmanagerAlert(alert: Alert, { repository, at }: Message) {
  const tags = Object.entries(alert.tags).map(([name, value]) => [name.replaceAll(/[^A-Za-z0-9_]/g, '_'), value]);
  return {
    labels: {
      ...Object.fromEntries(tags),
      alertname: alert.rule,
      severity: alert.severity,
      repository,
      fingerprint: alert.fingerprint,
    },
    annotations: { summary: alert.message },
    startsAt: new Date(alert.firedAt).toISOString(),
    endsAt: new Date(alert.state === 'resolved' ? (alert.resolvedAt ?? at) : at + assumedEndMs).toISOString(),
  };
}

interface JsonBody {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

function postJson(context: ChannelContext, content: JsonBody): Promise<Delivered> {
  const address = addressOf(context);
  return typeof address === 'string' ? postTo(address, context, content) : Promise.resolve(missing(address.problem));
}

function postTo(
  url: string,
  { allowed, timeoutMs, signal, resolve }: ChannelContext,
  { body, headers }: JsonBody,
): Promise<Delivered> {
  const all = { 'Content-Type': 'application/json', ...headers };
  return post({ url, headers: all, body, allowed, timeoutMs, signal, ...(resolve === undefined ? {} : { resolve }) });
}

/** What may be mended at any time: the message waits for it. */
function missing(problem: string): Delivered {
  return { ok: false, problem, isFinal: false };
}
