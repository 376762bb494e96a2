// Events to many clients: each event becomes JSON once, however many read it, and not at all when nobody does.
import type { EventBus } from '../events/events.ts';
import type { Disposer } from '../protocol/client.ts';
import type { NoodleEvent } from '../protocol/events.ts';

export interface EventSubscriber {
  wants(event: NoodleEvent): boolean;
  /** Gets the event as JSON. */
  deliver(json: string): void;
}

export interface EventFanout {
  subscribe(subscriber: EventSubscriber): Disposer;
}

/** Hands the events of the bus to subscribers; listens to the bus only while there are some. */
export function createEventFanout(events: EventBus): EventFanout {
  const subscribers = new Set<EventSubscriber>();
  let stopListening: Disposer | null = null;
  const pass = (event: NoodleEvent) => {
    let json: string | null = null;
    for (const subscriber of [...subscribers]) {
      if (!subscriber.wants(event)) continue;
      json ??= JSON.stringify(event);
      subscriber.deliver(json);
    }
  };
  return {
    subscribe(subscriber) {
      subscribers.add(subscriber);
      stopListening ??= events.onAny(pass);
      return () => {
        subscribers.delete(subscriber);
        if (subscribers.size > 0) return;
        stopListening?.();
        stopListening = null;
      };
    },
  };
}

/** The execution that an event is about, or null. */
export function executionOf(event: NoodleEvent): string | null {
  if ('executionId' in event) return event.executionId;
  return event.type === 'execution.changed' ? event.execution.id : null;
}
