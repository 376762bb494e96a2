// Programs that talk to the agent's analytics: started for a test, on loopback ports, and ended with it.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
  // A TCP server that listens has an address with a port.
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A program with its configuration in a folder of its own, ready when it says so on stderr or stdout. */
export class ServiceProcess implements AsyncDisposable {
  readonly folder: string;
  readonly #child: ChildProcess;

  private constructor(folder: string, child: ChildProcess) {
    this.folder = folder;
    this.#child = child;
  }

  static async start(
    command: string,
    {
      files,
      args,
      ready,
    }: { files: Readonly<Record<string, string>>; args: (folder: string) => readonly string[]; ready: RegExp },
  ): Promise<ServiceProcess> {
    const folder = await mkdtemp(path.join(tmpdir(), 'noodle-service-'));
    for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
    const child = spawn(command, [...args(folder)], { stdio: ['ignore', 'pipe', 'pipe'] });
    const said: string[] = [];
    await new Promise<void>((resolve, reject) => {
      const hear = (chunk: Buffer) => {
        said.push(chunk.toString());
        if (ready.test(said.join(''))) resolve();
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      child.once('error', reject);
      child.once('exit', (code) =>
        reject(new Error(`${command} ended with code ${code}: ${said.join('').slice(-2000)}`)),
      );
    });
    return new ServiceProcess(folder, child);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    if (this.#child.exitCode === null) {
      this.#child.kill('SIGKILL');
      await ended;
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}

export interface Received {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** An HTTP server on loopback that keeps what it got, and answers as it is told. */
export class ReceiverRig implements AsyncDisposable {
  readonly received: Received[] = [];
  /** The answer's status; 0: never answer. */
  status = 200;
  headers: Readonly<Record<string, string>> = {};
  readonly #server = createHttpServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      this.received.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString() });
      if (this.status !== 0) response.writeHead(this.status, this.headers).end();
      this.#heard.splice(0).forEach((resolve) => resolve());
    });
  });
  readonly #heard: (() => void)[] = [];

  static async start(): Promise<ReceiverRig> {
    const rig = new ReceiverRig();
    await new Promise<void>((resolve) => rig.#server.listen({ host: '127.0.0.1', port: 0 }, resolve));
    return rig;
  }

  get url(): string {
    // A TCP server that listens has an address with a port.
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Resolves when so many requests have come. */
  async until(count: number): Promise<void> {
    while (this.received.length < count) await new Promise<void>((resolve) => this.#heard.push(resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Asks again and again until the answer fits: for programs that tell nobody when they have done something. */
export async function eventually<T>(ask: () => Promise<T>, fits: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (fits(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
