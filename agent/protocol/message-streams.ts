// The two channels of a socket as the reader and writer that vscode-jsonrpc and the language client want, whichever
// version of theirs: the shapes are the same, so this file needs neither.
import { fromWire, parseMessage, toWire, type Channel, type WireMessage } from './channels.ts';

export interface Disposable {
  dispose(): void;
}

type Listen<T> = (listener: (value: T) => unknown, thisArgs?: unknown, disposables?: Disposable[]) => Disposable;

/** A vscode-jsonrpc MessageReader. */
export interface ChannelReader {
  readonly onError: Listen<Error>;
  readonly onClose: Listen<void>;
  readonly onPartialMessage: Listen<{ readonly messageToken: number; readonly waitingTime: number }>;
  /** Messages that came before are delivered at once. */
  listen(callback: (message: WireMessage) => void): Disposable;
  dispose(): void;
}

/** A vscode-jsonrpc MessageWriter. */
export interface ChannelWriter {
  readonly onError: Listen<[Error, WireMessage | undefined, number | undefined]>;
  readonly onClose: Listen<void>;
  /** Rejects with what `send` threw. */
  write(message: WireMessage): Promise<void>;
  end(): void;
  dispose(): void;
}

export interface MessageStreams {
  readonly reader: ChannelReader;
  readonly writer: ChannelWriter;
}

export interface ChannelSplitter {
  /** New streams for a channel; they take the place of the channel's former ones (a language client that restarts). */
  open(channel: Channel): MessageStreams;
  /** Ends a channel's streams; later messages wait for the next `open`. */
  shut(channel: Channel): void;
  /** Hands a frame to its channel. False when it is not a JSON-RPC message. */
  receive(text: string): boolean;
  /** Hands a message that was parsed already to its channel. */
  deliver(message: WireMessage): void;
  /** The socket is closed: both channels are told. */
  close(): void;
}

interface OpenStreams extends MessageStreams {
  deliver(message: WireMessage): void;
  close(): void;
}

/**
 * Splits one socket into its channels. `send` writes a text frame. Messages for a channel that is not open wait for it;
 * `onWaiting` is told of the first of them, so that a channel can be opened when it is wanted.
 */
export function splitChannels(
  send: (text: string) => void,
  onWaiting: (channel: Channel) => void = () => {},
): ChannelSplitter {
  const opened = new Map<Channel, OpenStreams>();
  const waiting: { readonly [C in Channel]: WireMessage[] } = { noodle: [], language: [] };
  let isClosed = false;
  const deliver = (wire: WireMessage) => {
    const { channel, message } = fromWire(wire);
    const streams = opened.get(channel);
    if (streams !== undefined) streams.deliver(message);
    else if (waiting[channel].push(message) === 1) onWaiting(channel);
  };
  return {
    open(channel) {
      const streams = openStreams(channel, send);
      opened.set(channel, streams);
      for (const message of waiting[channel].splice(0)) streams.deliver(message);
      if (isClosed) streams.close();
      return streams;
    },
    shut(channel) {
      opened.get(channel)?.close();
      opened.delete(channel);
    },
    receive(text) {
      const message = parseMessage(text);
      if (message !== null) deliver(message);
      return message !== null;
    },
    deliver,
    close() {
      isClosed = true;
      for (const streams of opened.values()) streams.close();
    },
  };
}

function openStreams(channel: Channel, send: (text: string) => void): OpenStreams {
  const readerClosed = createListeners<void>();
  const writerClosed = createListeners<void>();
  const writeFailed = createListeners<[Error, WireMessage | undefined, number | undefined]>();
  const queue: WireMessage[] = [];
  let callback: ((message: WireMessage) => void) | null = null;
  const reader: ChannelReader = {
    onError: createListeners<Error>().listen,
    onClose: readerClosed.listen,
    onPartialMessage: createListeners<{ messageToken: number; waitingTime: number }>().listen,
    listen(listener) {
      callback = listener;
      for (const message of queue.splice(0)) listener(message);
      return { dispose: () => (callback = null) };
    },
    dispose() {
      callback = () => {};
      readerClosed.clear();
    },
  };
  const writer: ChannelWriter = {
    onError: writeFailed.listen,
    onClose: writerClosed.listen,
    // Async, so that what `send` throws becomes a rejection.
    write: async (message) => send(JSON.stringify(toWire(channel, message))),
    end: () => {},
    dispose: () => writerClosed.clear(),
  };
  return {
    reader,
    writer,
    deliver: (message) => (callback === null ? queue.push(message) : callback(message)),
    close() {
      readerClosed.fire();
      writerClosed.fire();
    },
  };
}

interface Listeners<T> {
  readonly listen: Listen<T>;
  fire(value: T): void;
  clear(): void;
}

function createListeners<T>(): Listeners<T> {
  const listeners = new Set<(value: T) => unknown>();
  return {
    listen(listener, thisArgs, disposables) {
      const bound = thisArgs === undefined ? listener : listener.bind(thisArgs);
      listeners.add(bound);
      const disposable = { dispose: () => void listeners.delete(bound) };
      disposables?.push(disposable);
      return disposable;
    },
    fire(value) {
      for (const listener of [...listeners]) listener(value);
    },
    clear: () => listeners.clear(),
  };
}
