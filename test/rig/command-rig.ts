// A command of the command line on a scripted agent: what it asked for, what it printed, how it ended.
import { PassThrough } from 'node:stream';
import { runCommandLine, type ExitCode, type Session } from '../../agent/cli/cli.ts';
import { createOutput } from '../../agent/cli/output.ts';
import { createClient } from '../../agent/protocol/client.ts';
import type { NoodleEvent } from '../../agent/protocol/events.ts';
import { success } from '../../agent/protocol/failure.ts';

/** What the agent answers to each operation that the command may call. */
export type Answers = Readonly<Record<string, (input: never) => unknown>>;

export class CommandRig {
  /** Names of the operations that were called, in order. */
  readonly calls: string[] = [];
  readonly #answers: Answers;
  readonly #listeners = new Set<(event: NoodleEvent) => void>();
  readonly #interrupted = new AbortController();
  readonly #stream = Object.assign(new PassThrough(), { isTTY: false });

  constructor(answers: Answers) {
    this.#answers = answers;
  }

  /** Runs `noodle <argv>` to its end. */
  run(...argv: readonly string[]): Promise<ExitCode> {
    // Of the streams only the writing is used.
    const stdout = this.#stream as unknown as NodeJS.WriteStream;
    const session: Session = {
      client: createClient({ request: (method, params) => this.#answer(method, params), onEvent: (listener) => this.#listen(listener) }),
      root: '/repo',
      name: 'repo',
      dashboardAddress: 'http://127.0.0.1:1',
      isOwnAgent: true,
      ended: new Promise(() => {}),
      dispose: async () => {},
    };
    return runCommandLine({
      argv,
      version: '1.0.0',
      output: createOutput({ stdout, stderr: stdout, environment: {} }),
      openSession: async () => success(session),
      workingFolder: '/repo',
      interrupted: this.#interrupted.signal,
    });
  }

  /** What was printed since the last look, line by line. */
  lines(): string[] {
    // Null when nothing was written.
    const text = (this.#stream.read() as Buffer | null)?.toString() ?? '';
    return text.split('\n').slice(0, -1);
  }

  say(event: NoodleEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** Presses Ctrl-C. */
  interrupt(): void {
    this.#interrupted.abort();
  }

  async #answer(method: string, params: unknown): Promise<unknown> {
    this.calls.push(method);
    const answer = this.#answers[method];
    if (answer === undefined) throw new Error(`${method} is not scripted`);
    // The test knows what it is asked.
    return answer(params as never);
  }

  #listen(listener: (event: NoodleEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
