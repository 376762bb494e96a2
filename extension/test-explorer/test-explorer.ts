// The Test Explorer: one controller for the window, and the tests of each repository; none where the user wants none.
import * as vscode from 'vscode';
import type { Framework } from '../../agent/protocol/test.ts';
import type { CommandSurroundings } from '../commands/register-command.ts';
import { editorSettings, testControllerId } from '../ids.ts';
import type { Repository } from '../repository.ts';
import { modeOf, shownElsewhere, type Others } from './explorer-mode.ts';
import { createProfiles, type Explored } from './profiles.ts';
import { openRemoteTests } from './remote-tests.ts';
import { registerRelatedCommands } from './related-commands.ts';
import { RepositoryTests } from './repository-tests.ts';
import { registerTestHover } from './test-hover.ts';
import { TestItems, type ItemSubjects } from './test-items.ts';

export function registerTestExplorer(surroundings: CommandSurroundings): void {
  const { extension, repositories } = surroundings;
  let open: OpenExplorer | null = null;
  const follow = () => {
    const isOff = modeOf(vscode.workspace.getConfiguration().get(editorSettings.testExplorerMode)) === 'off';
    if (isOff) open?.dispose();
    open = isOff ? null : (open ?? openExplorer(surroundings));
    open?.refresh();
  };
  follow();
  registerRelatedCommands(surroundings);
  registerTestHover(extension, repositories, (repository) => open?.itemsOf(repository) ?? null);
  extension.subscriptions.push(
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (followedSettings.some((setting) => event.affectsConfiguration(setting))) follow();
    }),
    vscode.extensions.onDidChange(follow),
    { dispose: () => open?.dispose() },
  );
}

/** Ours, and those by which other extensions show tests or do not. */
const followedSettings = [
  editorSettings.testExplorerMode,
  'python.testing',
  'go.testExplorer',
  'rust-analyzer',
  'cmake.ctest',
];

interface OpenExplorer extends vscode.Disposable {
  itemsOf(repository: Repository): TestItems | null;
  /** Shows the tests that are ours to show now. */
  refresh(): void;
}

function openExplorer(surroundings: CommandSurroundings): OpenExplorer {
  const { repositories, log } = surroundings;
  const controller = vscode.tests.createTestController(testControllerId, 'Noodle');
  const subjects: ItemSubjects = new WeakMap();
  const explored = new Map<Repository, Explored>();
  const isShown = shownHere(log);
  const add = (repository: Repository) => {
    const items = new TestItems({ controller, subjects, repository });
    explored.set(repository, { items, tests: new RepositoryTests({ controller, items, repository, log, isShown }) });
  };
  const remove = (repository: Repository) => {
    explored.get(repository)?.tests.dispose();
    explored.delete(repository);
  };
  repositories.all.forEach(add);
  controller.resolveHandler = async (item) => {
    const repository = item === undefined ? undefined : subjects.get(item)?.repository;
    if (item !== undefined && repository !== undefined) await explored.get(repository)?.tests.resolve(item);
  };
  controller.refreshHandler = async () => {
    await Promise.all([...explored.values()].map(({ tests }) => tests.refresh()));
  };
  createProfiles({ controller, subjects, explored });
  const subscriptions = [
    ...followDocuments(surroundings, explored),
    repositories.onAdded(add),
    repositories.onRemoved(remove),
    openRemoteTests(surroundings),
  ];
  return {
    itemsOf: (repository) => explored.get(repository)?.items ?? null,
    refresh() {
      for (const { tests } of explored.values())
        tests.list().catch((error: unknown) => log.error('tests', String(error)));
    },
    dispose() {
      subscriptions.forEach((subscription) => subscription.dispose());
      [...explored.keys()].forEach(remove);
      controller.dispose();
    },
  };
}

/** The cases of a test file are there when it is looked at. */
function followDocuments(
  { repositories }: CommandSurroundings,
  explored: ReadonlyMap<Repository, Explored>,
): vscode.Disposable[] {
  const look = (document: vscode.TextDocument | undefined) => {
    const repository = document === undefined ? null : repositories.of(document.uri);
    if (document === undefined || repository === null) return;
    explored
      .get(repository)
      ?.tests.resolveDocument(document.uri)
      .catch(() => {});
  };
  return [
    vscode.window.onDidChangeActiveTextEditor((editor) => look(editor?.document)),
    vscode.workspace.onDidSaveTextDocument(look),
  ];
}

/** Asked anew each time: extensions come and go. The log says once who shows what instead. */
function shownHere(log: vscode.LogOutputChannel): (framework: Framework) => boolean {
  const told = new Set<Framework>();
  const others: Others = {
    isInstalled: (id) => vscode.extensions.getExtension(id) !== undefined,
    setting: (name) => vscode.workspace.getConfiguration().get(name),
  };
  return (framework) => {
    const mode = modeOf(others.setting(editorSettings.testExplorerMode));
    const elsewhere = shownElsewhere(mode, framework, others);
    if (elsewhere !== null && !told.has(framework)) {
      told.add(framework);
      log.info(
        `${framework}: ${elsewhere} shows these tests in the Test Explorer (${editorSettings.testExplorerMode})`,
      );
    }
    return elsewhere === null;
  };
}
