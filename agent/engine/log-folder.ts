// The logs of all executions: opened for those that run, read for anyone, deleted when they are old.
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { EventBus } from '../events/events.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { ExecutionId, StepId } from '../protocol/ids.ts';
import { ExecutionLog } from './execution-log.ts';
import { lastWritten, logNameOf, readLog, wholeLogName, type ReadPart } from './log-files.ts';

export class LogFolder {
  readonly #folder: string;
  readonly #options: { readonly clock: Clock; readonly events: EventBus; readonly log: Log };
  readonly #open = new Map<ExecutionId, ExecutionLog>();
  #hasProblem = false;

  constructor(folder: string, options: { clock: Clock; events: EventBus; log: Log }) {
    this.#folder = folder;
    this.#options = options;
  }

  /** The log of an execution that is about to run; it is open until it is closed. `goesOn`: behind what is there already. */
  open(executionId: ExecutionId, goesOn = false): ExecutionLog {
    const { clock, events } = this.#options;
    const folder = path.join(this.#folder, executionId);
    const opened = new ExecutionLog({
      executionId,
      folder,
      goesOn,
      clock,
      events,
      onProblem: (error) => this.#tellOnce(error),
      onClosed: () => this.#open.delete(executionId),
    });
    this.#open.set(executionId, opened);
    return opened;
  }

  async read(executionId: ExecutionId, stepId: StepId | undefined, offset: number): Promise<ReadPart> {
    await this.#open.get(executionId)?.flush();
    const name = stepId === undefined ? wholeLogName : logNameOf(stepId);
    return readLog(path.join(this.#folder, executionId), name, offset);
  }

  /** Deletes what was written last before `timestamp`, but for the executions in `kept`; answers how many logs. */
  async prune(timestamp: number, kept: ReadonlySet<string>): Promise<number> {
    const names = await readdir(this.#folder).catch(() => []);
    let pruned = 0;
    for (const name of names.filter((each) => !kept.has(each))) {
      const folder = path.join(this.#folder, name);
      const writtenAt = await lastWritten(folder);
      if (writtenAt === null || writtenAt >= timestamp) continue;
      await rm(folder, { recursive: true, force: true });
      pruned++;
    }
    return pruned;
  }

  #tellOnce(error: unknown): void {
    if (this.#hasProblem) return;
    this.#hasProblem = true;
    this.#options.log.warn('output cannot be written', { folder: this.#folder, error });
    const message = `Output cannot be written to ${this.#folder}: ${sentenceOf(error)}. Runs go on; their logs have gaps.`;
    this.#options.events.emit({ type: 'notice.raised', id: 'logs_not_written', severity: 'warning', message });
  }
}

function sentenceOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'the disk is full';
  return error instanceof Error ? error.message : String(error);
}
