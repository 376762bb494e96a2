// `noodle explain`: why, from recorded facts.
import { counted } from '../../protocol/quantities.ts';
import type { Certificate, Explanation } from '../../protocol/explanation.ts';
import { complain, type CommandContext, type ExitCode, type Session } from '../session.ts';
import { withSession } from './with-session.ts';

export async function explain(context: CommandContext): Promise<ExitCode> {
  const { commandLine, output } = context;
  const [subject] = commandLine.positionals;
  const wantsSkipped = commandLine.switches.has('skipped');
  if (subject === undefined && !wantsSkipped) {
    return complain(output, { reason: 'invalid_input', message: 'noodle explain: name a test, a target or a file, or give --skipped' });
  }
  return await withSession(context, (session) => {
    if (subject === undefined) return listSkipped(context, session);
    return wantsSkipped ? showCertificates(context, session, subject) : explainOne(context, session, subject);
  });
}

async function showCertificates({ commandLine, output }: CommandContext, { client }: Session, subject: string): Promise<ExitCode> {
  const { certificates } = await client.getCertificates({ subject });
  if (commandLine.switches.has('json')) output.line(JSON.stringify({ certificates }));
  else for (const certificate of certificates) certificateLines(certificate).forEach((line) => output.line(line));
  return 0;
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

const shownDependencies = 12;
const shownFacts = 50;

/** What vouches for a test, as people read it. */
export function certificateLines({ test, holds, evidence, recordedAt, executionId, doubt, dependsOn, changes }: Certificate): string[] {
  const recorded = recordedAt === null ? 'never recorded' : `recorded ${new Date(recordedAt).toLocaleString()} in ${executionId ?? 'a run'}`;
  const shown = dependsOn.slice(0, shownDependencies).map(({ path, how }) => `    ${how.padEnd(8)} ${path}`);
  const more = dependsOn.length > shownDependencies ? [`    and ${dependsOn.length - shownDependencies} more (--json lists all)`] : [];
  return [
    `${test}: ${holds ? 'skipped' : 'selected'}`,
    holds ? '  none of the changes reaches it' : '  something that it depends on changed, or it must run for another reason: see `noodle explain` without --skipped',
    `  evidence: ${evidence} (${recorded})`,
    ...(doubt === null ? [] : [`  the recording alone is not trusted: ${doubt}`]),
    `  depends on ${counted(dependsOn.length, 'file')}:`,
    ...shown,
    ...more,
    changes.length === 0 ? '  nothing changed at all' : `  of what changed (${counted(changes.length, 'file')}):`,
    ...changes.map(({ path, says }) => `    ${path}: ${says}`),
  ];
}

function explanationLines(explanation: Explanation): string[] {
  const path = explanation.path.length === 0 ? [] : [`  ${explanation.path.join(' → ')}`];
  const facts = explanation.facts.slice(0, shownFacts).map((fact) => `  ${fact}`);
  const more = explanation.facts.length > shownFacts ? [`  and ${explanation.facts.length - shownFacts} more (--json lists all)`] : [];
  const when = explanation.at === null ? [] : [`  decided ${new Date(explanation.at).toLocaleString()} in ${explanation.executionId ?? 'a plan'}`];
  return [`${explanation.subject}: ${explanation.decision}`, `  ${explanation.summary}`, ...path, ...facts, ...more, ...when];
}
