// The Test Explorer: one controller for the window, its profiles, and the tests of each repository.
import * as vscode from 'vscode';
import type { TestId } from '../../agent/protocol/ids.ts';
import type { PlanRequest } from '../../agent/protocol/plan.ts';
import type { CommandSurroundings } from '../commands/register-command.ts';
import { testControllerId } from '../ids.ts';
import type { Repository } from '../repository.ts';
import { debugTest } from './debug.ts';
import { RepositoryTests } from './repository-tests.ts';
import { TestItems } from './test-items.ts';

export function registerTestExplorer({ extension, repositories, log }: CommandSurroundings): void {
  const controller = vscode.tests.createTestController(testControllerId, 'Noodle');
  const items = new TestItems(controller);
  const tests = new Map<Repository, RepositoryTests>();
  const add = (repository: Repository) => tests.set(repository, new RepositoryTests({ controller, items, repository, log }));
  repositories.all.forEach(add);
  controller.resolveHandler = (item) => {
    if (item !== undefined) items.resolve(item);
  };
  controller.refreshHandler = async () => {
    for (const repository of repositories.all) await repository.refresh();
  };
  createProfiles(controller, items, tests);
  extension.subscriptions.push(
    controller,
    repositories.onAdded(add),
    repositories.onRemoved((repository) => {
      tests.get(repository)?.dispose();
      tests.delete(repository);
    }),
  );
}

type TestsByRepository = ReadonlyMap<Repository, RepositoryTests>;

function createProfiles(controller: vscode.TestController, items: TestItems, tests: TestsByRepository): void {
  const profile = (label: string, whole: PlanRequest, isDefault: boolean) => {
    const handler = async (request: vscode.TestRunRequest, token: vscode.CancellationToken) => {
      if (request.continuous === true) return await followContinuously(tests, token);
      const wanted = [...tests].flatMap(([repository, own]) => {
        const planRequest = requestFor(items, { request, repository, whole });
        return planRequest === null ? [] : [own.run(planRequest, request, token)];
      });
      await Promise.all(wanted);
    };
    return controller.createRunProfile(label, vscode.TestRunProfileKind.Run, handler, isDefault);
  };
  profile('Run Impacted', {}, true).supportsContinuousRun = true;
  profile('Run All', { all: true }, false);
  profile('Run Failed', { failed: true }, false);
  controller.createRunProfile(
    'Debug',
    vscode.TestRunProfileKind.Debug,
    async (request, token) => {
      for (const item of request.include ?? []) await debugTest({ controller, items, item, request, token });
    },
    true,
  );
}

/** Runs at every change until the user ends it; several continuous requests are one for the agent. */
async function followContinuously(tests: TestsByRepository, token: vscode.CancellationToken): Promise<void> {
  await Promise.all([...tests.values()].map((own) => own.watch(true)));
  token.onCancellationRequested(() => {
    for (const own of tests.values()) void own.watch(false);
  });
}

interface Wanted {
  readonly request: vscode.TestRunRequest;
  readonly repository: Repository;
  /** What the profile means without a choice of items. */
  readonly whole: PlanRequest;
}

/** Null when nothing of the repository was chosen. */
function requestFor(items: TestItems, { request, repository, whole }: Wanted): PlanRequest | null {
  if (request.include === undefined && (request.exclude ?? []).length === 0) return whole;
  const excluded = new Set(request.exclude?.map((item) => item.id));
  const ids = new Set<TestId>();
  const collect = (item: vscode.TestItem) => {
    const subject = items.subjectOf(item);
    if (subject === null || subject.repository !== repository || excluded.has(item.id)) return;
    if (subject.testCase !== null) ids.add(subject.testCase);
    else if (subject.file !== null && item.id === subject.file && !hasExcluded(item, excluded)) ids.add(subject.file);
    else item.children.forEach(collect);
  };
  request.include?.forEach(collect);
  return ids.size === 0 ? null : { tests: [...ids] };
}

function hasExcluded(item: vscode.TestItem, excluded: ReadonlySet<string>): boolean {
  let isFound = false;
  item.children.forEach((child) => {
    isFound ||= excluded.has(child.id) || hasExcluded(child, excluded);
  });
  return isFound;
}
