// Two JSON-RPC conversations over one socket: Noodle's operations and the language server. Both number their requests
// from 0, so the sender of a request puts the channel's mark before its id; the receiver answers with the id as it came.

/** `noodle`: methods that start with `noodle/`. `language`: everything else (LSP). */
export type Channel = 'noodle' | 'language';

export type MessageId = number | string | null;

/** A JSON-RPC 2.0 message: a request has `method` and `id`, a notification `method` alone, a response `id` alone. */
export interface WireMessage {
  readonly jsonrpc: string;
  readonly id?: MessageId;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: unknown;
}

const marks: { readonly [C in Channel]: string } = { noodle: 'n:', language: 'l:' };
const cancelMethod = '$/cancelRequest';
const noodlePrefix = 'noodle/';

/** The message of a channel as it goes over the socket: ids of own requests, and of requests to cancel, are marked. */
export function toWire(channel: Channel, message: WireMessage): WireMessage {
  if (message.method === undefined) return message;
  if (message.id !== undefined) return { ...message, id: mark(channel, message.id) };
  if (message.method !== cancelMethod) return message;
  return { ...message, params: { ...asObject(message.params), id: mark(channel, cancelledId(message)) } };
}

/**
 * The channel that a message from the socket belongs to, and the message as that channel knows it.
 * A peer that has only one conversation need not mark anything: what is not marked and not named belongs to `noodle`.
 */
export function fromWire(message: WireMessage): { readonly channel: Channel; readonly message: WireMessage } {
  if (message.method === undefined) return response(message);
  if (message.method === cancelMethod) return { channel: channelOf(cancelledId(message)) ?? 'noodle', message };
  return { channel: message.method.startsWith(noodlePrefix) ? 'noodle' : 'language', message };
}

/** Reads a text frame; null when it is not one JSON-RPC 2.0 message. */
export function parseMessage(text: string): WireMessage | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  return isMessage(value) ? value : null;
}

function isMessage(value: unknown): value is WireMessage {
  if (typeof value !== 'object' || value === null) return false;
  const message: { readonly [K in keyof WireMessage]?: unknown } = value;
  if (message.jsonrpc !== '2.0') return false;
  if (message.method === undefined) return isId(message.id) && ('result' in value || 'error' in value);
  if (typeof message.method !== 'string') return false;
  if (message.method === cancelMethod) return isId(asObject(message.params)['id']);
  return message.id === undefined || isId(message.id);
}

function isId(value: unknown): value is MessageId {
  return typeof value === 'number' || typeof value === 'string' || value === null;
}

function response(message: WireMessage): { readonly channel: Channel; readonly message: WireMessage } {
  const channel = channelOf(message.id);
  if (channel === null) return { channel: 'noodle', message };
  return { channel, message: { ...message, id: unmark(String(message.id).slice(2)) } };
}

/** Numbers and strings stay apart: 1 becomes `n:1`, '1' becomes `n:"1"`. */
function mark(channel: Channel, id: MessageId): string {
  return marks[channel] + JSON.stringify(id);
}

function unmark(marked: string): MessageId {
  try {
    const id: unknown = JSON.parse(marked);
    return isId(id) ? id : null;
  } catch {
    return null;
  }
}

function channelOf(id: MessageId | undefined): Channel | null {
  if (typeof id !== 'string') return null;
  if (id.startsWith(marks.noodle)) return 'noodle';
  return id.startsWith(marks.language) ? 'language' : null;
}

function cancelledId(message: WireMessage): MessageId {
  const id = asObject(message.params)['id'];
  return isId(id) ? id : null;
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  // A JSON object has string keys; arrays and null are none.
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
