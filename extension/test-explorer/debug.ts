// Debugging one test: the agent says how its framework starts it, VS Code's debugger does it.
import * as vscode from 'vscode';
import type { DebuggerType } from '../../agent/protocol/test.ts';
import { debuggerExtensions, launchConfiguration } from './launch-configuration.ts';
import type { ItemSubject } from './test-items.ts';

export interface DebugRequest {
  readonly controller: vscode.TestController;
  readonly subject: ItemSubject;
  readonly item: vscode.TestItem;
  readonly request: vscode.TestRunRequest;
  readonly token: vscode.CancellationToken;
}

/** Resolves when the debugger has ended. The results are not recorded: a debugged test says nothing of its duration. */
export async function debugTest({ controller, subject, item, request, token }: DebugRequest): Promise<void> {
  const id = subject.testCase ?? subject.file;
  const run = controller.createTestRun(request);
  try {
    if (id === null) return;
    const client = await subject.repository.connection.ready();
    if (!client.ok) return run.appendOutput(`${client.failure.message}\r\n`);
    const command = await client.value.getDebugCommand({ id });
    if (!hasDebugger(command.type)) return await sayMissing(command.type, run);
    const name = `Noodle: ${item.label}`;
    const ended = sessionEnded(name);
    const hasStarted = await vscode.debug.startDebugging(
      vscode.workspace.getWorkspaceFolder(vscode.Uri.file(subject.repository.root)),
      launchConfiguration(name, command),
      { testRun: run },
    );
    if (!hasStarted) {
      ended.dispose();
      run.appendOutput('The debugger did not start.\r\n');
      return;
    }
    const cancelled = token.onCancellationRequested(() => void vscode.debug.stopDebugging());
    await ended.promise;
    cancelled.dispose();
  } catch (error) {
    run.appendOutput(`${error instanceof Error ? error.message : String(error)}\r\n`);
  } finally {
    run.end();
  }
}

/** Asked before it is used: VS Code's own answer to an unknown type is a dialog that names the type alone. */
function hasDebugger(type: DebuggerType): boolean {
  return vscode.extensions.all.some(({ packageJSON }) => {
    // What a manifest contributes was checked by VS Code when the extension was installed.
    const { contributes } = packageJSON as { contributes?: { debuggers?: readonly { type?: string }[] } };
    return contributes?.debuggers?.some((each) => each.type === type) === true;
  });
}

async function sayMissing(type: DebuggerType, run: vscode.TestRun): Promise<void> {
  const { name, id } = debuggerExtensions[type];
  const message = `Debugging this test needs ${name}, which is not installed.`;
  run.appendOutput(`${message}\r\n`);
  const show = 'Show Extension';
  // The run ends without waiting for an answer.
  void vscode.window.showInformationMessage(`Noodle: ${message}`, show).then((chosen) => {
    if (chosen === show) void vscode.commands.executeCommand('workbench.extensions.search', `@id:${id}`);
  });
}

function sessionEnded(name: string): { readonly promise: Promise<void>; dispose(): void } {
  const ended = Promise.withResolvers<void>();
  const subscription = vscode.debug.onDidTerminateDebugSession((session) => {
    if (session.name === name) ended.resolve();
  });
  return {
    promise: ended.promise.finally(() => subscription.dispose()),
    dispose: () => subscription.dispose(),
  };
}
