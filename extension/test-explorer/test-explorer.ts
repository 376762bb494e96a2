// The Test Explorer: one controller for the window, its profiles, and the tests of each repository.
import * as vscode from 'vscode';
import type { TestId } from '../../agent/protocol/ids.ts';
import type { PlanRequest } from '../../agent/protocol/plan.ts';
import type { CommandSurroundings } from '../commands/register-command.ts';
import { testControllerId } from '../ids.ts';
import type { Repository } from '../repository.ts';
import { loadsCoverage } from './coverage.ts';
import { debugTest } from './debug.ts';
import { RepositoryTests } from './repository-tests.ts';
import { registerTestHover } from './test-hover.ts';
import { TestItems, type ItemSubjects } from './test-items.ts';

interface Explored {
  readonly items: TestItems;
  readonly tests: RepositoryTests;
}

interface Explorer {
  readonly controller: vscode.TestController;
  readonly subjects: ItemSubjects;
  readonly explored: ReadonlyMap<Repository, Explored>;
}

export function registerTestExplorer({ extension, repositories, log }: CommandSurroundings): void {
  const controller = vscode.tests.createTestController(testControllerId, 'Noodle');
  const subjects: ItemSubjects = new WeakMap();
  const explored = new Map<Repository, Explored>();
  const add = (repository: Repository) => {
    const items = new TestItems({ controller, subjects, repository });
    explored.set(repository, { items, tests: new RepositoryTests({ controller, items, repository, log }) });
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
  registerTestHover(extension, repositories, (repository) => explored.get(repository)?.items ?? null);
  const look = (document: vscode.TextDocument | undefined) => {
    const repository = document === undefined ? null : repositories.of(document.uri);
    if (document !== undefined && repository !== null)
      explored
        .get(repository)
        ?.tests.resolveDocument(document.uri)
        .catch(() => {});
  };
  extension.subscriptions.push(
    controller,
    vscode.window.onDidChangeActiveTextEditor((editor) => look(editor?.document)),
    vscode.workspace.onDidSaveTextDocument(look),
    repositories.onAdded(add),
    repositories.onRemoved((repository) => {
      explored.get(repository)?.tests.dispose();
      explored.delete(repository);
    }),
  );
}

function createProfiles(explorer: Explorer): void {
  const { controller } = explorer;
  const continuous = new Set<vscode.CancellationToken>();
  const profile = (label: string, whole: PlanRequest, isDefault: boolean, kind = vscode.TestRunProfileKind.Run) => {
    const handler = async (request: vscode.TestRunRequest, token: vscode.CancellationToken) => {
      if (request.continuous === true) await followContinuously(explorer, continuous, token);
      else await runOnce(explorer, { request, whole, token });
    };
    return controller.createRunProfile(label, kind, handler, isDefault);
  };
  profile('Run Impacted', {}, true).supportsContinuousRun = true;
  profile('Run All', { all: true }, false);
  profile('Run Failed', { failed: true }, false);
  loadsCoverage(profile('Coverage', { all: true, coverage: true }, true, vscode.TestRunProfileKind.Coverage));
  controller.createRunProfile(
    'Debug',
    vscode.TestRunProfileKind.Debug,
    (request, token) => debugAll(explorer, request, token),
    true,
  );
}

/** One after the other: a debugger shows one program at a time. */
async function debugAll(
  { controller, subjects }: Explorer,
  request: vscode.TestRunRequest,
  token: vscode.CancellationToken,
): Promise<void> {
  for (const item of request.include ?? []) {
    const subject = subjects.get(item);
    if (subject !== undefined && !token.isCancellationRequested)
      await debugTest({ controller, subject, item, request, token });
  }
}

/** Runs at every change until the user ends it; several continuous requests are one for the agent. */
async function followContinuously(
  { explored }: Explorer,
  continuous: Set<vscode.CancellationToken>,
  token: vscode.CancellationToken,
): Promise<void> {
  continuous.add(token);
  token.onCancellationRequested(() => {
    continuous.delete(token);
    if (continuous.size === 0) for (const { tests } of explored.values()) tests.watch(false).catch(() => {});
  });
  if (continuous.size === 1) await Promise.all([...explored.values()].map(({ tests }) => tests.watch(true)));
}

interface Wanted {
  readonly request: vscode.TestRunRequest;
  /** What the profile means without a choice of items. */
  readonly whole: PlanRequest;
  readonly token: vscode.CancellationToken;
}

async function runOnce({ explored, subjects }: Explorer, { request, whole, token }: Wanted): Promise<void> {
  const runs = [...explored].flatMap(([repository, { tests }]) => {
    const chosen = isWhole(request) ? whole : requestOf(request, { subjects, repository, byFile: whole.coverage === true });
    const planRequest = chosen !== null && whole.coverage === true ? { ...chosen, coverage: true } : chosen;
    return planRequest === null ? [] : [tests.run(planRequest, request, token)];
  });
  await Promise.all(runs);
}

function isWhole({ include, exclude }: vscode.TestRunRequest): boolean {
  return include === undefined && (exclude ?? []).length === 0;
}

interface Choice {
  readonly subjects: ItemSubjects;
  readonly repository: Repository;
  /** Whole files instead of their cases: coverage is recorded by file. */
  readonly byFile: boolean;
}

/** The chosen items of one repository; null when nothing of it was chosen. */
function requestOf(
  { include, exclude }: vscode.TestRunRequest,
  { subjects, repository, byFile }: Choice,
): PlanRequest | null {
  const excluded = new Set(exclude?.map((item) => item.id));
  const ids = new Set<TestId>();
  const collect = (item: vscode.TestItem) => {
    const subject = subjects.get(item);
    if (subject === undefined || subject.repository !== repository || excluded.has(item.id)) return;
    if (subject.testCase !== null) ids.add(byFile ? (subject.file ?? subject.testCase) : subject.testCase);
    else if (subject.file !== null && item.id === subject.file && !hasExcluded(item, excluded)) ids.add(subject.file);
    else item.children.forEach(collect);
  };
  include?.forEach(collect);
  return ids.size === 0 ? null : { tests: [...ids] };
}

function hasExcluded(item: vscode.TestItem, excluded: ReadonlySet<string>): boolean {
  let isFound = false;
  item.children.forEach((child) => {
    isFound ||= excluded.has(child.id) || hasExcluded(child, excluded);
  });
  return isFound;
}
