// One run of the agent as the Test Explorer shows it: whoever started it.
import * as vscode from 'vscode';
import type { Location, TestResult } from '../../agent/protocol/test.ts';
import type { TestId } from '../../agent/protocol/ids.ts';
import type { Plan } from '../../agent/protocol/plan.ts';
import type { Repository } from '../repository.ts';
import type { TestItems } from './test-items.ts';

export class RunView {
  readonly #run: vscode.TestRun;
  readonly #items: TestItems;
  readonly #repository: Repository;

  constructor(run: vscode.TestRun, items: TestItems, repository: Repository) {
    this.#run = run;
    this.#items = items;
    this.#repository = repository;
  }

  planned(plan: Plan): void {
    for (const test of plan.tests) this.#each(test.id, (item) => this.#run.enqueued(item));
    for (const note of plan.notes) this.#run.appendOutput(`${note}\r\n`);
  }

  started(file: TestId): void {
    this.#each(file, (item) => this.#run.started(item));
  }

  finished(result: TestResult): void {
    const item = this.#items.ofResult(result);
    if (item === null) return;
    this.#run.appendOutput(`${result.status.padEnd(9)} ${result.name}\r\n`, undefined, item);
    switch (result.status) {
      case 'passed':
        this.#run.passed(item, result.durationMs);
        return;
      case 'skipped':
      case 'todo':
        this.#run.skipped(item);
        return;
      case 'failed':
        this.#run.failed(item, this.#message(result), result.durationMs);
        return;
      case 'errored':
      case 'timed_out':
        this.#run.errored(item, this.#message(result), result.durationMs);
        return;
    }
  }

  /** Something to read in the run's output. */
  say(text: string): void {
    this.#run.appendOutput(`${text.replaceAll(/\r?\n/g, '\r\n')}\r\n`);
  }

  end(): void {
    this.#run.end();
  }

  #each(file: TestId, act: (item: vscode.TestItem) => void): void {
    const item = this.#items.file(file);
    if (item === null) return;
    act(item);
    const inside = (parent: vscode.TestItem) => {
      parent.children.forEach((child) => {
        act(child);
        inside(child);
      });
    };
    inside(item);
  }

  #message(result: TestResult): vscode.TestMessage {
    const text = result.message ?? result.status.replace('_', ' ');
    const isCompared = result.expected !== undefined && result.actual !== undefined;
    const message = isCompared ? vscode.TestMessage.diff(text, result.expected ?? '', result.actual ?? '') : new vscode.TestMessage(text);
    const at = result.failureAt ?? result.declaredAt;
    if (at !== undefined) message.location = this.#location(at);
    if (result.stack !== undefined) this.say(result.stack);
    message.contextValue = result.id;
    return message;
  }

  #location({ file, line, column }: Location): vscode.Location {
    return new vscode.Location(vscode.Uri.joinPath(vscode.Uri.file(this.#repository.root), file), new vscode.Position(line - 1, (column ?? 1) - 1));
  }
}
