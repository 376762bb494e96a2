// The bridge in a browser: JSON-RPC over a WebSocket to the agent that served the page. It connects again by itself.
import type { CancellationSignal, Disposer } from '../../agent/protocol/client.ts';
import type { NoodleEvent } from '../../agent/protocol/events.ts';
import { failureOf } from '../../agent/protocol/client.ts';
import type { WebviewPlace } from '../../agent/protocol/webview.ts';
import {
  eventMethod,
  EventNotification,
  helloMethod,
  methodPrefix,
  protocolVersion,
  type Hello,
} from '../../agent/protocol/wire.ts';
import type { Connection } from '../state/connection.ts';
import { retryDelayMs } from './back-off.ts';
import type { Bridge } from './bridge.ts';
import { notConnected, PendingRequests } from './pending-requests.ts';
import { failureOfRpcError, parseRpcMessage } from './rpc-message.ts';

const storageKey = 'noodle-view';

export class WebSocketBridge implements Bridge {
  readonly place: WebviewPlace;
  readonly hasEditor = false;
  readonly #page: Window & typeof globalThis;
  readonly #pending = new PendingRequests();
  readonly #eventListeners = new Set<(event: NoodleEvent) => void>();
  readonly #connectionListeners = new Set<(connection: Connection) => void>();
  #socket: WebSocket | null = null;
  #isConnected = false;
  #isRefused = false;
  #attempt = 0;
  #timer: number | undefined;

  constructor(options: { page: Window & typeof globalThis; place: WebviewPlace }) {
    this.#page = options.page;
    this.place = options.place;
  }

  start(): void {
    this.#page.addEventListener('online', () => this.retry());
    this.#page.document.addEventListener('visibilitychange', () => {
      if (!this.#page.document.hidden) this.retry();
    });
    this.#announce({ state: 'connecting' });
    this.#connect();
  }

  request(method: string, params: unknown, signal?: CancellationSignal): Promise<unknown> {
    if (!this.#isConnected) return Promise.reject(notConnected());
    return this.#call(`${methodPrefix}${method}`, params, signal);
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
    if (this.#socket !== null || this.#isRefused) return;
    this.#page.clearTimeout(this.#timer);
    this.#connect();
  }

  command(): void {}

  remember(view: unknown): void {
    this.#page.sessionStorage.setItem(storageKey, JSON.stringify(view));
  }

  recall(): unknown {
    try {
      return JSON.parse(this.#page.sessionStorage.getItem(storageKey) ?? 'null');
    } catch {
      return null;
    }
  }

  #connect(): void {
    const { protocol, host } = this.#page.location;
    const socket = new this.#page.WebSocket(`${protocol === 'https:' ? 'wss' : 'ws'}://${host}/rpc`);
    this.#socket = socket;
    socket.addEventListener('open', () => void this.#greet());
    socket.addEventListener('message', (message) => this.#receive(message.data));
    socket.addEventListener('close', () => this.#closed());
  }

  async #greet(): Promise<void> {
    // The cookie that came with the page says who it is.
    const hello: Hello = { protocolVersion, client: 'dashboard', clientVersion: '', token: '', logs: false };
    try {
      await this.#call(helloMethod, hello);
    } catch (error) {
      this.#refused(error);
      return;
    }
    this.#attempt = 0;
    this.#isConnected = true;
    this.#announce({ state: 'connected' });
  }

  /** The agent answered the hello with a failure; where that says more than that it is gone, trying again is no use. */
  #refused(error: unknown): void {
    const failure = failureOf(error);
    this.#isRefused = failure.reason !== 'shutting_down';
    this.#socket?.close();
    if (this.#isRefused) this.#announce({ state: 'refused', failure });
  }

  #closed(): void {
    this.#socket = null;
    this.#isConnected = false;
    this.#pending.failAll();
    if (this.#isRefused) return;
    this.#attempt++;
    const retryInMs = retryDelayMs(this.#attempt, Math.random());
    this.#announce({ state: 'reconnecting', attempt: this.#attempt, retryInMs });
    this.#timer = this.#page.setTimeout(() => this.retry(), retryInMs);
  }

  #call(method: string, params: unknown, signal?: CancellationSignal): Promise<unknown> {
    return this.#pending.add(
      (id) => this.#send({ id, method, params }),
      (id) => this.#send({ method: '$/cancelRequest', params: { id } }),
      signal,
    );
  }

  #send(message: object): void {
    this.#socket?.send(JSON.stringify({ jsonrpc: '2.0', ...message }));
  }

  #receive(frame: unknown): void {
    const message = typeof frame === 'string' ? parseRpcMessage(frame) : null;
    if (message === null) return;
    if ('method' in message) this.#notified(message.method, message.params);
    else if ('error' in message) this.#pending.fail(message.id, failureOfRpcError(message.error));
    else this.#pending.resolve(message.id, message.result);
  }

  #notified(method: string, params: unknown): void {
    if (method !== eventMethod) return;
    const notification = EventNotification.safeParse(params);
    if (!notification.success) return;
    for (const listener of this.#eventListeners) listener(notification.data.event);
  }

  #announce(connection: Connection): void {
    for (const listener of this.#connectionListeners) listener(connection);
  }
}
