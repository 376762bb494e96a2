// `noodle pipeline logs`: what an execution printed, as it printed it.
import { stripVTControlCharacters } from 'node:util';
import { StepId } from '../../protocol/ids.ts';
import type { CommandContext, ExitCode } from '../session.ts';
import { executionOf } from './pipeline-subject.ts';
import { withSession } from './with-session.ts';

export async function logs(context: CommandContext): Promise<ExitCode> {
  const { commandLine, output } = context;
  const step = commandLine.values.get('step');
  const search = commandLine.values.get('search');
  return await withSession(context, async (session) => {
    const id = await executionOf(context, session);
    const request = { id, ...(step === undefined ? {} : { stepId: StepId.parse(step) }) };
    const lines = createLines(output.line, search);
    for (let offset: number | null = 0; offset !== null;) {
      const part: { text: string; nextOffset: number | null } = await session.client.getExecutionLog({
        ...request,
        offset,
      });
      lines.add(part.text);
      offset = part.nextOffset;
    }
    const found = lines.end();
    return search !== undefined && found === 0 ? 1 : 0;
  });
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
