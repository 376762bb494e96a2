// What the server takes before it says no.
import type { RateLimit } from './rate-limit.ts';
import { maximumJsonDepth, maximumMessageBytes } from '../protocol/wire.ts';

export interface ServerLimits {
  /** Of a WebSocket message or a REST body. */
  readonly messageBytes: number;
  /** Of everything that a WebSocket sends before its hello was accepted. */
  readonly helloBytes: number;
  /** What may lie unread by a slow client before it is dropped. */
  readonly bufferedBytes: number;
  /** WebSockets and event streams at once. */
  readonly clients: number;
  /** TCP connections at once. */
  readonly connections: number;
  readonly jsonDepth: number;
  /** Of REST requests with one token. */
  readonly rate: RateLimit;
  readonly helloMs: number;
  readonly heartbeatMs: number;
  /** How long clients get to read what is under way when the server leaves. */
  readonly leaveMs: number;
}

export const defaultLimits: ServerLimits = {
  messageBytes: maximumMessageBytes,
  helloBytes: 64 * 1024,
  bufferedBytes: 64 * 1024 * 1024,
  clients: 128,
  connections: 512,
  jsonDepth: maximumJsonDepth,
  rate: { perSecond: 1000, burst: 2000 },
  helloMs: 10_000,
  heartbeatMs: 15_000,
  leaveMs: 1000,
};

/** Whether arrays and objects are nested deeper than `depth` in a JSON text; looks at brackets only. */
export function isNestedDeeper(json: string, depth: number): boolean {
  let open = 0;
  let isInString = false;
  for (let index = 0; index < json.length; index++) {
    const code = json.charCodeAt(index);
    if (isInString) {
      if (code === backslash) index++;
      else if (code === quote) isInString = false;
    } else if (code === quote) isInString = true;
    else if (code === openBracket || code === openBrace) {
      if (++open > depth) return true;
    } else if (code === closeBracket || code === closeBrace) open--;
  }
  return false;
}

const quote = 0x22;
const backslash = 0x5c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;
