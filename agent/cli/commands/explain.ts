// `noodle explain`: why, from recorded facts.
import { counted } from '../../protocol/quantities.ts';
import type { Explanation } from '../../protocol/explanation.ts';
import { complain, type CommandContext, type ExitCode, type Session } from '../session.ts';
import { withSession } from './with-session.ts';

export async function explain(context: CommandContext): Promise<ExitCode> {
  const { commandLine, output } = context;
  const [subject] = commandLine.positionals;
  // With a test, --skipped asks why that one was: the same question as without it.
  const wantsSkipped = commandLine.switches.has('skipped');
  if (subject === undefined && !wantsSkipped) {
    return complain(output, { reason: 'invalid_input', message: 'noodle explain: name a test, a test file or a target, or give --skipped' });
  }
  return await withSession(context, (session) => (subject === undefined ? listSkipped(context, session) : explainOne(context, session, subject)));
}

async function explainOne({ commandLine, output }: CommandContext, { client }: Session, subject: string): Promise<ExitCode> {
  const { explanations } = await client.explain({ subject });
  if (commandLine.switches.has('json')) {
    output.line(JSON.stringify({ explanations }));
    return 0;
  }
  if (explanations.length > 1) output.line(`'${subject}' can mean ${explanations.map((each) => each.subject).join(', ')}`);
  for (const explanation of explanations) explanationLines(explanation).forEach((line) => output.line(line));
  return 0;
}

async function listSkipped({ commandLine, output }: CommandContext, { client }: Session): Promise<ExitCode> {
  const { skipped } = await client.makePlan({});
  if (commandLine.switches.has('json')) {
    output.line(JSON.stringify(skipped));
    return 0;
  }
  output.line(`${counted(skipped.count, 'test')} in ${counted(skipped.files.length, 'file')} would be skipped now: nothing that they depend on changed`);
  for (const file of skipped.files) output.line(`  ${file}`);
  return 0;
}

function explanationLines(explanation: Explanation): string[] {
  const path = explanation.path.length === 0 ? [] : [`  ${explanation.path.join(' → ')}`];
  const when = explanation.at === null ? [] : [`  decided ${new Date(explanation.at).toLocaleString()} in ${explanation.executionId ?? 'a plan'}`];
  return [`${explanation.subject}: ${explanation.decision}`, `  ${explanation.summary}`, ...path, ...explanation.facts.map((fact) => `  ${fact}`), ...when];
}
