// Runs inside VS Code's extension host: mocha over the suites of this folder. Bundled to one CommonJS file.
import { writeFile } from 'node:fs/promises';
import Mocha from 'mocha';
import * as vscode from 'vscode';
import { describeExtension } from './extension.suite.ts';

/** Called by VS Code's test runner; rejects when a test fails, which makes the host leave with an error. */
export async function run(): Promise<void> {
  const failures = await runSuites();
  if (failures.length > 0) throw new Error(failures.join('\n'));
}

/** Called where the suites are installed as an extension: the outcome goes to a file, and the status bar says so. */
export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const failures = await runSuites();
  const file = process.env['TEST_EXTENSION_HOST_RESULT'];
  if (file !== undefined) await writeFile(file, JSON.stringify(failures));
  const item = vscode.window.createStatusBarItem(vscode.StatusBarAlignment.Right);
  item.text = 'extension host tests ended';
  item.show();
  context.subscriptions.push(item);
}

/** Resolves with a line for each failure. */
async function runSuites(): Promise<string[]> {
  const mocha = new Mocha({ ui: 'bdd', timeout: 60_000 });
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  describeExtension();
  const failures: string[] = [];
  await new Promise<void>((resolve) => {
    const runner = mocha.run(() => resolve());
    runner.on('fail', (test, error: Error) => failures.push(`${test.fullTitle()}: ${error.message}`));
  });
  return failures;
}
