// `noodle analytics`: what is read out of the records.
import { formatDuration } from '../../protocol/quantities.ts';
import type { Bottlenecks, DeliveryMetrics, TuningProposal } from '../../protocol/trends.ts';
import type { CommandContext, ExitCode } from '../session.ts';
import { misuse, numberOption, print, runSubcommand, type Subcommand } from './subcommands.ts';

export async function analytics(context: CommandContext): Promise<ExitCode> {
  return await runSubcommand(context, { trends, forecast, dora, bottlenecks, capacity, tuning }, 'trends');
}

async function trends({ context, session, operands: [metricId] }: Subcommand): Promise<ExitCode> {
  const days = numberOption(context, 'days', 30);
  if (days === null) return misuse(context, '--days: expected a whole number');
  const found = (await session.client.analyzeTrends({ days, ...(metricId === undefined ? {} : { metricId }) })).trends;
  return print(context, found, () =>
    found.length === 0 ? ['too little is recorded yet'] : found.map(({ summary }) => summary),
  );
}

async function forecast({ context, session, operands: [metricId = 'run.duration'] }: Subcommand): Promise<ExitCode> {
  const days = numberOption(context, 'days', 0);
  if (days === null) return misuse(context, '--days: expected a whole number');
  const found = await session.client.predictMetrics({ metricId, ...(days === 0 ? {} : { horizonDays: days }) });
  return print(context, found, () => [found.summary]);
}

async function dora({ context, session }: Subcommand): Promise<ExitCode> {
  const days = numberOption(context, 'days', 90);
  if (days === null) return misuse(context, '--days: expected a whole number');
  const found = await session.client.getDeliveryMetrics({ days });
  return print(context, found, () => deliveryLines(found));
}

async function bottlenecks({ context, session }: Subcommand): Promise<ExitCode> {
  const days = numberOption(context, 'days', 30);
  if (days === null) return misuse(context, '--days: expected a whole number');
  const found = await session.client.getBottlenecks({ days });
  return print(context, found, () => bottleneckLines(found));
}

async function capacity({ context, session }: Subcommand): Promise<ExitCode> {
  const found = await session.client.getCapacity({});
  return print(context, found, () => [found.summary, ...found.forecasts.map(({ summary }) => summary)]);
}

async function tuning({ context, session, operands: [verb, id] }: Subcommand): Promise<ExitCode> {
  if (verb === undefined) {
    const { proposals } = await session.client.listTuningProposals({});
    return print(context, proposals, () =>
      proposals.length === 0 ? ['nothing to propose'] : proposals.flatMap(proposalLines),
    );
  }
  if ((verb !== 'apply' && verb !== 'undo') || id === undefined)
    return misuse(context, 'tuning: expected `apply <id>` or `undo <id>`');
  const changed =
    verb === 'apply'
      ? await session.client.applyTuningProposal({ id })
      : await session.client.undoTuningProposal({ id });
  return print(context, changed, () => proposalLines(changed));
}

function deliveryLines({
  branch,
  source,
  deploymentFrequency,
  leadTime,
  changeFailureRate,
  timeToRestore,
  timeToGreen,
}: DeliveryMetrics): string[] {
  const line = (name: string, value: string, { definition, count }: typeof leadTime) =>
    `${name.padEnd(22)} ${value.padEnd(14)} of ${count}. ${definition}`;
  const duration = ({ value }: typeof leadTime) => (value === null ? '–' : formatDuration(value));
  const share = changeFailureRate.value === null ? '–' : `${(changeFailureRate.value * 100).toFixed(1)} %`;
  return [
    `${branch ?? 'no branch'}, deliveries are ${source}`,
    line('deployment frequency', `${(deploymentFrequency.value ?? 0).toFixed(2)} a day`, deploymentFrequency),
    line('lead time', duration(leadTime), leadTime),
    line('change failure rate', share, changeFailureRate),
    line('time to restore', duration(timeToRestore), timeToRestore),
    line('time to green', duration(timeToGreen), timeToGreen),
  ];
}

const shownSteps = 10;

function bottleneckLines({ executions, steps, queue, waiting, saved }: Bottlenecks): string[] {
  return [
    `${executions} runs; queued ${formatDuration(queue.medianMs)} (95 %: ${formatDuration(queue.p95Ms)})`,
    ...steps
      .slice(0, shownSteps)
      .map(
        ({ name, share, medianMs, medianWaitMs, onPath }) =>
          `  ${(share * 100).toFixed(0).padStart(3)} %  ${name}  ${formatDuration(medianMs)}, waits ${formatDuration(medianWaitMs)}, ${onPath} times on the critical path`,
      ),
    `waited for: ${formatDuration(waiting.totalMs)} in ${waiting.runs} runs. ${waiting.definition}`,
    `saved: ${formatDuration(saved.testsMs)} of tests, ${formatDuration(saved.buildsMs)} of builds. ${saved.definition}`,
  ];
}

function proposalLines({ id, setting, present, proposed, state, reason }: TuningProposal): string[] {
  return [`${id}  ${setting}: ${String(present)} → ${String(proposed)}  ${state}`, `  ${reason}`];
}
