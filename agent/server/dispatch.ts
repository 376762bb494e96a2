// One way into every operation, whether it came over JSON-RPC, REST or from within the process.
import type { z } from 'zod';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Disposer } from '../protocol/client.ts';
import { failure, FailureError, success, type FailureReason, type Failure, type Result } from '../protocol/failure.ts';
import { nearest } from '../protocol/nearest.ts';
import {
  operations,
  type OperationDeclaration,
  type OperationName,
  type OutputOf,
  type ParsedInputOf,
  type Role,
} from '../protocol/operations.ts';
import { inputProblem } from './input-problem.ts';
import { isSufficient } from './roles.ts';
import { keysAt } from './schema-keys.ts';

/** Who asks. */
export interface Caller {
  readonly role: Role;
  readonly via: 'rpc' | 'rest' | 'process';
  /** The name that the client gave in its hello, or its User-Agent. */
  readonly client: string;
  /** Identifies the WebSocket connection; null for REST and within the process. */
  readonly connectionId: string | null;
  /** Aborted when the caller takes the request back or is gone. */
  readonly signal: AbortSignal;
  /** Calls back once when the connection has closed; never where there is none. */
  onClosed(listener: () => void): Disposer;
}

/** What answers the operations. Expected failures are returned; what is thrown counts as a defect. */
export type Handlers = {
  readonly [N in OperationName]: (input: ParsedInputOf<N>, caller: Caller) => Promise<Result<OutputOf<N>>>;
};

/** A row of the audit trail: who asked for what, and what came of it. */
export interface AuditEntry {
  readonly at: number;
  readonly client: string;
  readonly role: Role;
  readonly via: Caller['via'];
  readonly operation: OperationName;
  /** What it was about: an id from the input, where there is one. */
  readonly subject: string | null;
  readonly outcome: 'ok' | FailureReason;
}

export interface DispatcherOptions {
  readonly handlers: Handlers;
  /** Called for operations that are audited, refused ones included, when their outcome is known. */
  readonly audit: (entry: AuditEntry) => void;
  readonly clock: Clock;
  readonly log: Log;
  /** Also check what handlers answer against the contract: for development and tests. */
  readonly checksOutput?: boolean;
}

export interface Dispatcher {
  /** Validates, authorizes, audits and runs an operation. Never rejects. */
  dispatch(name: string, input: unknown, caller: Caller): Promise<Result<unknown>>;
}

type UntypedHandler = (input: unknown, caller: Caller) => Promise<Result<unknown>>;

/** The dispatcher that all transports share. */
export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const inputs = new Map(Object.entries(operations).map(([name, { input }]) => [name, strictInput(input)] as const));
  return {
    async dispatch(name, input, caller) {
      const schema = inputs.get(name);
      if (!isOperationName(name) || schema === undefined) return unknownOperation(name);
      const parsed = parseInput(schema, input);
      if (!parsed.ok) return parsed;
      const result = await authorizeAndRun(options, { name, input: parsed.value, caller });
      if (operations[name].audited) record(options, { name, input: parsed.value, caller, result });
      return result;
    },
  };
}

interface Call {
  readonly name: OperationName;
  readonly input: Readonly<Record<string, unknown>>;
  readonly caller: Caller;
}

/** A misspelt key would otherwise be ignored, and something else be run than what was asked for. */
function strictInput(input: z.ZodObject): z.ZodObject {
  return input.strict();
}

function parseInput(schema: z.ZodObject, input: unknown): Result<Readonly<Record<string, unknown>>> {
  const parsed = schema.safeParse(input ?? {});
  if (parsed.success) return success(parsed.data);
  return { ok: false, failure: inputProblem(parsed.error, input, keysAt(schema, parsed.error.issues[0]?.path ?? [])) };
}

async function authorizeAndRun(options: DispatcherOptions, call: Call): Promise<Result<unknown>> {
  const declaration: OperationDeclaration = operations[call.name];
  if (!isSufficient(call.caller.role, declaration.role)) return forbidden(call, declaration.role);
  if (call.caller.signal.aborted) return cancelled(call.name);
  try {
    // The input was parsed with the schema of this very operation; a union of functions cannot be called otherwise.
    const handler = options.handlers[call.name] as UntypedHandler;
    const result = await handler(call.input, call.caller);
    if (result.ok && options.checksOutput === true) declaration.output.parse(result.value);
    return result;
  } catch (error) {
    return { ok: false, failure: failureOfThrown(options.log, call, error) };
  }
}

function failureOfThrown(log: Log, call: Call, error: unknown): Failure {
  if (error instanceof FailureError) return error.failure;
  if (call.caller.signal.aborted) return cancelled(call.name).failure;
  log.error('operation failed', { operation: call.name, client: call.caller.client, cause: error });
  return { reason: 'internal', message: `${call.name} failed because of a defect in Noodle; its log has the cause.` };
}

function record(options: DispatcherOptions, call: Call & { readonly result: Result<unknown> }): void {
  const { name, caller, input, result } = call;
  const subject = input['id'] ?? input['subject'];
  try {
    options.audit({
      at: options.clock.now(),
      client: caller.client,
      role: caller.role,
      via: caller.via,
      operation: name,
      subject: typeof subject === 'string' ? subject : null,
      outcome: result.ok ? 'ok' : result.failure.reason,
    });
  } catch (error) {
    options.log.error('an operation could not be audited', { operation: name, cause: error });
  }
}

function isOperationName(name: string): name is OperationName {
  return Object.hasOwn(operations, name);
}

function unknownOperation(name: string): Result<never> {
  const near = nearest(name, Object.keys(operations));
  const found = JSON.stringify(name.slice(0, 80));
  const hint = near === null ? 'see the OpenAPI document for what there is' : `perhaps \`${near}\` is meant`;
  return failure('unknown_method', `There is no operation ${found}; ${hint}.`);
}

function forbidden(call: Call, needed: Role) {
  return failure('forbidden', `${call.name} needs the role ${needed}; this token has the role ${call.caller.role}.`);
}

function cancelled(name: OperationName) {
  return failure('cancelled', `${name} was cancelled by its caller.`);
}
