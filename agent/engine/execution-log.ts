// What the steps of one execution write: a log each, one of everything in order of time, and live events.
import type { EventBus } from '../events/events.ts';
import type { Clock } from '../platform/clock.ts';
import type { ExecutionId, StepId } from '../protocol/ids.ts';
import { LogFeed } from './log-feed.ts';
import { logNameOf, wholeLogName } from './log-files.ts';
import { LogWriter } from './log-writer.ts';

interface StepLog {
  readonly writer: LogWriter;
  readonly feed: LogFeed;
}

export interface ExecutionLogOptions {
  readonly executionId: ExecutionId;
  /** Absolute; created with the first output. */
  readonly folder: string;
  /** Behind what an earlier agent wrote. */
  readonly goesOn: boolean;
  readonly clock: Clock;
  readonly events: EventBus;
  /** Hears of each write that failed. */
  readonly onProblem: (error: unknown) => void;
  readonly onClosed: () => void;
}

export class ExecutionLog {
  readonly #options: ExecutionLogOptions;
  readonly #steps = new Map<StepId, StepLog>();
  readonly #whole: LogWriter;
  #speaker: StepId | null = null;
  #isLineOpen = false;

  constructor(options: ExecutionLogOptions) {
    this.#options = options;
    this.#whole = this.#writer(wholeLogName);
  }

  /** Answers with a promise when the disk is behind, and it is time to wait. Never fails. */
  append(stepId: StepId, text: string): void | Promise<void> {
    if (text === '') return;
    const { writer, feed } = this.#stepLog(stepId);
    feed.push(text);
    const waits = [writer.append(text), this.#whole.append(this.#heading(stepId) + text)];
    this.#isLineOpen = !text.endsWith('\n');
    const busy = waits.filter((wait) => wait !== undefined);
    return busy.length === 0 ? undefined : Promise.all(busy).then(() => {});
  }

  /** Resolves when everything written so far can be read. */
  async flush(): Promise<void> {
    await Promise.all([...this.#steps.values()].map(({ writer }) => writer.flush()));
    await this.#whole.flush();
  }

  /** The step writes no more: sends what waits and closes its file. */
  async closeStep(stepId: StepId): Promise<void> {
    const step = this.#steps.get(stepId);
    step?.feed.close();
    await step?.writer.close();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#steps.keys()].map((stepId) => this.closeStep(stepId)));
    await this.#whole.close();
    this.#options.onClosed();
  }

  /** As `tail -f` of several files does it. */
  #heading(stepId: StepId): string {
    if (stepId === this.#speaker) return '';
    const before = this.#speaker === null ? '' : this.#isLineOpen ? '\n\n' : '\n';
    this.#speaker = stepId;
    return `${before}==> ${stepId} <==\n`;
  }

  #stepLog(stepId: StepId): StepLog {
    const known = this.#steps.get(stepId);
    if (known !== undefined) return known;
    const { clock, events, executionId } = this.#options;
    const made: StepLog = {
      writer: this.#writer(logNameOf(stepId)),
      feed: new LogFeed(clock, (text) => events.emit({ type: 'log.appended', executionId, stepId, text })),
    };
    this.#steps.set(stepId, made);
    return made;
  }

  #writer(name: string): LogWriter {
    const { folder, goesOn, onProblem } = this.#options;
    return new LogWriter({ folder, name, goesOn, onProblem });
  }
}
