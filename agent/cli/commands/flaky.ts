// `noodle flaky` and `noodle quarantine`: which tests fail by chance, and which of them may.
import type { FlakyTest } from '../../protocol/flakiness.ts';
import { counted } from '../../protocol/quantities.ts';
import { complain, type CommandContext, type ExitCode } from '../session.ts';
import { resolveTests } from './resolve-tests.ts';
import { folderOf, withSession } from './with-session.ts';

export async function flaky(context: CommandContext): Promise<ExitCode> {
  return await withSession(context, async ({ client }) => {
    const { tests } = await client.listFlakyTests({});
    const { output, commandLine } = context;
    if (commandLine.switches.has('json')) output.line(JSON.stringify({ tests }));
    else if (tests.length === 0) output.line('no test was seen to be flaky');
    else for (const test of tests) for (const line of flakyLines(test)) output.line(line);
    return 0;
  });
}

export async function quarantine(context: CommandContext): Promise<ExitCode> {
  const { switches, values, positionals } = context.commandLine;
  const until = values.get('until');
  if (positionals.length === 0)
    return complain(context.output, { reason: 'invalid_input', message: 'noodle quarantine: a test is missing' });
  if (switches.has('lift') === (until !== undefined)) {
    return complain(context.output, {
      reason: 'invalid_input',
      message: 'noodle quarantine: expects either --until <date> or --lift',
    });
  }
  const untilMs = until === undefined ? 0 : endOfDay(until);
  if (Number.isNaN(untilMs)) {
    return complain(context.output, {
      reason: 'invalid_input',
      message: `noodle quarantine: --until is '${until}', expected a date such as 2030-01-31`,
    });
  }
  return await withSession(context, async (session) => {
    for (const test of await resolveTests(session, positionals, folderOf(context))) {
      if (until === undefined) await session.client.liftQuarantine({ test });
      else await session.client.quarantineTest({ test, until: untilMs, reason: values.get('reason') ?? '' });
      context.output.line(until === undefined ? `lifted: ${test}` : `quarantined until ${until}: ${test}`);
    }
    return 0;
  });
}

/** A test in two or three lines. */
export function flakyLines({ test, probability, trials, cause, evidence, quarantine: held }: FlakyTest): string[] {
  const percent = `${Math.round(probability * 100)} %`;
  const seen =
    trials === 0
      ? 'never seen to be flaky'
      : `fails by chance in about ${percent} of runs (${counted(trials, 'trial')}), cause: ${cause}`;
  const until =
    held === null
      ? []
      : [
          `  quarantined until ${new Date(held.until).toISOString().slice(0, 10)}${held.reason === '' ? '' : `: ${held.reason}`}`,
        ];
  return [test, `  ${seen}`, ...evidence.slice(0, 1).map((each) => `  ${each}`), ...until];
}

function endOfDay(date: string): number {
  return /^\d{4}-\d{2}-\d{2}$/.test(date) ? Date.parse(`${date}T23:59:59Z`) : Number.NaN;
}
