// Runs a JavaScript runner whose reporter of ours writes on file descriptor 3, and passes on what it says.
import type { ProcessExit, ProcessSpec } from '../../platform/processes.ts';
import { stackOfBusyNode } from '../../platform/node-stack.ts';
import type { RepoPath } from '../../protocol/ids.ts';
import type { Location } from '../../protocol/test.ts';
import type { BatchContext, BatchOutcome, ReportedResult } from '../adapter.ts';
import type { StandbyUse } from '../warm/standby-use.ts';
import { placeInStack, plainText, repoPath, type StackPlaces } from './failure-text.ts';
import { parseReportLine, type ReportMessage, type ResultMessage } from './report-messages.ts';

export interface RunnerCommand {
  /** What it is called in messages: `vitest 3.2.4`. */
  readonly name: string;
  /** Flags, program and arguments for the user's node. */
  readonly args: readonly string[];
  /** Absolute. */
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Titles that results are restricted to; the runner reports what it filtered out as skipped. */
  readonly only: readonly (readonly string[])[];
  /** How a process can be ready for it before it is known. */
  readonly standby?: StandbyUse;
}

/** How long a runner may stay after it has reported everything: open handles keep it alive, and plain runs too. */
const lingerMs = 10_000;
const keptOutput = 8000;

interface State {
  isDone: boolean;
  at: readonly RepoPath[] | null;
  hasFailed: boolean;
  problems: string[];
  /** What it was at when it was ended because it hung. */
  hungAt: string | null;
  /** The end of what it printed. */
  output: string;
  errors: string;
}

/** Runs it and says how it ended; results, starts and ends of files go to `context`. */
export async function runReporting(command: RunnerCommand, context: BatchContext): Promise<BatchOutcome> {
  const state: State = {
    isDone: false,
    at: null,
    hasFailed: false,
    problems: [],
    hungAt: null,
    output: '',
    errors: '',
  };
  const exit = await runUntilDone(command, context, state);
  return outcomeOf(command, exit, { state, root: context.root });
}

/** Runs a script of ours and resolves with what it answered; null when it did not. */
export async function ask(command: RunnerCommand, context: BatchContext): Promise<{ answer: unknown; output: string }> {
  let answer: unknown = null;
  let output = '';
  const remember = (text: string) => {
    output = (output + text).slice(-keptOutput);
  };
  await context.run({
    ...processOf(command),
    onStdout: remember,
    onStderr: remember,
    onReport(line) {
      const message = parseReportLine(line);
      if (message?.event === 'answer') answer = message.value;
    },
  });
  return { answer, output: plainText(output).trim() };
}

async function runUntilDone(command: RunnerCommand, context: BatchContext, state: State): Promise<ProcessExit> {
  const lingering = new AbortController();
  let cancelTimer = () => {};
  const spec: ProcessSpec = {
    ...processOf(command),
    signal: lingering.signal,
    async beforeKill(pid) {
      if (context.isHanging()) state.hungAt = await stackOfBusyNode(pid);
    },
    onStdout(text) {
      state.output = (state.output + text).slice(-keptOutput);
    },
    onStderr(text) {
      state.errors = (state.errors + text).slice(-keptOutput);
    },
    onReport(line) {
      const message = parseReportLine(line);
      if (message === null) return;
      receive(message, { command, context, state });
      if (message.event === 'done') cancelTimer = context.clock.schedule(lingerMs, () => lingering.abort());
    },
  };
  const exit = await context.run(spec, command.standby);
  cancelTimer();
  return lingering.signal.aborted ? { ...exit, exitCode: 0, signalName: null } : exit;
}

function processOf(command: RunnerCommand): ProcessSpec {
  return { command: 'node', args: command.args, cwd: command.cwd, environment: command.environment };
}

interface Reception {
  readonly command: RunnerCommand;
  readonly context: BatchContext;
  readonly state: State;
}

function receive(message: ReportMessage, { command, context, state }: Reception): void {
  // A runner that is being stopped reports its tests as broken, or as ended: that is our doing, not theirs.
  if (context.signal.aborted) return;
  context.touch();
  switch (message.event) {
    case 'at':
      state.at = message.files.flatMap((each) => repoPath(context.root, each) ?? []);
      break;
    case 'start':
    case 'end':
      passOnFile(message.event, repoPath(context.root, message.file), context);
      break;
    case 'result':
      passOnResult(message, { command, context, state });
      break;
    case 'problem':
      state.problems.push(plainText(message.message));
      break;
    case 'done':
      state.isDone = true;
      state.at = null;
      break;
    case 'alive':
    case 'answer':
      break;
  }
}

