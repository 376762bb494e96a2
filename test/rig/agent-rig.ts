// The real agent on a temporary repository, with a client of its own and everything that it said:
// `await using rig = await AgentRig.create({ 'src/a.js': … })`.
import { openHost, type Host } from '../../agent/host.ts';
import { systemClock } from '../../agent/platform/clock.ts';
import { createLog } from '../../agent/platform/log.ts';
import type { Client } from '../../agent/protocol/client.ts';
import type { EventOf, EventType, NoodleEvent } from '../../agent/protocol/events.ts';
import type { ExecutionId } from '../../agent/protocol/ids.ts';
import type { InputOf } from '../../agent/protocol/operations.ts';
import { GitRig, type Files } from './git-rig.ts';

export interface AgentRigOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly isTrusted?: boolean;
  readonly isServing?: boolean;
  /** Goes on with what a crash left unfinished. */
  readonly resumes?: boolean;
  /** A folder without git. */
  readonly isPlainFolder?: boolean;
}

export class AgentRig implements AsyncDisposable {
  readonly repository: GitRig;
  readonly said: NoodleEvent[] = [];
  readonly #options: AgentRigOptions;
  #host: Host;

  private constructor(repository: GitRig, host: Host, options: AgentRigOptions) {
    this.repository = repository;
    this.#options = options;
    this.#host = host;
    this.#listen();
  }

  static async create(files: Files, options: AgentRigOptions = {}): Promise<AgentRig> {
    const repository = options.isPlainFolder === true ? await GitRig.folder(files) : await GitRig.create(files);
    return await AgentRig.on(repository, options);
  }

  /** On a repository that exists; it is removed with the rig. */
  static async on(repository: GitRig, options: AgentRigOptions = {}): Promise<AgentRig> {
    return new AgentRig(repository, await start(repository, options), options);
  }

  get client(): Client {
    return this.#host.client;
  }

  get host(): Host {
    return this.#host;
  }

  /** Ends the agent and starts another one on the same repository and state. */
  async restart(): Promise<void> {
    await this.#host.dispose();
    this.#host = await start(this.repository, this.#options);
    this.#listen();
  }

  /** Runs, and resolves with the end of the run. */
  async run(request: Omit<InputOf<'startRun'>, 'trigger'> = {}): Promise<EventOf<'run.finished'>> {
    const { executionId } = await this.client.startRun({ ...request, trigger: 'command' });
    return await this.ended(executionId);
  }

  async ended(executionId: ExecutionId): Promise<EventOf<'run.finished'>> {
    return await this.event('run.finished', (event) => event.executionId === executionId);
  }

  /** The first event of a type, said already or yet to come. */
  async event<T extends EventType>(type: T, matches: (event: EventOf<T>) => boolean = () => true): Promise<EventOf<T>> {
    const fits = (event: NoodleEvent): event is EventOf<T> => {
      // The comparison proves the type; TypeScript cannot relate a generic literal to the union.
      return event.type === type && matches(event as EventOf<T>);
    };
    const known = this.said.find(fits);
    if (known !== undefined) return known;
    return await new Promise((resolve) => {
      const stop = this.client.onEvent((event) => {
        if (!fits(event)) return;
        stop();
        resolve(event);
      });
    });
  }

  /** `name: status` of every test that finished, in order. */
  results(executionId?: ExecutionId): string[] {
    return this.said.flatMap((event) => {
      if (event.type !== 'test.finished' || (executionId !== undefined && event.executionId !== executionId)) return [];
      return [`${event.result.file} > ${event.result.name}: ${event.result.status}`];
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#host.dispose();
    await this.repository[Symbol.asyncDispose]();
  }

  #listen(): void {
    this.client.onEvent((event) => this.said.push(event));
  }
}

async function start(
  repository: GitRig,
  { environment = {}, isTrusted = true, isServing = false, resumes = false }: AgentRigOptions,
): Promise<Host> {
  const opened = await openHost({
    folder: repository.root,
    clock: systemClock,
    log: createLog((line) => process.stderr.write(`${line}\n`), 'error'),
    version: '0.0.0-test',
    environment: { ...process.env, ...withOwnPath(environment) },
    isTrusted,
    isServing,
    resumes,
    idleExitMs: null,
    clientName: 'test',
    checksOutput: true,
  });
  if (!opened.ok) throw new Error(opened.failure.message);
  return opened.value;
}

/** `npm test` has put its own folders before the user's PATH and noted that; a test that names a PATH means just that. */
function withOwnPath(environment: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const own = environment['PATH'];
  return own === undefined ? environment : { ...environment, NOODLE_ORIGINAL_PATH: own };
}
