// JSON-RPC 2.0 as the agent speaks it on `/rpc`: one message a WebSocket frame.
import { z } from 'zod';
import { Failure, FailureReason, failureCatalogue } from '../../agent/protocol/failure.ts';

const RpcError = z.object({ code: z.number(), message: z.string(), data: z.unknown().optional() });

const RpcMessage = z.union([
  z.object({ method: z.string(), params: z.unknown().optional() }),
  z.object({ id: z.number(), error: RpcError }),
  z.object({ id: z.number(), result: z.unknown() }),
]);
export type RpcMessage = z.infer<typeof RpcMessage>;

/** The message in a frame; null when it is none of ours. */
export function parseRpcMessage(frame: string): RpcMessage | null {
  try {
    const parsed = RpcMessage.safeParse(JSON.parse(frame));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** The failure that an error carries, else the one that its code stands for. */
export function failureOfRpcError(error: z.infer<typeof RpcError>): Failure {
  const carried = Failure.safeParse(error.data);
  if (carried.success) return carried.data;
  const reason = FailureReason.options.find((option) => failureCatalogue[option].rpcCode === error.code) ?? 'internal';
  return { reason, message: error.message };
}
