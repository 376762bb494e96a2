// Reads the messages of the Python runners (runners/noodle_channel.py tells their shapes).
import { z } from 'zod';
import type { ProcessExit } from '../../platform/processes.ts';
import type { RepoPath } from '../../protocol/ids.ts';
import { TestStatus } from '../../protocol/test.ts';
import type { BatchContext, BatchOutcome, ReportedResult } from '../adapter.ts';
import { relativeTo } from './python-configuration.ts';

const Place = z.object({ file: z.string(), line: z.int().positive() });

const Message = z.discriminatedUnion('type', [
  z.object({ type: z.literal('started'), file: z.string() }),
  z.object({ type: z.literal('finished'), file: z.string() }),
  z.object({ type: z.literal('listed'), file: z.string() }),
  z.object({ type: z.literal('at'), file: z.string().nullable() }),
  z.object({ type: z.literal('missing'), message: z.string() }),
  z.object({ type: z.literal('done') }),
  z.object({
    type: z.literal('result'),
    file: z.string(),
    titlePath: z.array(z.string()),
    status: TestStatus,
    durationMs: z.number().nonnegative(),
    message: z.string().optional(),
    expected: z.string().optional(),
    actual: z.string().optional(),
    stack: z.string().optional(),
    failureAt: Place.optional(),
    declaredAt: Place.optional(),
    output: z.string().optional(),
    retries: z.int().positive().optional(),
  }),
]);
type Result = Extract<z.infer<typeof Message>, { type: 'result' }>;

export interface PythonReport {
  /** Takes one line of the report channel; what is no message of ours is passed over. */
  readonly line: (line: string) => void;
  /** What the runner said is not installed, or null. */
  missing(): string | null;
  failures(): number;
  /** The file that was being loaded when nothing more was told. */
  loading(): RepoPath | null;
  /** Whether the runner came to its end: a test may end the process, even with 0. */
  isDone(): boolean;
}

/** A reader that passes results on to `context` and listed files to `onListed`. */
export function readPythonReport(context: BatchContext, onListed: (file: RepoPath) => void): PythonReport {
  let missing: string | null = null;
  let failures = 0;
  let isDone = false;
  let loading: RepoPath | null = null;
  const act = (message: z.infer<typeof Message>) => {
    if (message.type === 'missing') {
      missing = message.message;
      return;
    }
    if (message.type === 'done') {
      isDone = true;
      return;
    }
    const file = message.file === null ? null : relativeTo(context.root, message.file);
    if (message.type === 'at') loading = file;
    if (file === null || message.type === 'at') return;
    if (message.type === 'started') context.fileStarted(file);
    else if (message.type === 'finished') context.fileFinished(file);
    else if (message.type === 'listed') onListed(file);
    else {
      if (message.status === 'failed' || message.status === 'errored') failures++;
      context.report(resultOf(message, file, context.root));
    }
  };
  return {
    line(line) {
      const message = parse(line);
      if (message !== null) act(message);
    },
    missing: () => missing,
    failures: () => failures,
    isDone: () => isDone,
    loading: () => loading,
  };
}

/** What comes of a process that a test, or the system, ended before its tests had: also where it ended with 0. */
export function endedEarly(
  name: string,
  { exitCode, signalName }: Pick<ProcessExit, 'exitCode' | 'signalName'>,
  output: string,
): BatchOutcome {
  const how = signalName === null ? `exited with ${exitCode}` : `was ended by ${signalName}`;
  const shown = output.trim().slice(-1500);
  return {
    state: 'broken',
    message: `${name} ${how} before its tests had ended${shown === '' ? '' : `:\n${shown}`}`,
    exitCode,
  };
}

function parse(line: string): z.infer<typeof Message> | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  const parsed = Message.safeParse(value);
  return parsed.success ? parsed.data : null;
}

function resultOf(message: Result, file: RepoPath, root: string): ReportedResult {
  const failureAt = placeOf(message.failureAt, root);
  const declaredAt = placeOf(message.declaredAt, root);
  return {
    file,
    titlePath: message.titlePath,
    status: message.status,
    durationMs: message.durationMs,
    ...(message.message === undefined ? {} : { message: message.message }),
    ...(message.expected === undefined ? {} : { expected: message.expected }),
    ...(message.actual === undefined ? {} : { actual: message.actual }),
    ...(message.stack === undefined ? {} : { stack: message.stack }),
    ...(message.output === undefined ? {} : { output: message.output }),
    ...(message.retries === undefined ? {} : { retries: message.retries }),
    ...(failureAt === null ? {} : { failureAt }),
    ...(declaredAt === null ? {} : { declaredAt }),
  };
}

function placeOf(place: z.infer<typeof Place> | undefined, root: string): { file: RepoPath; line: number } | null {
  const file = place === undefined ? null : relativeTo(root, place.file);
  return place === undefined || file === null ? null : { file, line: place.line };
}
