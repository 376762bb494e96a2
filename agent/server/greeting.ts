// The first message on a WebSocket: noodle/hello with the protocol's version and a token, or nothing goes on.
import { parseMessage, type MessageId } from '../protocol/channels.ts';
import type { Failure, FailureReason } from '../protocol/failure.ts';
import type { Role } from '../protocol/operations.ts';
import { closeCodes, Hello, helloMethod, protocolVersion } from '../protocol/wire.ts';
import { inputProblem } from './input-problem.ts';
import { isNestedDeeper } from './limits.ts';
import type { Authenticate } from './roles.ts';

export type Greeting =
  | { readonly ok: true; readonly id: MessageId; readonly hello: Hello; readonly role: Role }
  | { readonly ok: false; readonly id: MessageId; readonly failure: Failure; readonly closeCode: number };

export interface GreetingOptions {
  readonly authenticate: Authenticate;
  /** The role of the dashboard page that opened the socket; null when it was not one. */
  readonly pageRole: Role | null;
}

/** Decides about the first frame of a connection. */
export function checkHello(text: string, options: GreetingOptions): Greeting {
  const message = isNestedDeeper(text, 4) ? null : parseMessage(text);
  if (message?.method !== helloMethod || message.id === undefined) {
    const failure = refusal('unauthorized', `The first message: expected the request ${helloMethod}, found another.`);
    return { ok: false, id: message?.id ?? null, failure, closeCode: closeCodes.noHello };
  }
  const { id, params = {} } = message;
  const mismatch = versionMismatch(params);
  if (mismatch !== null) return { ok: false, id, failure: mismatch, closeCode: closeCodes.versionMismatch };
  const hello = Hello.safeParse(params);
  if (!hello.success) {
    const failure = inputProblem(hello.error, params, Object.keys(Hello.shape));
    return { ok: false, id, failure, closeCode: closeCodes.noHello };
  }
  const role = hello.data.token === '' ? options.pageRole : options.authenticate(hello.data.token);
  if (role !== null) return { ok: true, id, hello: hello.data, role };
  const failure = refusal('unauthorized', '`token`: this is not a token of this agent.');
  return { ok: false, id, failure, closeCode: closeCodes.unauthorized };
}

/** Read before the rest, whose meaning depends on it. */
function versionMismatch(params: unknown): Failure | null {
  if (typeof params !== 'object' || params === null || !('protocolVersion' in params)) return null;
  const version = params.protocolVersion;
  if (typeof version !== 'number' || version === protocolVersion) return null;
  return refusal('version_mismatch', `Protocol: the agent speaks version ${protocolVersion}, the client ${version}.`);
}

function refusal(reason: FailureReason, message: string): Failure {
  return { reason, message };
}
