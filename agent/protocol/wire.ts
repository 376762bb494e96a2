// What goes over the connection besides the operations.
import { z } from 'zod';
import { NoodleEvent } from './events.ts';

/** Raised when the meaning of a message changes. Both sides must have the same. */
export const protocolVersion = 1;

/** JSON-RPC methods of ours start with this; everything else on the connection is the language server's. */
export const methodPrefix = 'noodle/';

export const helloMethod = 'noodle/hello';
export const eventMethod = 'noodle/event';

/** The first request on a connection; nothing else is answered before it. */
export const Hello = z.object({
  protocolVersion: z.int(),
  client: z.string().min(1).max(100),
  clientVersion: z.string().max(100),
  /** From the lock file. Empty from the dashboard page in a browser, which is known by its cookie. */
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

/** The deepest nesting of arrays and objects that the agent takes in a message or body. */
export const maximumJsonDepth = 100;

/** Why the agent closed a WebSocket: codes for applications, beside the standard ones. */
export const closeCodes = {
  /** Standard: the agent is leaving. */
  leaving: 1001,
  /** Standard: a message was larger than `maximumMessageBytes`. */
  tooLarge: 1009,
  /** The first message was not a hello, the hello did not fit, or none came in time. */
  noHello: 4400,
  unauthorized: 4401,
  versionMismatch: 4409,
} as const;

/** Where a program lies, and which state of it: what lies there later may be another one. */
export const Program = z.object({ root: z.string(), build: z.string() });
export type Program = z.infer<typeof Program>;

/** What a live agent writes into its lock file, readable by the owner alone. */
export const AgentLock = z.object({
  pid: z.int().positive(),
  port: z.int().min(1).max(65_535),
  token: z.string().min(32),
  version: z.string(),
  /** What the agent was started from. */
  program: Program.nullable().default(null),
  startedAt: z.number(),
  /** See AgentClaim. */
  guardPort: z.int().min(1).max(65_535).nullable().default(null),
  guardId: z.string().default(''),
});
export type AgentLock = z.infer<typeof AgentLock>;

/**
 * What the lock file holds while its agent starts or leaves: the state has an owner, but nobody answers yet or any more.
 * The owner listens on `guardPort` as long as it owns the state, and says `guardId` to whoever connects.
 */
export const AgentClaim = AgentLock.omit({ port: true, token: true });
export type AgentClaim = z.infer<typeof AgentClaim>;
