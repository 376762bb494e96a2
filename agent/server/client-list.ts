// Who is connected: accepted WebSockets and event streams.
import type { Disposer } from '../protocol/client.ts';

export interface ClientList {
  /** Adds a client; `leave` tells it that the agent leaves. Returns the way to take it off. */
  add(leave: () => void): Disposer;
  count(): number;
  leaveAll(): void;
}

/** An empty list; `onCount` is told the number whenever it changes. */
export function createClientList(onCount: (count: number) => void): ClientList {
  const clients = new Set<() => void>();
  return {
    add(leave) {
      // Two clients may share a function.
      const client = () => leave();
      clients.add(client);
      onCount(clients.size);
      return () => {
        if (clients.delete(client)) onCount(clients.size);
      };
    },
    count: () => clients.size,
    leaveAll() {
      for (const leave of [...clients]) leave();
    },
  };
}
