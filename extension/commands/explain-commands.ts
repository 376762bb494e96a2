// Commands that answer why.
import * as vscode from 'vscode';
import { commandIds, viewIds } from '../ids.ts';
import { explanationMarkdown } from './explanation-markdown.ts';
import { withLateProgress } from './progress.ts';
import { registerCommand, unwrap, type CommandSurroundings } from './register-command.ts';

export function registerExplainCommands(surroundings: CommandSurroundings): void {
  const { repositories, documents } = surroundings;
  const explain = async (subject: string) => {
    const { client } = unwrap(await repositories.client());
    const { explanations } = await withLateProgress('looking for the reason', client.explain({ subject }));
    await documents.show(`Why ${nameOf(subject)}.md`, explanationMarkdown(explanations));
  };
  registerCommand(surroundings, commandIds.showPlan, () => vscode.commands.executeCommand(`${viewIds.plan}.focus`));
  registerCommand(surroundings, commandIds.explainItem, (item) => explain(subjectOf(item)));
  registerCommand(surroundings, commandIds.explain, async (argument) => {
    const named = typeof argument === 'string' ? argument : testItemId(argument);
    const subject = named ?? (await pickSubject(surroundings, testsOf(argument)));
    if (subject !== undefined) await explain(subject);
  });
  registerCommand(surroundings, commandIds.whySkipped, async () => {
    const { client } = unwrap(await repositories.client());
    const { skipped } = await withLateProgress('planning', client.makePlan({}));
    if (skipped.files.length === 0) {
      await vscode.window.showInformationMessage('Noodle: the present plan leaves nothing out.');
      return;
    }
    const placeHolder = `${skipped.files.length} test files are left out of the present plan`;
    const chosen = await vscode.window.showQuickPick(skipped.files, { title: 'Why was this skipped?', placeHolder });
    if (chosen !== undefined) await explain(chosen);
  });
}

/** The file or case that an item of the Test Explorer stands for; null for folders, suites and everything else. */
export function testItemId(argument: unknown): string | null {
  if (typeof argument !== 'object' || argument === null || !('id' in argument) || !('uri' in argument)) return null;
  const id = String(argument.id);
  return id.startsWith('suite:') || id.startsWith('folder:') ? null : id;
}

/** The tests that a code lens is about; null when the command was called from elsewhere. */
function testsOf(argument: unknown): ReadonlySet<string> | null {
  if (typeof argument !== 'object' || argument === null || !('tests' in argument) || !Array.isArray(argument.tests))
    return null;
  return new Set(argument.tests.map(String));
}

/** Among all tests and targets, or among `tests` alone; a single one needs no question. */
async function pickSubject(
  { repositories }: CommandSurroundings,
  tests: ReadonlySet<string> | null,
): Promise<string | undefined> {
  const [first] = tests ?? [];
  if (tests?.size === 1) return first;
  const { repository, client } = unwrap(await repositories.client());
  const [{ files }, { targets }] = await withLateProgress(
    'looking for tests',
    Promise.all([client.listTests({}), client.listTargets({})]),
  );
  const active = vscode.window.activeTextEditor?.document.uri.fsPath;
  const items = [
    ...targets.map((target) => ({ label: target.id, description: 'build target', subject: target.id })),
    ...files.map((file) => ({ label: file.file, description: file.framework, subject: file.id })),
  ];
  const isActive = (label: string) =>
    active !== undefined && active === vscode.Uri.joinPath(vscode.Uri.file(repository.root), label).fsPath;
  const offered = tests === null ? items : items.filter(({ subject }) => tests.has(subject));
  const sorted = offered.toSorted((a, b) => Number(isActive(b.label)) - Number(isActive(a.label)));
  const placeHolder = 'Why was it selected, skipped, built or ordered where it was?';
  const chosen = await vscode.window.showQuickPick(sorted, {
    title: 'Explain a test or target',
    placeHolder,
    matchOnDescription: true,
  });
  return chosen?.subject;
}

function subjectOf(item: unknown): string {
  const subject = typeof item === 'object' && item !== null && 'subject' in item ? item.subject : null;
  if (typeof subject === 'object' && subject !== null) {
    if ('test' in subject) return String(subject.test);
    if ('target' in subject) return String(subject.target);
  }
  return String(item);
}

/** The last part of an id, which is short enough for a tab. */
function nameOf(subject: string): string {
  const title = subject.split(' > ').at(-1) ?? subject;
  return title.split('/').at(-1) ?? title;
}
