// The typed bus. Components emit, listeners persist, show, alert; nobody calls back into the emitter.
import type { Disposer } from '../protocol/client.ts';
import type { EventOf, EventType, NoodleEvent } from '../protocol/events.ts';

export interface EventBus {
  emit(event: NoodleEvent): void;
  onAny(listener: (event: NoodleEvent) => void): Disposer;
  on<T extends EventType>(type: T, listener: (event: EventOf<T>) => void): Disposer;
}

/** A bus whose listeners run in the order of their registration; one that throws is reported and does not stop the others. */
export function createEventBus(reportError: (error: unknown) => void): EventBus {
  const listeners = new Set<(event: NoodleEvent) => void>();
  const onAny = (listener: (event: NoodleEvent) => void): Disposer => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  return {
    emit(event) {
      for (const listener of [...listeners]) {
        try {
          listener(event);
        } catch (error) {
          reportError(error);
        }
      }
    },
    onAny,
    on(type, listener) {
      return onAny((event) => {
        // The comparison proves the type; TypeScript cannot relate a generic literal to the union.
        if (event.type === type) listener(event as EventOf<typeof type>);
      });
    },
  };
}
