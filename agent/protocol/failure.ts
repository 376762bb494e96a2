// Expected failures are values told apart by `reason`. The catalogue maps each reason to what the outside sees.
import { z } from 'zod';

export const FailureReason = z.enum([
  'invalid_input',
  'unauthorized',
  'forbidden',
  'not_found',
  'unknown_method',
  'wrong_method',
  'wrong_content_type',
  'too_large',
  'too_many_connections',
  'rate_limited',
  'conflict',
  'key_reused',
  'cancelled',
  'timed_out',
  'version_mismatch',
  'not_running',
  'not_an_agent',
  'disconnected',
  'not_trusted',
  'not_a_repository',
  'unknown_revision',
  'invalid_configuration',
  'runner_missing',
  'state_locked',
  'state_damaged',
  'disk_full',
  'shutting_down',
  'internal',
]);
export type FailureReason = z.infer<typeof FailureReason>;

export const Failure = z.object({
  reason: FailureReason,
  /** One sentence: the place, what was found, what was expected. */
  message: z.string(),
  /** Where: a JSON path into the input (`pipelines.0.name`), a file with line, a setting's name. */
  place: z.string().optional(),
  /** What the user can do. Falls back to the catalogue's. */
  hint: z.string().optional(),
});
export type Failure = z.infer<typeof Failure>;

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure };

export interface FailureKind {
  readonly rpcCode: number;
  readonly httpStatus: number;
  readonly title: string;
  readonly hint: string;
}

/** Each reason's JSON-RPC code, HTTP status, title and default hint. */
export const failureCatalogue: { readonly [R in FailureReason]: FailureKind } = {
  invalid_input: { rpcCode: -32602, httpStatus: 400, title: 'The input does not fit', hint: 'Compare it with the OpenAPI document.' },
  unauthorized: { rpcCode: -32001, httpStatus: 401, title: 'Not signed in', hint: "Send the token from the agent's lock file." },
  forbidden: { rpcCode: -32003, httpStatus: 403, title: 'Not allowed', hint: 'Use a token with a sufficient role.' },
  not_found: { rpcCode: -32004, httpStatus: 404, title: 'Not found', hint: 'List what exists and check the id.' },
  unknown_method: { rpcCode: -32601, httpStatus: 404, title: 'Unknown operation', hint: 'See the OpenAPI document for the operations.' },
  wrong_method: { rpcCode: -32021, httpStatus: 405, title: 'Wrong HTTP method', hint: 'Use a method that the Allow header names.' },
  wrong_content_type: { rpcCode: -32022, httpStatus: 415, title: 'Wrong content type', hint: 'Send JSON with `Content-Type: application/json`.' },
  too_large: { rpcCode: -32013, httpStatus: 413, title: 'Too large', hint: 'Send less at once.' },
  too_many_connections: { rpcCode: -32023, httpStatus: 503, title: 'Too many connections', hint: 'Close windows or programs that talk to this agent, then try again.' },
  rate_limited: { rpcCode: -32027, httpStatus: 429, title: 'Too many requests', hint: 'Wait as long as the header Retry-After says.' },
  conflict: { rpcCode: -32009, httpStatus: 409, title: 'In conflict with the present state', hint: 'Read the present state and try again.' },
  key_reused: { rpcCode: -32028, httpStatus: 422, title: 'Idempotency key of another request', hint: 'Send a key of its own with every request.' },
  cancelled: { rpcCode: -32800, httpStatus: 499, title: 'Cancelled', hint: 'Start it again when you need it.' },
  timed_out: { rpcCode: -32008, httpStatus: 504, title: 'Timed out', hint: 'Raise the timeout, or look at what hangs.' },
  version_mismatch: { rpcCode: -32010, httpStatus: 409, title: 'Versions do not match', hint: 'Restart the agent, so that both sides have one version.' },
  not_running: { rpcCode: -32024, httpStatus: 502, title: 'No agent is running', hint: 'Start one: `noodle serve`, or open the repository in the editor.' },
  not_an_agent: { rpcCode: -32025, httpStatus: 502, title: 'Something else answers there', hint: 'Remove the stale lock file, or start the agent again.' },
  disconnected: { rpcCode: -32026, httpStatus: 502, title: 'The connection to the agent was lost', hint: 'Connect again; what was started goes on or is recorded as interrupted.' },
  not_trusted: { rpcCode: -32011, httpStatus: 403, title: 'The workspace is not trusted', hint: 'Trust the workspace to let Noodle run its commands.' },
  not_a_repository: { rpcCode: -32012, httpStatus: 409, title: 'Not a folder that can be watched', hint: 'Open a folder that exists and is readable.' },
  unknown_revision: { rpcCode: -32014, httpStatus: 422, title: 'Unknown revision', hint: 'Name a commit, branch or tag that exists here.' },
  invalid_configuration: { rpcCode: -32015, httpStatus: 422, title: 'The configuration does not fit', hint: 'Mend the place that the message names.' },
  runner_missing: { rpcCode: -32016, httpStatus: 424, title: 'A test runner is missing', hint: 'Install it as the message says.' },
  state_locked: { rpcCode: -32017, httpStatus: 423, title: 'The state is in use', hint: 'Another agent owns it: use that one, or stop it with `noodle stop`.' },
  state_damaged: { rpcCode: -32018, httpStatus: 500, title: 'The recorded state is damaged', hint: 'What could be read was kept; the damaged file lies beside it.' },
  disk_full: { rpcCode: -32019, httpStatus: 507, title: 'The disk is full', hint: 'Free some space; what is not recorded meanwhile is said in the log.' },
  shutting_down: { rpcCode: -32020, httpStatus: 503, title: 'The agent is leaving', hint: 'Try again: a new agent will be started.' },
  internal: { rpcCode: -32603, httpStatus: 500, title: 'A defect in Noodle', hint: 'See the log, and please report it.' },
};

/** A result that went well. */
export function success<T>(value: T): Result<T> {
  return { ok: true, value };
}

/** A result that failed in an expected way: one sentence, and where it helps the place and what can be done. */
export function failure(reason: FailureReason, message: string, more: Pick<Failure, 'place' | 'hint'> = {}): { readonly ok: false; readonly failure: Failure } {
  return { ok: false, failure: { reason, message, ...more } };
}

/** Carries a Failure through code that throws (callbacks of libraries, AbortSignal); caught only at the dispatchers. */
export class FailureError extends Error {
  readonly failure: Failure;
  constructor(value: Failure, options?: ErrorOptions) {
    super(value.message, options);
    this.name = 'FailureError';
    this.failure = value;
  }
}
