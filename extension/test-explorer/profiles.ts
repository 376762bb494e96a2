// The profiles of the Test Explorer: impacted, all, failed, coverage, debug, and what is followed continuously.
import * as vscode from 'vscode';
import type { PlanRequest } from '../../agent/protocol/plan.ts';
import type { TestId } from '../../agent/protocol/ids.ts';
import type { Repository } from '../repository.ts';
import { loadsCoverage } from './coverage.ts';
import { debugTest } from './debug.ts';
import type { RepositoryTests } from './repository-tests.ts';
import { chosenIds, planRequestOf } from './run-requests.ts';
import type { ItemSubjects, TestItems } from './test-items.ts';

export interface Explored {
  readonly items: TestItems;
  readonly tests: RepositoryTests;
}

export interface Explorer {
  readonly controller: vscode.TestController;
  readonly subjects: ItemSubjects;
  readonly explored: ReadonlyMap<Repository, Explored>;
}

export function createProfiles(explorer: Explorer): void {
  const { controller } = explorer;
  const continuous = new Set<vscode.CancellationToken>();
  const profile = (label: string, whole: PlanRequest, isDefault: boolean, kind = vscode.TestRunProfileKind.Run) => {
    const handler = async (request: vscode.TestRunRequest, token: vscode.CancellationToken) => {
      if (request.continuous !== true) await runOnce(explorer, { request, whole, token });
      else if (request.include === undefined) await followEverything(explorer, continuous, token);
      else followChosen(explorer, request, token);
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

/** One after the other: a debugger shows one program at a time. Without a choice every test file is meant. */
async function debugAll(
  { controller, subjects }: Explorer,
  request: vscode.TestRunRequest,
  token: vscode.CancellationToken,
): Promise<void> {
  const chosen = request.include === undefined ? [...controller.items].map(([, item]) => item) : [...request.include];
  for (const item of chosen.flatMap((each) => debuggable(each, subjects))) {
    const subject = subjects.get(item);
    if (subject !== undefined && !token.isCancellationRequested)
      await debugTest({ controller, subject, item, request, token });
  }
}

/** A file or case itself; of a folder or suite what is below it. */
function debuggable(item: vscode.TestItem, subjects: ItemSubjects): vscode.TestItem[] {
  const subject = subjects.get(item);
  if (subject === undefined || subject.testCase !== null || subject.file === item.id) return [item];
  return [...item.children].flatMap(([, child]) => debuggable(child, subjects));
}

/** Runs at every change until the user ends it; several continuous requests are one for the agent. */
async function followEverything(
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

/** Runs what was chosen whenever a change reaches it; a newer change takes the place of the run before. */
function followChosen(explorer: Explorer, request: vscode.TestRunRequest, token: vscode.CancellationToken): void {
  for (const [repository, { tests }] of explorer.explored) {
    let last = new vscode.CancellationTokenSource();
    const run = (outdated: ReadonlySet<TestId>) => {
      const chosen = chosenIds(request, { ...explorer, repository });
      const reached = chosen.filter((id) => [...outdated].some((file) => id === file || id.startsWith(`${file} > `)));
      if (reached.length === 0) return;
      last.cancel();
      last = new vscode.CancellationTokenSource();
      tests.run({ tests: reached }, request, last.token).catch(() => {});
    };
    const following = tests.follow(run);
    token.onCancellationRequested(() => {
      following.dispose();
      last.cancel();
    });
  }
}

interface Wanted {
  readonly request: vscode.TestRunRequest;
  /** What the profile means without a choice of items. */
  readonly whole: PlanRequest;
  readonly token: vscode.CancellationToken;
}

async function runOnce(explorer: Explorer, { request, whole, token }: Wanted): Promise<void> {
  const runs = [...explorer.explored].flatMap(([repository, { tests }]) => {
    const planRequest = planRequestOf(request, { ...explorer, repository, whole });
    return planRequest === null ? [] : [tests.run(planRequest, request, token)];
  });
  await Promise.all(runs);
}
