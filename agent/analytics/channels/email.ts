// A channel that is a mailbox, by SMTP.
import { isIP } from 'node:net';
import type { ChannelContext, ChannelProvider, Message } from './channel.ts';
import { lineOf } from './channel.ts';
import { pinnedAddress, type Delivered } from './outbound.ts';

const submissionPort = 587;
const tlsPort = 465;

export const email: ChannelProvider = {
  type: 'email',
  async deliver(message, context) {
    const { host, to } = context.definition;
    if (host === undefined || to === undefined || to.length === 0)
      return { ok: false, problem: 'expected host and to, found less', isFinal: true };
    const credentials = credentialsOf(context);
    if (typeof credentials === 'string') return { ok: false, problem: credentials, isFinal: false };
    const pinned = await pinnedAddress(host, context);
    if (!pinned.ok) return pinned;
    return await send(message, context, { address: pinned.address, credentials });
  },
};

interface Credentials {
  readonly user: string;
  readonly pass: string;
}

/** Null where none are needed; a sentence where one is missing. */
function credentialsOf({ definition, secret }: ChannelContext): Credentials | null | string {
  const { userVariable, secretVariable } = definition;
  if (userVariable === undefined && secretVariable === undefined) return null;
  if (userVariable === undefined || secretVariable === undefined)
    return 'expected userVariable and secretVariable, found one of them';
  const [user, pass] = [secret(userVariable), secret(secretVariable)];
  if (user === undefined || pass === undefined)
    return `the environment variable ${user === undefined ? userVariable : secretVariable} is not set`;
  return { user, pass };
}

async function send(
  message: Message,
  { definition, timeoutMs, signal }: ChannelContext,
  server: { address: string; credentials: Credentials | null },
): Promise<Delivered> {
  const { host = '', port = submissionPort, from = 'noodle@localhost', to = [] } = definition;
  // Loaded when the first mail is sent.
  const { createTransport } = await import('nodemailer');
  const transport = createTransport({
    host: server.address,
    port,
    secure: port === tlsPort,
    // Whoever sends a password does not send it in the clear.
    requireTLS: server.credentials !== null,
    // A name is what the certificate has to be for; an address is checked by itself.
    tls: isIP(host) === 0 ? { servername: host } : {},
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(server.credentials === null ? {} : { auth: server.credentials }),
  });
  const close = () => transport.close();
  signal.addEventListener('abort', close);
  try {
    await transport.sendMail({
      from,
      to: [...to],
      subject: subjectOf(message),
      text: textOf(message),
      messageId: `<${message.id}@noodle.local>`,
    });
    return { ok: true };
  } catch (error) {
    return judgeError(error);
  } finally {
    signal.removeEventListener('abort', close);
    close();
  }
}

function subjectOf({ alerts, repository }: Message): string {
  const [first] = alerts;
  const line =
    alerts.length === 1 && first !== undefined ? lineOf(first, repository) : `${alerts.length} alerts (${repository})`;
  // What comes from outside must not begin a header of its own.
  return line.replaceAll(/[\r\n]+/g, ' ').slice(0, 200);
}

function textOf({ alerts, repository }: Message): string {
  return alerts
    .map((alert) => `${lineOf(alert, repository)}\nrule ${alert.rule}, since ${new Date(alert.firedAt).toISOString()}`)
    .join('\n\n');
}

/** A server that says 5xx will say so again. */
function judgeError(error: unknown): Delivered {
  const code = error instanceof Error && 'responseCode' in error ? Number(error.responseCode) : Number.NaN;
  if (Number.isFinite(code)) return { ok: false, problem: `the server answered ${code}`, isFinal: code >= 500 };
  const name = error instanceof Error && 'code' in error ? String(error.code) : 'for an unknown reason';
  return { ok: false, problem: `the server could not be reached (${name})`, isFinal: false };
}
