// One run of the agent as the Test Explorer shows it: whoever started it.
import * as vscode from 'vscode';
import type { BuildResult } from '../../agent/protocol/build.ts';
import type { Location, TestResult } from '../../agent/protocol/test.ts';
import type { TestId } from '../../agent/protocol/ids.ts';
import type { Plan } from '../../agent/protocol/plan.ts';
import { formatDuration } from '../../agent/protocol/quantities.ts';
import type { Repository } from '../repository.ts';
import type { TestItems } from './test-items.ts';

export interface RunViewOptions {
  readonly run: vscode.TestRun;
  readonly items: TestItems;
  readonly repository: Repository;
  /** Ids of the files and cases that the run is restricted to; null when it is not. */
  readonly chosen?: ReadonlySet<string> | null;
}

function retriesOf({ retries = 0 }: TestResult): string {
  return retries === 0 ? '' : retries === 1 ? ' at the second try' : ` after ${retries} tries that failed`;
}

export class RunView {
  /** Resolves when the run has ended. */
  readonly ended: Promise<void>;
  /** What is still to be shown when the run is over: its coverage. */
  beforeEnd: (() => Promise<void>) | null = null;
  readonly #run: vscode.TestRun;
  readonly #items: TestItems;
  readonly #repository: Repository;
  readonly #chosen: ReadonlySet<string> | null;
  readonly #resolveEnded: () => void;

  constructor({ run, items, repository, chosen = null }: RunViewOptions) {
    this.#run = run;
    this.#items = items;
    this.#repository = repository;
    this.#chosen = chosen;
    const ended = Promise.withResolvers<void>();
    this.ended = ended.promise;
    this.#resolveEnded = ended.resolve;
  }

  planned(plan: Plan): void {
    for (const test of plan.tests) this.#each(test.id, (item) => this.#run.enqueued(item));
    for (const note of plan.notes) this.say(note);
    if (plan.tests.length === 0)
      this.say(this.#chosen === null ? 'The change affects no test.' : 'No test is to be run.');
  }

  started(file: TestId): void {
    this.#each(file, (item) => this.#run.started(item));
  }

  built({ target, status, reason, durationMs, problems }: BuildResult): void {
    this.say(`build     ${target}: ${status} in ${formatDuration(durationMs)}, ${reason}`);
    for (const { location, message } of problems) this.say(`          ${location.file}:${location.line} ${message}`);
  }

  finished(result: TestResult): void {
    const item = this.#items.ofResult(result);
    if (item === null) return;
    this.#run.appendOutput(
      `${result.status.padEnd(9)} ${result.name} ${formatDuration(result.durationMs)}${retriesOf(result)}\r\n`,
      undefined,
      item,
    );
    if (result.output !== undefined)
      this.#run.appendOutput(`${result.output.replaceAll(/\r?\n/g, '\r\n')}\r\n`, undefined, item);
    for (const { name, path } of result.attachments ?? [])
      this.#run.appendOutput(`attached  ${name}: ${path}\r\n`, undefined, item);
    switch (result.status) {
      case 'passed':
        this.#run.passed(item, result.durationMs);
        return;
      case 'skipped':
      case 'todo':
        this.#run.skipped(item);
        return;
      case 'failed':
        this.#run.failed(item, this.#message(result, item), result.durationMs);
        return;
      case 'errored':
      case 'timed_out':
        this.#run.errored(item, this.#message(result, item), result.durationMs);
        return;
    }
  }

  /** What a build or a runner printed. */
  printed(text: string): void {
    this.#run.appendOutput(text.replaceAll(/\r?\n/g, '\r\n'));
  }

  /** A line to read in the run's output. */
  say(text: string): void {
    this.printed(`${text}\n`);
  }

  end(): void {
    const finish = () => {
      this.#run.end();
      this.#resolveEnded();
    };
    if (this.beforeEnd === null) return finish();
    this.beforeEnd()
      .catch((error: unknown) => this.say(error instanceof Error ? error.message : String(error)))
      .finally(finish);
  }

  /** Ends before the run did, and says why. */
  endWith(reason: string): void {
    this.say(reason);
    this.end();
  }

  #each(file: TestId, act: (item: vscode.TestItem) => void): void {
    const item = this.#items.file(file);
    if (item === null) return;
    const isWhole = this.#chosen === null || this.#chosen.has(file);
    const visit = (each: vscode.TestItem) => {
      if (isWhole || this.#chosen?.has(each.id) === true) act(each);
      each.children.forEach(visit);
    };
    visit(item);
  }

  #message(result: TestResult, item: vscode.TestItem): vscode.TestMessage {
    const text = result.message ?? result.status.replace('_', ' ');
    const isCompared = result.expected !== undefined && result.actual !== undefined;
    const message = isCompared
      ? vscode.TestMessage.diff(text, result.expected ?? '', result.actual ?? '')
      : new vscode.TestMessage(text);
    const at = result.failureAt ?? result.declaredAt;
    const location = at === undefined ? undefined : this.#location(at);
    if (location !== undefined) message.location = location;
    if (result.stack !== undefined)
      this.#run.appendOutput(`${result.stack.replaceAll(/\r?\n/g, '\r\n')}\r\n`, location, item);
    return message;
  }

  #location({ file, line, column }: Location): vscode.Location {
    return new vscode.Location(
      vscode.Uri.joinPath(vscode.Uri.file(this.#repository.root), file),
      new vscode.Position(line - 1, (column ?? 1) - 1),
    );
  }
}
