// `noodle plan`: the decision, without the doing.
import { planObject } from '../json-output.ts';
import { planLines } from '../run-output.ts';
import { complain, type CommandContext, type ExitCode } from '../session.ts';
import { budgetOptions } from './budget-options.ts';
import { withSession } from './with-session.ts';

export async function plan(context: CommandContext): Promise<ExitCode> {
  const { commandLine, output } = context;
  const budget = budgetOptions(commandLine);
  if (!budget.ok) return complain(output, budget.failure);
  return await withSession(context, async ({ client }) => {
    const base = commandLine.values.get('base');
    const made = await client.makePlan({
      ...(base === undefined ? {} : { base }),
      ...(commandLine.switches.has('all') ? { all: true } : {}),
      ...budget.value,
    });
    if (commandLine.switches.has('json')) output.line(JSON.stringify(planObject(made)));
    else planLines(made, commandLine.switches.has('verbose') ? 'full' : 'grouped').forEach((line) => output.line(line));
    return 0;
  });
}