function passOnFile(event: 'start' | 'end', file: RepoPath | null, context: BatchContext): void {
  if (file === null) return;
  if (event === 'start') context.fileStarted(file);
  else context.fileFinished(file);
}

function passOnResult(message: ResultMessage, { command, context, state }: Reception): void {
  const result = resultOf({ root: context.root, cwd: command.cwd }, message);
  if (result === null || !isWanted(result, command.only)) return;
  if (['failed', 'errored', 'timed_out'].includes(result.status)) state.hasFailed = true;
  context.report(result);
}

/** With chosen titles, others are reported as skipped, and a file as passed; one that does not load counts. */
function isWanted({ titlePath, status }: ReportedResult, only: readonly (readonly string[])[]): boolean {
  if (only.length === 0) return true;
  if (titlePath.length === 0) return status === 'errored';
  return only.some((wanted) => wanted.every((title, index) => titlePath[index] === title));
}

function resultOf(places: StackPlaces, message: ResultMessage): ReportedResult | null {
  const file = repoPath(places.root, message.file);
  if (file === null) return null;
  return {
    file,
    titlePath: message.titlePath,
    status: message.status,
    durationMs: message.durationMs,
    ...textsOf(message),
    ...placesOf(message, places),
    ...(message.isCorrection === true ? { isCorrection: true } : {}),
    ...(message.output === undefined ? {} : { output: plainText(message.output) }),
    ...(message.attachments === undefined ? {} : { attachments: message.attachments }),
    ...(message.retries === undefined ? {} : { retries: message.retries }),
  };
}

function textsOf({
  message,
  expected,
  actual,
  stack,
}: ResultMessage): Pick<ReportedResult, 'message' | 'expected' | 'actual' | 'stack'> {
  return {
    ...(message === undefined ? {} : { message: plainText(message) }),
    ...(expected === undefined ? {} : { expected }),
    ...(actual === undefined ? {} : { actual }),
    ...(stack === undefined ? {} : { stack: plainText(stack) }),
  };
}

function placesOf(
  { stack, declaredAt }: ResultMessage,
  places: StackPlaces,
): Pick<ReportedResult, 'failureAt' | 'declaredAt'> {
  const failureAt = placeInStack(plainText(stack ?? ''), places);
  const declaredIn = declaredAt === undefined ? null : repoPath(places.root, declaredAt.file);
  const { line = 1, column } = declaredAt ?? {};
  return {
    ...(failureAt === undefined ? {} : { failureAt }),
    ...(declaredIn === null
      ? {}
      : { declaredAt: { file: declaredIn, line, ...(column === undefined ? {} : { column }) } }),
  };
}

function hangingPlace(stack: string | null, places: StackPlaces): { stack?: string; failureAt?: Location } {
  if (stack === null) return {};
  const failureAt = placeInStack(stack, places);
  return { stack, ...(failureAt === undefined ? {} : { failureAt }) };
}

const shownLines = 40;
const shownColumns = 300;

function lastLines(text: string): string {
  const lines = plainText(text).trim().split('\n').slice(-shownLines);
  return lines.map((line) => (line.length > shownColumns ? `${line.slice(0, shownColumns)}…` : line)).join('\n');
}

function outcomeOf(
  command: RunnerCommand,
  exit: ProcessExit,
  { state, root }: { readonly state: State; readonly root: string },
): BatchOutcome {
  if (exit.startError !== null) {
    return {
      state: 'runner_missing',
      message: `${command.name} needs node, which was not found in PATH (${exit.startError})`,
    };
  }
  const output = lastLines(state.errors.trim() === '' ? state.output : state.errors);
  const how = exit.signalName === null ? `exited with ${exit.exitCode}` : `was ended by ${exit.signalName}`;
  const broken = (message: string): BatchOutcome => ({
    state: 'broken',
    message,
    exitCode: exit.exitCode,
    ...(state.at === null ? {} : { files: state.at }),
    isComplete: state.isDone,
    ...hangingPlace(state.hungAt, { root, cwd: command.cwd }),
  });
  if (state.problems.length > 0) return broken(`${command.name}: ${state.problems.join('\n')}`);
  if (!state.isDone)
    return broken(`${command.name} ${how} before its tests had ended${output === '' ? '' : `:\n${output}`}`);
  if (exit.exitCode !== 0 && !state.hasFailed) {
    return broken(`${command.name} ${how} although no test failed${output === '' ? '' : `:\n${output}`}`);
  }
  return { state: 'finished' };
}
