// `noodle test generate`: tests of a function, tried and shown; written only when that is asked for.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Execution } from '../../protocol/execution.ts';
import { failure, FailureError, success, type Failure, type Result } from '../../protocol/failure.ts';
import type { GeneratedTests } from '../../protocol/generated-tests.ts';
import { RepoPath, type ExecutionId } from '../../protocol/ids.ts';
import type { InputOf } from '../../protocol/operations.ts';
import { counted } from '../../protocol/quantities.ts';
import { complain, type CommandContext, type ExitCode, type Session } from '../session.ts';
import { followExecution } from './follow-execution.ts';
import { misuse, numberOption, print, runSubcommand } from './subcommands.ts';
import { folderOf } from './with-session.ts';

export function test(context: CommandContext): Promise<ExitCode> {
  return runSubcommand(
    context,
    {
      generate: ({ session, operands }) => generate(context, session, operands),
      prompt: ({ session, operands }) => prompt(context, session, operands),
    },
    null,
  );
}

async function generate(context: CommandContext, session: Session, operands: readonly string[]): Promise<ExitCode> {
  const request = requestOf(context, session, operands);
  if (!request.ok) return misuse(context, request.failure.message);
  const execution = await followExecution(context, session, () => session.client.generateTests(request.value));
  if (execution === null)
    return complain(context.output, {
      reason: 'disconnected',
      message: 'the agent went away before the tests were made',
    });
  const made = await generatedBy(session, execution.id);
  return made === null ? complain(context.output, failureIn(execution)) : await show(context, session, made);
}

/** What a language model would be sent, to the last character. */
async function prompt(context: CommandContext, session: Session, operands: readonly string[]): Promise<ExitCode> {
  const request = requestOf(context, session, operands);
  if (!request.ok) return misuse(context, request.failure.message);
  const { file, function: name } = request.value;
  const made = await session.client.promptForTests({ file, ...(name === undefined ? {} : { function: name }) });
  const to = made.endpoint === null ? 'No endpoint is set: nothing is sent.' : `Would be sent to ${made.endpoint}:`;
  return print(context, made, () => [to, '', made.system, '', made.user]);
}

async function show(context: CommandContext, session: Session, made: GeneratedTests): Promise<ExitCode> {
  const { output, commandLine } = context;
  if (commandLine.switches.has('json')) output.line(JSON.stringify(made));
  else generatedLines(made).forEach((line) => output.line(line));
  return commandLine.switches.has('write') && made.text !== '' ? await write(context, session, made) : 0;
}

function failureIn({ steps, reason, state }: Execution): Failure {
  const why = steps.find((step) => step.state !== 'succeeded')?.reason ?? reason;
  return { reason: 'conflict', message: why ?? `the making of tests was ${state}` };
}

/** `<file>` or `<file>:<function>`, the file from the folder that the command counts from. */
function requestOf(
  context: CommandContext,
  session: Session,
  operands: readonly string[],
): Result<InputOf<'generateTests'>> {
  const { commandLine } = context;
  const asked = /^(.+?)(?::([^:/\\]+))?$/.exec(operands[0] ?? '');
  const mutants = numberOption(context, 'mutants', 30);
  if (asked === null) return failure('invalid_input', 'name a file and a function: src/cart.ts:total');
  if (mutants === null || mutants > 200)
    return failure(
      'invalid_input',
      `--mutants: expected a whole number from 0 to 200, found '${commandLine.values.get('mutants')}'`,
    );
  const [, written = '', name] = asked;
  const file = RepoPath.safeParse(
    path
      .relative(session.root, path.resolve(folderOf(context), written))
      .split(path.sep)
      .join('/'),
  );
  if (!file.success) return failure('invalid_input', `'${written}' is no file of the repository`);
  return success({
    file: file.data,
    mutants,
    asksModel: !commandLine.switches.has('no-model'),
    ...(name === undefined ? {} : { function: name }),
  });
}

/** Null when none were made. */
async function generatedBy({ client }: Session, id: ExecutionId): Promise<GeneratedTests | null> {
  try {
    return await client.getGeneratedTests({ id });
  } catch (error) {
    if (error instanceof FailureError && error.failure.reason === 'not_found') return null;
    throw error;
  }
}

async function write(
  { output, commandLine }: CommandContext,
  { root }: Session,
  made: GeneratedTests,
): Promise<ExitCode> {
  const target = path.join(root, made.path);
  await mkdir(path.dirname(target), { recursive: true });
  try {
    await writeFile(target, made.text, { flag: 'wx' });
  } catch {
    return complain(output, { reason: 'conflict', message: `${made.path} could not be written, or is there already` });
  }
  if (!commandLine.switches.has('json')) output.line(`written to ${made.path}`);
  return 0;
}

/** The text, the reason for each test, and what was tried. */
export function generatedLines(made: GeneratedTests): string[] {
  const { candidates, mutants, lines, tests, notes } = made;
  return [
    ...(made.text === '' ? [] : [`new file ${made.path} (${made.framework})`, '', made.text]),
    `${counted(tests.length, 'test')} kept of ${counted(candidates.tried, 'candidate')}, of which ${candidates.passed} passed every time`,
    `lines   ${lines.covered} of ${lines.total} run before, ${lines.coveredNow} more now`,
    `faults  ${mutants.found} of ${mutants.tried} found before, ${mutants.foundNow} more now`,
    ...tests.map(({ title, origin, why }) => `        ${title} (${origin}): ${why}`),
    ...notes.map((note) => `note    ${note}`),
  ];
}
