// Commands that answer why.
import * as vscode from 'vscode';
import type { Explanation } from '../../agent/protocol/explanation.ts';
import { commandIds, viewIds } from '../ids.ts';
import { registerCommand, unwrap, type CommandSurroundings } from './register-command.ts';

export function registerExplainCommands(surroundings: CommandSurroundings): void {
  const { repositories } = surroundings;
  const explain = async (subject: string) => {
    const { client } = unwrap(await repositories.client());
    const { explanations } = await client.explain({ subject });
    await showText(explanationMarkdown(explanations));
  };
  registerCommand(surroundings, commandIds.showPlan, () => vscode.commands.executeCommand(`${viewIds.plan}.focus`));
  registerCommand(surroundings, commandIds.explainItem, (item) => explain(subjectOf(item)));
  registerCommand(surroundings, commandIds.explain, async (argument) => {
    const subject = typeof argument === 'string' ? argument : await pickSubject(surroundings, testsOf(argument));
    if (subject !== undefined) await explain(subject);
  });
  registerCommand(surroundings, commandIds.whySkipped, async () => {
    const { client } = unwrap(await repositories.client());
    const { skipped } = await client.makePlan({});
    const chosen = await vscode.window.showQuickPick(skipped.files, { title: 'Why was this skipped?', placeHolder: `${skipped.files.length} test files are left out of the present plan` });
    if (chosen !== undefined) await explain(chosen);
  });
}

/** The tests that a code lens is about; null when the command was called from elsewhere. */
function testsOf(argument: unknown): ReadonlySet<string> | null {
  if (typeof argument !== 'object' || argument === null || !('tests' in argument) || !Array.isArray(argument.tests)) return null;
  return new Set(argument.tests.map(String));
}

/** Among all tests and targets, or among `tests` alone; a single one needs no question. */
async function pickSubject({ repositories }: CommandSurroundings, tests: ReadonlySet<string> | null): Promise<string | undefined> {
  const [first] = tests ?? [];
  if (tests?.size === 1) return first;
  const { repository, client } = unwrap(await repositories.client());
  const [{ files }, { targets }] = await Promise.all([client.listTests({}), client.listTargets({})]);
  const active = vscode.window.activeTextEditor?.document.uri.fsPath;
  const items = [
    ...targets.map((target) => ({ label: target.id, description: 'build target', subject: target.id })),
    ...files.map((file) => ({ label: file.file, description: file.framework, subject: file.id })),
  ];
  const isActive = (label: string) => active !== undefined && active === vscode.Uri.joinPath(vscode.Uri.file(repository.root), label).fsPath;
  const offered = tests === null ? items : items.filter(({ subject }) => tests.has(subject));
  const sorted = offered.toSorted((a, b) => Number(isActive(b.label)) - Number(isActive(a.label)));
  const chosen = await vscode.window.showQuickPick(sorted, { title: 'Explain a test or target', placeHolder: 'Why was it selected, skipped, built or ordered where it was?' });
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

/** The explanations as a Markdown text. */
export function explanationMarkdown(explanations: readonly Explanation[]): string {
  return explanations
    .map(({ subject, decision, summary, path, facts, at, executionId }) => {
      const way = path.length === 0 ? [] : ['', path.map((node) => `\`${node}\``).join(' → ')];
      const when = at === null ? [] : ['', `Decided ${new Date(at).toLocaleString()} in \`${executionId ?? 'the present plan'}\`.`];
      return [`# ${subject}`, '', `**${decision}**: ${summary}`, ...way, '', ...facts.map((fact) => `- ${fact}`), ...when, ''].join('\n');
    })
    .join('\n');
}

async function showText(content: string): Promise<void> {
  const document = await vscode.workspace.openTextDocument({ content, language: 'markdown' });
  await vscode.window.showTextDocument(document, { preview: true });
}
