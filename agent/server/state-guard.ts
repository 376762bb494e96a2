// Proof of life for the owner of a state directory: a port of this machine that says the owner's id to whoever connects.
// The system closes it however the owner ends, so that a lock file left behind is told from a living one without waiting.
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Clock } from '../platform/clock.ts';

export interface StateGuard {
  /** Null where nothing can be listened on (a machine without a loopback interface). */
  readonly port: number | null;
  /** Hangs up on those who wait for a change. */
  releaseWaiting(): void;
  dispose(): Promise<void>;
}

/** Starts to answer with `id`. */
export async function startStateGuard(id: string): Promise<StateGuard> {
  const waiting = new Set<Socket>();
  const server = createServer((socket) => {
    waiting.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => waiting.delete(socket));
    socket.write(id);
  });
  server.maxConnections = 64;
  const port = await listen(server);
  const releaseWaiting = () => {
    for (const socket of waiting) socket.destroy();
  };
  return {
    port,
    releaseWaiting,
    async dispose() {
      const closed = new Promise((resolve) => server.close(resolve));
      releaseWaiting();
      await closed;
    },
  };
}

function listen(server: Server): Promise<number | null> {
  return new Promise((resolve) => {
    server.once('error', () => resolve(null));
    // A TCP server that listens has an address with a port.
    server.listen({ host: '127.0.0.1', port: 0 }, () => resolve((server.address() as AddressInfo).port));
  });
}

export interface GuardContact {
  /** `hung`: somebody took the connection and said nothing in time. */
  readonly state: 'alive' | 'gone' | 'hung';
  /** Resolves when the guard hangs up. */
  readonly released: Promise<void>;
  hangUp(): void;
}

/** Asks whether the guard with this id lives. The contact stays open until either side hangs up. */
export function contactGuard(
  port: number,
  id: string,
  options: { clock: Clock; timeoutMs: number },
): Promise<GuardContact> {
  const socket = connect({ host: '127.0.0.1', port });
  const released = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  return new Promise((resolve) => {
    let said = '';
    const settle = (state: GuardContact['state']) => {
      stopWaiting();
      if (state === 'gone') socket.destroy();
      resolve({ state, released, hangUp: () => socket.destroy() });
    };
    const stopWaiting = options.clock.schedule(options.timeoutMs, () => settle('hung'));
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      said += text;
      if (said === id) settle('alive');
      else if (!id.startsWith(said)) settle('gone');
    });
    // Refused, or hung up before the whole id was said.
    socket.on('error', () => settle('gone'));
    socket.on('close', () => settle('gone'));
  });
}
