// `noodle coverage`: what the tests ran, as last recorded.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { CoverageFormat } from '../../protocol/coverage.ts';
import type { OutputOf } from '../../protocol/operations.ts';
import { nearest } from '../../protocol/nearest.ts';
import { complain, type CommandContext, type ExitCode } from '../session.ts';
import { withSession } from './with-session.ts';

export async function coverage(context: CommandContext): Promise<ExitCode> {
  const { commandLine, output } = context;
  const wanted = commandLine.values.get('format') ?? 'text';
  const format = CoverageFormat.safeParse(wanted);
  if (!format.success) {
    const near = nearest(wanted, CoverageFormat.options);
    const message = `noodle coverage --format: expected ${CoverageFormat.options.join(', ')}, found '${wanted}'${near === null ? '' : `; did you mean '${near}'?`}`;
    return complain(output, { reason: 'invalid_input', message });
  }
  return await withSession(context, async ({ client }) => {
    if (commandLine.switches.has('suggest')) return suggest(context, await client.suggestTests({ limit: 20 }));
    const summary = await client.getCoverage({});
    if (summary.tests === 0)
      return complain(output, { ...nothingRecorded, message: [nothingRecorded.message, ...summary.notes].join('; ') });
    if (commandLine.switches.has('json')) output.line(JSON.stringify(summary));
    else writeText(context, (await client.exportCoverage({ format: format.data })).text);
    for (const note of summary.notes) output.complain(`note    ${note}`);
    return 0;
  });
}

const nothingRecorded = {
  reason: 'not_found',
  message: 'no coverage is on record',
  hint: 'Run `noodle run --all --coverage` once.',
} as const;

function writeText({ commandLine, output, workingFolder }: CommandContext, text: string): void {
  const file = commandLine.values.get('output');
  if (file === undefined) output.line(text.replace(/\n$/, ''));
  else writeFileSync(path.resolve(workingFolder, file), text);
}

function suggest({ commandLine, output }: CommandContext, answer: OutputOf<'suggestTests'>): ExitCode {
  const { suggestions, notes } = answer;
  if (commandLine.switches.has('json')) {
    output.line(JSON.stringify(answer));
    return 0;
  }
  for (const each of suggestions) output.line(`${each.path}:${each.startLine}  ${each.why}`);
  if (suggestions.length === 0)
    output.line(
      notes.length === 0
        ? 'Nothing to suggest: every function that is on record runs in a test.'
        : 'Nothing can be suggested from what is on record.',
    );
  for (const note of notes) output.complain(`note    ${note}`);
  return 0;
}
