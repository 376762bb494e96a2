// Debugging one test: the agent says how its framework starts it, VS Code's debugger does it.
import * as vscode from 'vscode';
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
    const {
      type,
      program,
      arguments: args,
      runtimeArguments,
      cwd,
      environment,
    } = await client.value.getDebugCommand({ id });
    const name = `Noodle: ${item.label}`;
    const runtime =
      type === 'node' ? { runtimeArgs: runtimeArguments } : { pythonArgs: runtimeArguments, justMyCode: false };
    const configuration = {
      type,
      name,
      request: 'launch',
      program,
      args,
      cwd,
      env: environment,
      console: 'internalConsole',
      ...runtime,
    };
    const ended = sessionEnded(name);
    const hasStarted = await vscode.debug.startDebugging(
      vscode.workspace.getWorkspaceFolder(vscode.Uri.file(subject.repository.root)),
      configuration,
      { testRun: run },
    );
    if (!hasStarted) {
      ended.dispose();
      run.appendOutput(`No debugger for '${type}' is installed.\r\n`);
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
