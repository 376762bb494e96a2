// Operations as JSON-RPC requests: `noodle/<operation>`.
import { ResponseError, type CancellationToken, type MessageConnection } from 'vscode-jsonrpc/node';
import { failureCatalogue, type Failure } from '../protocol/failure.ts';
import { helloMethod, methodPrefix } from '../protocol/wire.ts';
import type { Caller, Dispatcher } from './dispatch.ts';

/** The failure as JSON-RPC carries it: code and sentence of the catalogue, the whole of it as `data`. */
export function rpcError(failure: Failure): ResponseError<Failure> {
  return new ResponseError(failureCatalogue[failure.reason].rpcCode, failure.message, failure);
}

/** Answers every request of the connection. Returns the way to abort what is under way. */
export function serveOperations(
  connection: MessageConnection,
  dispatcher: Dispatcher,
  caller: Omit<Caller, 'signal'>,
): () => void {
  const underWay = new Set<AbortController>();
  connection.onRequest(async (method: string, params: unknown, token: CancellationToken) => {
    if (method === helloMethod) return rpcError({ reason: 'conflict', message: 'The hello was said already.' });
    const controller = new AbortController();
    underWay.add(controller);
    const subscription = token.onCancellationRequested(() => controller.abort());
    if (token.isCancellationRequested) controller.abort();
    const name = method.slice(methodPrefix.length);
    const result = await dispatcher.dispatch(name, params, { ...caller, signal: controller.signal });
    subscription.dispose();
    underWay.delete(controller);
    return result.ok ? result.value : rpcError(result.failure);
  });
  return () => {
    for (const controller of underWay) controller.abort();
  };
}
