// A command whose every start the test sees and steers: it prints, reports and exits when the test says so.
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createLineSplitter } from '../../agent/platform/line-splitter.ts';

const client = path.resolve(import.meta.dirname, 'scripted-command-client.mjs');

/** What an invocation does at its start, before the test says anything. */
export interface ScriptedStart {
  /** Whether SIGTERM, SIGINT and SIGHUP are ignored. */
  readonly isStubborn?: boolean;
}

export class ScriptedCommand implements AsyncDisposable {
  /** A shell command line that starts it. */
  readonly shell: string;
  readonly command = process.execPath;
  readonly args: readonly string[];
  readonly #folder: string;
  readonly #server: Server;
  readonly #waiting: ((invocation: Invocation) => void)[] = [];
  readonly #unclaimed: Invocation[] = [];
  #count = 0;

  private constructor(folder: string, server: Server, start: ScriptedStart) {
    this.#folder = folder;
    this.#server = server;
    const address = path.join(folder, 'socket');
    this.args = [client, address, ...(start.isStubborn === true ? ['stubborn'] : [])];
    this.shell = [this.command, ...this.args].map((part) => `"${part}"`).join(' ');
    server.on('connection', (socket) => void this.#accept(socket));
  }

  static async create(start: ScriptedStart = {}): Promise<ScriptedCommand> {
    const folder = await mkdtemp(path.join(tmpdir(), 'noodle-command-'));
    const server = createServer();
    const command = new ScriptedCommand(folder, server, start);
    server.listen(path.join(folder, 'socket'));
    await once(server, 'listening');
    return command;
  }

  /** How often it was started so far. */
  get count(): number {
    return this.#count;
  }

  /** The next start that no one has asked for yet, now or later. */
  invoked(): Promise<Invocation> {
    const ready = this.#unclaimed.shift();
    if (ready !== undefined) return Promise.resolve(ready);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    for (const invocation of this.#unclaimed) invocation.exit(0);
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #accept(socket: Socket): Promise<void> {
    const invocation = await Invocation.open(socket);
    this.#count++;
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#unclaimed.push(invocation);
    else waiting(invocation);
  }
}

/** What an invocation says of itself. */
interface Introduction {
  readonly pid: number;
  readonly cwd: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

export class Invocation {
  readonly pid: number;
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Resolves when the process is gone, however it ended. */
  readonly gone: Promise<void>;
  readonly #socket: Socket;

  private constructor(socket: Socket, introduction: Introduction) {
    this.#socket = socket;
    this.pid = introduction.pid;
    this.cwd = introduction.cwd;
    this.environment = introduction.environment;
    this.gone = new Promise((resolve) => socket.once('close', () => resolve()));
  }

  static open(socket: Socket): Promise<Invocation> {
    socket.setEncoding('utf8');
    socket.on('error', () => {});
    return new Promise((resolve) => {
      // The client is part of this rig: what it sends is known.
      const lines = createLineSplitter(
        (line) => resolve(new Invocation(socket, JSON.parse(line) as Introduction)),
        1_000_000,
      );
      socket.on('data', (text: string) => lines.push(text));
    });
  }

  stdout(text: string): void {
    this.#send({ stdout: text });
  }

  stderr(text: string): void {
    this.#send({ stderr: text });
  }

  /** Writes to file descriptor 3. */
  report(text: string): void {
    this.#send({ report: text });
  }

  /** Writes a file, relative to the working folder. */
  write(file: string, text: string): void {
    this.#send({ write: file, text });
  }

  exit(code: number): void {
    this.#send({ exit: code });
  }

  /** Starts another process with the same streams and does not wait for it. */
  spawn(command: string, args: readonly string[], options: { detached?: boolean } = {}): void {
    this.#send({ spawn: command, args, detached: options.detached ?? false });
  }

  #send(order: Readonly<Record<string, unknown>>): void {
    if (!this.#socket.destroyed) this.#socket.write(`${JSON.stringify(order)}\n`);
  }
}
