// What the agent says of debugging, as VS Code's debuggers want it.
import type { DebugConfiguration } from 'vscode';
import type { DebuggerType } from '../../agent/protocol/test.ts';

export interface DebugCommand {
  readonly type: DebuggerType;
  readonly program: string;
  readonly arguments: readonly string[];
  readonly runtimeArguments: readonly string[];
  readonly cargo?: readonly string[] | undefined;
  readonly classPaths?: readonly string[] | undefined;
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
}

export function launchConfiguration(name: string, command: DebugCommand): DebugConfiguration {
  const { type, cwd, environment } = command;
  const shared = { type, name, request: 'launch', args: [...command.arguments], cwd, env: { ...environment } };
  return { ...shared, console: 'internalConsole', ...programOf(command) };
}

function programOf({ type, program, runtimeArguments, cargo, classPaths }: DebugCommand): Record<string, unknown> {
  switch (type) {
    case 'node':
      return { program, runtimeArgs: [...runtimeArguments] };
    case 'debugpy':
      return { program, pythonArgs: [...runtimeArguments], justMyCode: false };
    case 'go':
      return { program, mode: 'test' };
    case 'lldb':
      return cargo === undefined ? { program } : { cargo: { args: [...cargo] } };
    case 'java':
      return { mainClass: program, classPaths: [...(classPaths ?? ['$Auto'])] };
  }
}

/** The extension that brings a debugger of each type. */
export const debuggerExtensions: Readonly<Record<DebuggerType, { readonly name: string; readonly id: string }>> = {
  node: { name: 'the JavaScript debugger that comes with VS Code', id: 'ms-vscode.js-debug' },
  debugpy: { name: 'the extension Python Debugger', id: 'ms-python.debugpy' },
  go: { name: 'the extension Go', id: 'golang.go' },
  lldb: { name: 'the extension CodeLLDB', id: 'vadimcn.vscode-lldb' },
  java: { name: 'the extension Debugger for Java', id: 'vscjava.vscode-java-debug' },
};
