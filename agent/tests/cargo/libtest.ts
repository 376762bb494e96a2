// Runs executables of Rust's own test harness. Its JSON is there in stable toolchains too, but has to be asked for as an
// unstable option of the test program (not of the compiler); a program that refuses runs its tests one by one.
import { z } from 'zod';
import type { BatchContext } from '../adapter.ts';
import { jsonOf, runMachine } from '../native/machine-run.ts';

const Event = z.discriminatedUnion('type', [
  z.object({ type: z.literal('suite'), event: z.string() }),
  z.object({
    type: z.literal('test'),
    event: z.enum(['started', 'ok', 'failed', 'ignored', 'timeout']),
    name: z.string(),
    /** Seconds; toolchains of before 1.6x give a text: `1.5s`. */
    exec_time: z.union([z.number(), z.string()]).optional(),
    stdout: z.string().optional(),
    message: z.string().optional(),
  }),
]);

export interface LibtestResult {
  readonly name: string;
  readonly status: 'passed' | 'failed' | 'skipped' | 'errored' | 'timed_out';
  readonly durationMs: number;
  readonly output?: string;
  readonly message?: string;
}

export interface LibtestProgram {
  readonly command: string;
  /** What stands before the harness's own arguments: `test --doc --`. */
  readonly args: readonly string[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
}

export interface LibtestListener {
  started(name: string): void;
  ended(result: LibtestResult): void;
}

/** `--show-output` makes what passing tests print part of the report. */
const jsonArguments = ['-Z', 'unstable-options', '--format', 'json', '--report-time', '--show-output'] as const;
const asUnstable = { RUSTC_BOOTSTRAP: '1' };

/** The names of the tests of a program; null when it is no harness that can list them. */
export async function listTests(
  program: LibtestProgram,
  extra: readonly string[],
  context: BatchContext,
): Promise<string[] | null> {
  const names: string[] = [];
  let isList = true;
  const { exit } = await runMachine(
    {
      ...program,
      args: [...program.args, '--list', '--format', 'terse', ...extra],
      onLine(line) {
        context.touch();
        if (line.endsWith(': test')) names.push(line.slice(0, -': test'.length));
        else if (line !== '' && !line.endsWith(': benchmark')) isList = false;
      },
    },
    context,
  );
  return exit.exitCode === 0 && isList ? names : null;
}

export interface LibtestRun {
  /** Those that began and did not end. */
  readonly open: readonly string[];
  /** Whether the program understood what it was asked for. */
  readonly isUnderstood: boolean;
  readonly exit: string;
  readonly errors: string;
}

/** Runs the tests that `selection` (arguments of the harness) leaves. */
export async function runTests(
  program: LibtestProgram,
  selection: readonly string[],
  { listener, context }: { listener: LibtestListener; context: BatchContext },
): Promise<LibtestRun> {
  const open = new Set<string>();
  let isUnderstood = false;
  const { exit, errors } = await runMachine(
    {
      ...program,
      environment: { ...program.environment, ...asUnstable },
      args: [...program.args, ...jsonArguments, ...selection],
      onLine(line) {
        context.touch();
        const parsed = Event.safeParse(jsonOf(line) ?? cutEvent(line));
        if (!parsed.success) return context.log(`${line}\n`);
        isUnderstood = true;
        const event = parsed.data;
        if (event.type === 'suite' || event.event === 'timeout') return;
        if (event.event === 'started') {
          open.add(event.name);
          listener.started(event.name);
          return;
        }
        open.delete(event.name);
        listener.ended(resultOf(event));
      },
    },
    context,
  );
  const how = exit.signalName === null ? `exited with ${exit.exitCode}` : `was ended by ${exit.signalName}`;
  return { open: [...open], isUnderstood: isUnderstood || exit.exitCode === 0, exit: how, errors };
}

/** An event with so much output that its line was cut: what stands before the output is whole. */
function cutEvent(line: string): unknown {
  const head =
    /^(\{ "type": "test", "name": "(?:[^"\\]|\\.)*", "event": "\w+"(?:, "exec_time": [\d.e-]+)?), "stdout": "/.exec(
      line,
    );
  if (head?.[1] === undefined) return undefined;
  const event = jsonOf(`${head[1]} }`);
  const output = line.slice(head[0].length).replaceAll('\\n', '\n');
  return typeof event === 'object' ? { ...event, stdout: output } : undefined;
}

const statuses = {
  ok: 'passed',
  failed: 'failed',
  ignored: 'skipped',
  started: 'errored',
  timeout: 'timed_out',
} as const;

function resultOf({
  name,
  event,
  exec_time,
  stdout,
  message,
}: Extract<z.infer<typeof Event>, { type: 'test' }>): LibtestResult {
  const seconds = typeof exec_time === 'string' ? Number.parseFloat(exec_time) : (exec_time ?? 0);
  return {
    name,
    status: statuses[event],
    durationMs: seconds * 1000,
    ...(stdout === undefined ? {} : { output: stdout }),
    ...(message === undefined ? {} : { message }),
  };
}

/** Runs one test in a process of its own and judges it by how that ends. */
export async function runByExitCode(
  program: LibtestProgram,
  args: readonly string[],
  context: BatchContext,
): Promise<Pick<LibtestResult, 'status' | 'durationMs' | 'output'>> {
  let output = '';
  const add = (text: string) => {
    output = (output + text).slice(-64 * 1024);
  };
  const exit = await context.run({ ...program, args: [...program.args, ...args], onStdout: add, onStderr: add });
  const status =
    exit.exitCode === 0
      ? 'passed'
      : context.isHanging()
        ? 'timed_out'
        : exit.signalName === null
          ? 'failed'
          : 'errored';
  return { status, durationMs: exit.durationMs, output };
}
