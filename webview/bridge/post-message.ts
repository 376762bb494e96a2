// The bridge inside a webview: the extension host relays what is said between the page and the agent.
import type { CancellationSignal, Disposer } from '../../agent/protocol/client.ts';
import type { NoodleEvent } from '../../agent/protocol/events.ts';
import {
  HostMessage,
  type PageMessage,
  type WebviewCommand,
  type WebviewConnection,
  type WebviewPlace,
} from '../../agent/protocol/webview.ts';
import type { Connection } from '../state/connection.ts';
import type { Bridge } from './bridge.ts';
import { PendingRequests } from './pending-requests.ts';

/** What `acquireVsCodeApi()` hands out. */
export interface WebviewApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

export class PostMessageBridge implements Bridge {
  readonly place: WebviewPlace;
  readonly hasEditor = true;
  readonly #page: Window;
  readonly #api: WebviewApi;
  readonly #pending = new PendingRequests();
  readonly #eventListeners = new Set<(event: NoodleEvent) => void>();
  readonly #connectionListeners = new Set<(connection: Connection) => void>();

  constructor(options: { page: Window; api: WebviewApi; place: WebviewPlace }) {
    this.#page = options.page;
    this.#api = options.api;
    this.place = options.place;
  }

  start(): void {
    this.#page.addEventListener('message', (message) => this.#receive(message.data));
    this.#send({ kind: 'ready' });
  }

  request(method: string, params: unknown, signal?: CancellationSignal): Promise<unknown> {
    return this.#pending.add(
      (id) => this.#send({ kind: 'request', id, method, params }),
      (id) => this.#send({ kind: 'cancel', id }),
      signal,
    );
  }

  onEvent(listener: (event: NoodleEvent) => void): Disposer {
    this.#eventListeners.add(listener);
    return () => this.#eventListeners.delete(listener);
  }

  onConnection(listener: (connection: Connection) => void): Disposer {
    this.#connectionListeners.add(listener);
    return () => this.#connectionListeners.delete(listener);
  }

  retry(): void {
    this.command({ kind: 'command', command: 'restartAgent', arguments: {} });
  }

  command(command: WebviewCommand): void {
    this.#send(command);
  }

  remember(view: unknown): void {
    this.#api.setState(view);
  }

  recall(): unknown {
    return this.#api.getState();
  }

  #send(message: PageMessage): void {
    this.#api.postMessage(message);
  }

  #receive(data: unknown): void {
    const parsed = HostMessage.safeParse(data);
    if (!parsed.success) return;
    const message = parsed.data;
    switch (message.kind) {
      case 'connection':
        this.#connectionChanged(message.connection);
        return;
      case 'response':
        if (message.failure === undefined) this.#pending.resolve(message.id, message.result);
        else this.#pending.fail(message.id, message.failure);
        return;
      case 'event':
        for (const listener of this.#eventListeners) listener(message.event);
        return;
    }
  }

  #connectionChanged(connection: WebviewConnection): void {
    if (connection.state !== 'connected') this.#pending.failAll();
    for (const listener of this.#connectionListeners) listener(connectionOf(connection));
  }
}

function connectionOf({ state, message }: WebviewConnection): Connection {
  switch (state) {
    case 'connecting':
    case 'connected':
      return { state };
    case 'stopped':
      return { state, message: message ?? 'The agent is not running.' };
    case 'untrusted':
      return { state, message: message ?? 'The workspace is not trusted, so nothing of it is run.' };
  }
}
