// `noodle pipeline logs`: what an execution printed, as it printed it.
import { stripVTControlCharacters } from 'node:util';
import { StepId, type ExecutionId } from '../../protocol/ids.ts';
import type { CommandContext, ExitCode, Session } from '../session.ts';
import { executionOf } from './pipeline-subject.ts';
import { withSession } from './with-session.ts';

export async function logs(context: CommandContext): Promise<ExitCode> {
  const { commandLine, output } = context;
  const step = commandLine.values.get('step');
  const search = commandLine.values.get('search');
  return await withSession(context, async (session) => {
    const id = await executionOf(context, session);
    const lines = createLines(output.line, search);
    const steps = step === undefined ? [undefined] : await stepsNamed(step, id, session);
    for (const stepId of steps) {
      if (steps.length > 1) lines.add(`── ${stepId}\n`);
      for await (const text of logOf(id, stepId, session)) lines.add(text);
    }
    const found = lines.end();
    return search !== undefined && found === 0 ? 1 : 0;
  });
}

/** The step, or where it has a matrix those of its combinations. */
async function stepsNamed(step: string, id: ExecutionId, { client }: Session): Promise<StepId[]> {
  const { steps } = await client.getExecutionStatus({ id });
  const combinations = steps.flatMap((each) => (each.id.startsWith(`${step} (`) ? [each.id] : []));
  const isThere = steps.some((each) => each.id === step) || combinations.length === 0;
  return isThere ? [StepId.parse(step)] : combinations;
}

async function* logOf(id: ExecutionId, stepId: StepId | undefined, { client }: Session): AsyncGenerator<string> {
  const request = { id, ...(stepId === undefined ? {} : { stepId }) };
  for (let offset: number | null = 0; offset !== null;) {
    const part: { text: string; nextOffset: number | null } = await client.getExecutionLog({ ...request, offset });
    yield part.text;
    offset = part.nextOffset;
  }
}

/** Prints whole lines; those that fit, with their numbers, where something is searched for. */
function createLines(print: (line: string) => void, search: string | undefined) {
  let rest = '';
  let number = 0;
  let found = 0;
  const wanted = search?.toLowerCase();
  const take = (line: string) => {
    number++;
    if (wanted === undefined) return print(line);
    if (!stripVTControlCharacters(line).toLowerCase().includes(wanted)) return;
    found++;
    print(`${String(number).padStart(6)}  ${line}`);
  };
  return {
    add(text: string) {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(take);
    },
    end() {
      if (rest !== '') take(rest);
      return found;
    },
  };
}
