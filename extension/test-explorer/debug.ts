// Debugging one test: the agent says how its framework starts it, VS Code's debugger does it.
import * as vscode from 'vscode';
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
    const name = `Noodle: ${item.label}`;
    const ended = sessionEnded(name);
    const hasStarted = await vscode.debug.startDebugging(
      vscode.workspace.getWorkspaceFolder(vscode.Uri.file(subject.repository.root)),
      launchConfiguration(name, command),
      { testRun: run },
    );
    if (!hasStarted) {
      ended.dispose();
      run.appendOutput(`The debugger is not installed: ${debuggerExtensions[command.type]}.\r\n`);
      return;
    }
    const cancelled = token.onCancellationRequested(() => void vscode.debug.stopDebugging());
    await ended.promise;
    cancelled.dispose();
  } finally {
    run.end();
  }
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
