// `noodle perf`: are the benchmarks slower than those of a base revision?
import { FailureError } from '../../protocol/failure.ts';
import type { ExecutionId } from '../../protocol/ids.ts';
import { PerformanceRequest, type PerformanceComparison } from '../../protocol/performance.ts';
import { counted } from '../../protocol/quantities.ts';
import type { Style } from '../output.ts';
import { complain, type CommandContext, type ExitCode, type Session } from '../session.ts';
import { followExecution } from './follow-execution.ts';
import { withSession } from './with-session.ts';

export async function perf(context: CommandContext): Promise<ExitCode> {
  const { commandLine, output } = context;
  const { values, positionals, switches } = commandLine;
  if (switches.has('list')) return await withSession(context, (session) => list(context, session));
  const base = values.get('base');
  const rounds = values.get('rounds');
  const minimumEffect = values.get('minimum-effect');
  const request = PerformanceRequest.safeParse({
    ...(positionals.length === 0 ? {} : { benchmarks: [...positionals] }),
    ...(base === undefined ? {} : { base }),
    ...(rounds === undefined ? {} : { rounds: Number(rounds) }),
    ...(minimumEffect === undefined ? {} : { minimumEffect: shareOf(minimumEffect) }),
  });
  if (!request.success) {
    const isRounds = request.error.issues[0]?.path[0] === 'rounds';
    const message = isRounds
      ? `noodle perf --rounds: expected a whole number from 4 to 100, found '${rounds}'`
      : `noodle perf --minimum-effect: expected a share such as 0.05 or 5%, found '${minimumEffect}'`;
    return complain(output, { reason: 'invalid_input', message });
  }
  return await withSession(context, (session) => compare(context, session, request.data));
}

/** NaN when it is none. */
function shareOf(text: string): number {
  return text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text);
}

async function list({ commandLine, output }: CommandContext, { client }: Session): Promise<ExitCode> {
  const { sets } = await client.listBenchmarks({});
  if (commandLine.switches.has('json')) output.line(JSON.stringify({ sets }));
  else if (sets.length === 0) output.line('no benchmarks are declared, and none were found');
  else for (const { id, origin, command } of sets) output.line(`${id.padEnd(16)} ${origin}: ${command}`);
  return 0;
}

async function compare(context: CommandContext, session: Session, request: PerformanceRequest): Promise<ExitCode> {
  const { output, commandLine } = context;
  const execution = await followExecution(context, session, () => session.client.comparePerformance(request));
  if (execution === null)
    return complain(output, { reason: 'disconnected', message: 'the agent went away before the comparison ended' });
  const comparison = await comparisonOf(session, execution.id);
  if (comparison === null)
    return complain(output, {
      reason: 'conflict',
      message: execution.reason ?? `the comparison was ${execution.state}`,
    });
  if (commandLine.switches.has('json')) output.line(JSON.stringify(comparison));
  else
    comparisonLines(comparison, { isVerbose: commandLine.switches.has('verbose') }).forEach(({ text, style }) =>
      output.line(style === null ? text : output.style(style, text)),
    );
  if (comparison.outcome === 'slower') return 1;
  return execution.state === 'succeeded'
    ? 0
    : complain(output, { reason: 'conflict', message: execution.reason ?? execution.state });
}

/** Null when none was made: it was cancelled, or could not be prepared. */
async function comparisonOf({ client }: Session, id: ExecutionId): Promise<PerformanceComparison | null> {
  try {
    return await client.getPerformanceComparison({ id });
  } catch (error) {
    if (error instanceof FailureError && error.failure.reason === 'not_found') return null;
    throw error;
  }
}

interface Line {
  readonly text: string;
  readonly style: Style | null;
}

const styles: Readonly<Record<string, Style>> = {
  slower: 'red',
  faster: 'green',
  too_few: 'yellow',
  new: 'dim',
  gone: 'dim',
};

/** What a comparison found, as people read it; what did not change only where it is asked for. */
export function comparisonLines(
  comparison: PerformanceComparison,
  { isVerbose }: { readonly isVerbose: boolean },
): Line[] {
  const { sets, base, baseCommit, rounds } = comparison;
  const plain = (text: string): Line => ({ text, style: null });
  const all = sets.flatMap(({ benchmarks }) => benchmarks);
  const count = (verdict: string) => all.filter((each) => each.verdict === verdict).length;
  return [
    plain(`compared with ${base} (${baseCommit.slice(0, 10)}), ${counted(rounds, 'round')} on each side, by turns`),
    ...sets.flatMap(({ id, benchmarks, notes }) => [
      ...benchmarks
        .filter(({ verdict }) => isVerbose || verdict !== 'no_difference')
        .map(({ name, verdict, reason }) => ({
          text: `${verdict.replaceAll('_', ' ').padEnd(14)}${id}: ${name}: ${reason}`,
          style: styles[verdict] ?? null,
        })),
      ...notes.map((note) => plain(`note          ${id}: ${note}`)),
    ]),
    plain(
      `${counted(all.length, 'benchmark')}: ${count('slower')} slower, ${count('faster')} faster, ${count('no_difference')} without a difference, ${count('too_few') + count('new') + count('gone')} not compared`,
    ),
  ];
}
