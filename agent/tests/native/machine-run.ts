// Runs a program that reports on its standard output, a line at a time.
import { createLineSplitter } from '../../platform/line-splitter.ts';
import type { ProcessExit, ProcessSpec } from '../../platform/processes.ts';
import type { BatchContext } from '../adapter.ts';
import { plainText } from '../javascript/failure-text.ts';

/** Characters of a line that are kept, where nothing else is said. */
const usualLine = 1024 * 1024;
const keptErrors = 64 * 1024;

export interface MachineRun extends Pick<ProcessSpec, 'command' | 'args' | 'cwd' | 'environment' | 'endSignal'> {
  readonly onLine: (line: string) => void;
  /** Characters of a line that are kept. */
  readonly longestLine?: number;
}

/** Resolves with how it ended and the end of what it printed as errors. */
export async function runMachine(
  run: MachineRun,
  context: BatchContext,
): Promise<{ readonly exit: ProcessExit; readonly errors: string }> {
  const { onLine, longestLine = usualLine, ...spec } = run;
  const lines = createLineSplitter(onLine, longestLine);
  let errors = '';
  const exit = await context.run({
    ...spec,
    isStdoutReport: true,
    onStdout: (text) => lines.push(text),
    onStderr(text) {
      errors = (errors + text).slice(-keptErrors);
    },
  });
  lines.end();
  return { exit, errors: plainText(errors) };
}

/** The value of a line of JSON; undefined for any other line. */
export function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
