// What the agent is asked to run for what somebody chose in the Test Explorer.
import type * as vscode from 'vscode';
import type { TestId } from '../../agent/protocol/ids.ts';
import type { PlanRequest } from '../../agent/protocol/plan.ts';
import type { Repository } from '../repository.ts';
import type { ItemSubjects } from './test-items.ts';

export interface Choice {
  readonly controller: vscode.TestController;
  readonly subjects: ItemSubjects;
  readonly repository: Repository;
  /** What the profile means without a choice of items. */
  readonly whole: PlanRequest;
}

/** Null when nothing of the repository was chosen. */
export function planRequestOf(request: vscode.TestRunRequest, choice: Choice): PlanRequest | null {
  const { whole } = choice;
  if (request.include === undefined && (request.exclude ?? []).length === 0) return whole;
  // Coverage is recorded by file: whole files run instead of their cases.
  const chosen = chosenIds(request, choice, whole.coverage === true);
  const isOfImpacted = request.include === undefined && whole.all !== true && whole.failed !== true;
  const tests = isOfImpacted ? impactedAmong(chosen, choice.repository) : chosen;
  if (tests.length === 0) return null;
  return {
    tests,
    ...(whole.coverage === true ? { coverage: true } : {}),
    ...(whole.failed === true ? { failed: true } : {}),
  };
}

/** The files and cases that were chosen; of everything, where only what is left out was named. */
export function chosenIds(
  { include, exclude }: vscode.TestRunRequest,
  { controller, subjects, repository }: Pick<Choice, 'controller' | 'subjects' | 'repository'>,
  byFile = false,
): TestId[] {
  const excluded = new Set(exclude?.map((item) => item.id));
  const ids = new Set<TestId>();
  const collect = (item: vscode.TestItem) => {
    const subject = subjects.get(item);
    if (subject === undefined || subject.repository !== repository || excluded.has(item.id)) return;
    if (subject.testCase !== null) ids.add(byFile ? (subject.file ?? subject.testCase) : subject.testCase);
    else if (subject.file !== null && item.id === subject.file && !hasExcluded(item, excluded)) ids.add(subject.file);
    else item.children.forEach(collect);
  };
  (include ?? controller.items).forEach((item) => collect(item));
  return [...ids];
}

/** What the present change can affect, where something of it was hidden from the run. */
function impactedAmong(chosen: readonly TestId[], { state }: Repository): TestId[] {
  const planned = state.plan?.tests.map(({ id }) => id) ?? [];
  return chosen.filter((id) => planned.some((file) => id === file || id.startsWith(`${file} > `)));
}

function hasExcluded(item: vscode.TestItem, excluded: ReadonlySet<string>): boolean {
  if (excluded.size === 0) return false;
  let isFound = false;
  item.children.forEach((child) => {
    isFound ||= excluded.has(child.id) || hasExcluded(child, excluded);
  });
  return isFound;
}
