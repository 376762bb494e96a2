// What the dashboard page inside a webview and its extension host say to each other through postMessage.
// The host relays requests and events between the page and the agent, and does what only the editor can do.
import { z } from 'zod';
import { NoodleEvent } from './events.ts';
import { Failure } from './failure.ts';
import { Location } from './test.ts';

const command = <const N extends string, A extends z.ZodType>(name: N, parameters: A) =>
  z.object({ kind: z.literal('command'), command: z.literal(name), arguments: parameters });

/** Something that only the editor can do. */
export const WebviewCommand = z.discriminatedUnion('command', [
  /** Show a file at a line. */
  command('openLocation', Location),
  /** Show the whole dashboard in an editor tab. */
  command('openDashboard', z.object({})),
  /** Show the log of the agent. */
  command('showLog', z.object({})),
  /** Start the agent, or stop it and start it anew. */
  command('restartAgent', z.object({})),
  /** Open the editor's page on workspace trust. */
  command('manageTrust', z.object({})),
]);
export type WebviewCommand = z.infer<typeof WebviewCommand>;

/** How the host stands with the agent; `message` says in one sentence why it is not connected. */
export const WebviewConnection = z.object({
  state: z.enum(['connecting', 'connected', 'stopped', 'untrusted']),
  message: z.string().nullable(),
});
export type WebviewConnection = z.infer<typeof WebviewConnection>;

const requestId = z.int().nonnegative();

/** From the page to the host. */
export const PageMessage = z.discriminatedUnion('kind', [
  /** The page listens from now on; the host answers with `connection`. */
  z.object({ kind: z.literal('ready') }),
  /** An operation of the contract. Ids are counted by the page and start over when it is loaded anew. */
  z.object({ kind: z.literal('request'), id: requestId, method: z.string().max(200), params: z.unknown() }),
  /** The answer to a request is not needed any more. */
  z.object({ kind: z.literal('cancel'), id: requestId }),
  WebviewCommand,
]);
export type PageMessage = z.infer<typeof PageMessage>;

/** From the host to the page. */
export const HostMessage = z.discriminatedUnion('kind', [
  /** Sent after `ready`, and whenever it changes. After `connected` the page reads everything anew. */
  z.object({ kind: z.literal('connection'), connection: WebviewConnection }),
  /** The answer to a request: `failure` when there is one, else `result`. */
  z.object({ kind: z.literal('response'), id: requestId, result: z.unknown(), failure: Failure.optional() }),
  z.object({ kind: z.literal('event'), event: NoodleEvent }),
]);
export type HostMessage = z.infer<typeof HostMessage>;

/**
 * Where the page is shown: the host writes it into `data-place` of the page's `html` element.
 * In the sidebar the page keeps to its left column and links to the whole dashboard.
 */
export const WebviewPlace = z.enum(['browser', 'sidebar', 'editor']);
export type WebviewPlace = z.infer<typeof WebviewPlace>;
