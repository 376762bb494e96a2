// What goes over the connection besides the operations.
import { z } from 'zod';
import { NoodleEvent } from './events.ts';

/** Raised when the meaning of a message changes. Both sides must have the same. */
export const protocolVersion = 1;

/** JSON-RPC methods of ours start with this; everything else on the connection is the language server's. */
export const methodPrefix = 'noodle/';

/** The first request on a connection; nothing else is answered before it. */
export const Hello = z.object({
  protocolVersion: z.int(),
  client: z.string().min(1).max(100),
  clientVersion: z.string().max(100),
  /** Over WebSocket from a program; a browser page sends it as `?token=` of its address once and then here. */
  token: z.string().max(256),
  /** Whether `log.appended` events are wanted. */
  logs: z.boolean().default(false),
});
export type Hello = z.infer<typeof Hello>;

export const HelloAnswer = z.object({
  protocolVersion: z.int(),
  agentVersion: z.string(),
  root: z.string(),
});
export type HelloAnswer = z.infer<typeof HelloAnswer>;

/** Params of the notification `noodle/event`. */
export const EventNotification = z.object({ event: NoodleEvent });

/** The largest message that either side takes. */
export const maximumMessageBytes = 64 * 1024 * 1024;

/** What a live agent writes into its lock file, readable by the owner alone. */
export const AgentLock = z.object({
  pid: z.int().positive(),
  port: z.int().min(1).max(65_535),
  token: z.string().min(32),
  version: z.string(),
  startedAt: z.number(),
});
export type AgentLock = z.infer<typeof AgentLock>;
