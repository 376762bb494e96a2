// Runs of remote CIs in the Test Explorer: a controller of their own, there only when there is one to show.
import * as vscode from 'vscode';
import type { RemoteRun, RemoteTest } from '../../agent/protocol/remote-runs.ts';
import type { CommandSurroundings } from '../commands/register-command.ts';
import { remoteTestControllerId } from '../ids.ts';
import type { Repository } from '../repository.ts';

/** Of each repository the latest; `noodle ci` lists more. */
const shownRuns = 3;
/** Between so many items the window answers. */
const itemsPerTurn = 1000;

/** Shows the runs that were taken in, and those to come, until it is disposed of. */
export function openRemoteTests({ repositories, log }: CommandSurroundings): vscode.Disposable {
  const window = new RemoteController();
  const followed = new Map<Repository, vscode.Disposable>();
  const add = (repository: Repository) => followed.set(repository, follow(repository, window, log));
  const remove = (repository: Repository) => {
    followed.get(repository)?.dispose();
    followed.delete(repository);
    window.keep(repository, []);
  };
  repositories.all.forEach(add);
  const subscriptions = [repositories.onAdded(add), repositories.onRemoved(remove)];
  return new vscode.Disposable(() => {
    for (const each of [...subscriptions, ...followed.values(), window]) each.dispose();
  });
}

/** Lists once connected, and at each run that is taken in. */
function follow(repository: Repository, window: RemoteController, log: vscode.LogOutputChannel): vscode.Disposable {
  const { connection } = repository;
  let queue = Promise.resolve();
  const list = () => {
    queue = queue
      .then(() => show(repository, window))
      .catch((error: unknown) => log.error('remote runs', String(error)));
  };
  const subscriptions = [
    connection.onState(({ name }) => {
      if (name === 'connected') list();
    }),
    connection.onEvent(({ type }) => {
      if (type === 'remote-run.imported') list();
    }),
  ];
  return new vscode.Disposable(() => subscriptions.forEach((unsubscribe) => unsubscribe()));
}

/** What is shown already is not shown again. */
async function show(repository: Repository, window: RemoteController): Promise<void> {
  const { client } = repository.connection;
  if (client === null) return;
  const { runs } = await client.listRemoteRuns({});
  const latest = runs.slice(0, shownRuns);
  window.keep(repository, latest);
  for (const run of latest.toReversed()) {
    if (window.has(repository, run)) continue;
    const { tests } = await client.getRemoteRun({ id: run.id });
    await window.put(repository, run, tests);
  }
}

class RemoteController implements vscode.Disposable {
  #controller: vscode.TestController | null = null;
  /** When the run that an item shows was taken in. */
  readonly #shown = new Map<string, number>();

  has(repository: Repository, run: RemoteRun): boolean {
    return this.#shown.get(itemId(repository, run)) === run.importedAt;
  }

  /** Removes the repository's runs but those. */
  keep(repository: Repository, runs: readonly RemoteRun[]): void {
    const kept = new Set(runs.map((run) => itemId(repository, run)));
    for (const id of [...this.#shown.keys()]) {
      if (!id.startsWith(`${repository.root}\n`) || kept.has(id)) continue;
      this.#controller?.items.delete(id);
      this.#shown.delete(id);
    }
  }

  async put(repository: Repository, run: RemoteRun, tests: readonly RemoteTest[]): Promise<void> {
    const controller = (this.#controller ??= vscode.tests.createTestController(remoteTestControllerId, 'Noodle: CI'));
    const id = itemId(repository, run);
    const root = controller.createTestItem(id, run.name);
    root.description = [run.system, run.commit?.slice(0, 12) ?? null].filter((part) => part !== null).join(' ');
    root.sortText = String(Number.MAX_SAFE_INTEGER - run.importedAt);
    controller.items.add(root);
    this.#shown.set(id, run.importedAt);
    const testRun = controller.createTestRun(new vscode.TestRunRequest([root]), `${run.name} (${run.system})`, false);
    if (run.url !== null) testRun.appendOutput(`${run.url}\r\n`);
    for (const note of run.notes) testRun.appendOutput(`${note}\r\n`);
    for (const [index, test] of tests.entries()) {
      report(testRun, addTest(controller, { root, repository, index }, test), test);
      if (index % itemsPerTurn === itemsPerTurn - 1) await new Promise((resolve) => setImmediate(resolve));
    }
    testRun.end();
  }

  dispose(): void {
    this.#controller?.dispose();
    this.#controller = null;
    this.#shown.clear();
  }
}

function itemId({ root }: Repository, { id }: RemoteRun): string {
  return `${root}\n${id}`;
}

interface Place {
  readonly root: vscode.TestItem;
  readonly repository: Repository;
  readonly index: number;
}

/** Below its file, else below the class or suite that the report names. */
function addTest(controller: vscode.TestController, place: Place, test: RemoteTest): vscode.TestItem {
  const { root, repository, index } = place;
  const label = test.file ?? test.group;
  const uri = test.file === null ? undefined : vscode.Uri.joinPath(vscode.Uri.file(repository.root), test.file);
  const groupId = `${root.id}\n${label}`;
  let group = root.children.get(groupId);
  if (group === undefined && label !== '') {
    group = controller.createTestItem(groupId, label, uri);
    root.children.add(group);
  }
  const item = controller.createTestItem(`${groupId}\n${index}`, test.name === '' ? label : test.name, uri);
  if (test.line !== null) item.range = new vscode.Range(test.line - 1, 0, test.line - 1, 0);
  item.sortText = String(index).padStart(7, '0');
  item.description = differs(test) ? `${test.here?.replace('_', ' ')} here` : '';
  (group ?? root).children.add(item);
  return item;
}

/** Whether it is worth a word how it ended here. */
function differs({ status, here }: RemoteTest): boolean {
  return here !== null && here !== status && status !== 'skipped' && status !== 'todo';
}

function report(run: vscode.TestRun, item: vscode.TestItem, test: RemoteTest): void {
  switch (test.status) {
    case 'passed':
      return run.passed(item, test.durationMs);
    case 'skipped':
    case 'todo':
      return run.skipped(item);
    case 'failed':
      return run.failed(item, messageOf(test, item), test.durationMs);
    case 'errored':
    case 'timed_out':
      return run.errored(item, messageOf(test, item), test.durationMs);
  }
}

function messageOf({ message, details, status, here }: RemoteTest, item: vscode.TestItem): vscode.TestMessage {
  const parts = [
    message ?? status.replace('_', ' '),
    details,
    here === null ? null : `When last run here it ${here.replace('_', ' ')}.`,
  ];
  const text = new vscode.TestMessage(parts.filter((part) => part !== null).join('\n\n'));
  if (item.uri !== undefined && item.range !== undefined) text.location = new vscode.Location(item.uri, item.range);
  return text;
}
