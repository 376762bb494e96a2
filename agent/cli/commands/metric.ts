// `noodle metric`: values of one's own, and what is recorded.
import { MetricType, type MetricSummary } from '../../protocol/metrics.ts';
import { counted, formatBytes, formatCount, formatDuration } from '../../protocol/quantities.ts';
import type { CommandContext, ExitCode } from '../session.ts';
import { misuse, numberOption, print, runSubcommand, tagsOption, type Subcommand } from './subcommands.ts';

const dayMs = 86_400_000;

export async function metric(context: CommandContext): Promise<ExitCode> {
  return await runSubcommand(context, { list, define, record, show, export: exportValues, delete: remove }, 'list');
}

async function list({ context, session }: Subcommand): Promise<ExitCode> {
  const { metrics } = await session.client.listMetrics({});
  const width = Math.max(0, ...metrics.map(({ id }) => id.length));
  return print(context, metrics, () =>
    metrics.map(({ id, type, unit, name }) => `${id.padEnd(width)}  ${type.padEnd(9)}  ${unit.padEnd(6)}  ${name}`),
  );
}

async function define({ context, session, operands: [id] }: Subcommand): Promise<ExitCode> {
  const { values } = context.commandLine;
  const type = MetricType.safeParse(values.get('type') ?? 'gauge');
  if (id === undefined) return misuse(context, 'define: expected the id of a metric');
  if (!type.success)
    return misuse(context, `--type: expected ${MetricType.options.join(', ')}, found ${values.get('type')}`);
  const definition = await session.client.createMetricDefinition({
    id,
    name: values.get('name') ?? id,
    description: '',
    type: type.data,
    unit: values.get('unit') ?? '1',
  });
  return print(context, definition, () => [`${id} is a ${type.data} in ${definition.unit}`]);
}

async function record({ context, session, operands: [id, text] }: Subcommand): Promise<ExitCode> {
  const value = Number(text);
  const tags = tagsOption(context);
  const time = context.commandLine.values.get('at');
  const at = time === undefined ? undefined : Date.parse(time);
  if (id === undefined || text === undefined || text.trim() === '' || !Number.isFinite(value))
    return misuse(
      context,
      `record: expected a metric and a number, found ${text === undefined ? 'no number' : `'${text}'`}`,
    );
  if (tags === null) return misuse(context, '--tags: expected name=value,name=value');
  if (at !== undefined && !Number.isFinite(at))
    return misuse(context, `--at: expected a time such as 2026-11-23T13:45:00Z, found '${time}'`);
  const recorded = await session.client.recordMetric({ id, value, tags, ...(at === undefined ? {} : { at }) });
  return print(context, recorded, () => [`${id} ${value} at ${new Date(recorded.at).toISOString()}`]);
}

async function show({ context, session, operands: [id] }: Subcommand): Promise<ExitCode> {
  if (id === undefined) return misuse(context, 'show: expected a metric; `noodle metric list` names them');
  const days = numberOption(context, 'days', 0);
  if (days === null) return misuse(context, '--days: expected a whole number');
  const summary = await session.client.getMetricsSummary({
    id,
    limit: 10,
    ...(days === 0 ? {} : { since: Date.now() - days * dayMs }),
  });
  return print(context, summary, () => summaryLines(summary));
}

async function exportValues({ context, session, operands: [id] }: Subcommand): Promise<ExitCode> {
  const format = context.commandLine.values.get('format') ?? 'csv';
  const days = numberOption(context, 'days', 0);
  if (id === undefined) return misuse(context, 'export: expected a metric');
  if (format !== 'csv' && format !== 'json')
    return misuse(context, `--format: expected csv or json, found '${format}'`);
  if (days === null) return misuse(context, '--days: expected a whole number');
  const { text } = await session.client.exportMetric({ id, format, since: days === 0 ? 0 : Date.now() - days * dayMs });
  context.output.line(text.trimEnd());
  return 0;
}

async function remove({ context, session, operands: [id] }: Subcommand): Promise<ExitCode> {
  if (id === undefined) return misuse(context, 'delete: expected a metric');
  await session.client.deleteMetric({ id });
  return print(context, { deleted: true }, () => [`${id} is deleted`]);
}

function summaryLines({
  definition,
  series,
  count,
  sum,
  minimum,
  median,
  p90,
  p95,
  p99,
  maximum,
  percentileError,
  values,
}: MetricSummary): string[] {
  const text = (value: number | null) => (value === null ? '–' : valueText(value, definition.unit));
  const isCounter = definition.type === 'counter';
  return [
    `${definition.id}  ${definition.name} (${definition.type}, ${definition.unit})`,
    `  ${counted(count, 'value')} in ${counted(series.count, 'series', 'series')}${series.isFull ? ', as many as there may be: further tags are counted together' : ''}`,
    isCounter
      ? `  total ${text(sum)}`
      : `  minimum ${text(minimum)} · median ${text(median)} · 90 % ${text(p90)} · 95 % ${text(p95)} · 99 % ${text(p99)} · maximum ${text(maximum)}`,
    ...(isCounter ? [] : [`  percentiles are within ${percentileError * 100} %`]),
    ...values.map(
      ({ at, value, tags }) =>
        `  ${new Date(at).toISOString()}  ${text(value)}${Object.entries(tags)
          .map(([name, tag]) => `  ${name}=${tag}`)
          .join('')}`,
    ),
  ];
}

function valueText(value: number, unit: string): string {
  if (unit === 'ms') return formatDuration(value);
  if (unit === 'bytes') return formatBytes(value);
  const number = Number.isInteger(value) ? formatCount(value) : String(Number(value.toPrecision(4)));
  return unit === '1' ? number : `${number} ${unit}`;
}
