// `noodle alerts`: what fires, who looks after it, and who is told.
import { z } from 'zod';
import { AlertSeverity, AlertState, type Alert, type AlertRule, type RuleSource } from '../../protocol/alerts.ts';
import type { CommandContext, ExitCode, Session } from '../session.ts';
import { misuse, print, runSubcommand, type Subcommand } from './subcommands.ts';

export async function alerts(context: CommandContext): Promise<ExitCode> {
  return await runSubcommand(
    context,
    { list, ack, resolve, silence, silences, unsilence, rules, rule, remove, channels, test, trigger },
    'list',
  );
}

async function list({ context, session }: Subcommand): Promise<ExitCode> {
  const wanted = context.commandLine.values.get('state');
  const state = AlertState.optional().safeParse(wanted);
  if (!state.success) return misuse(context, `--state: expected ${AlertState.options.join(', ')}, found '${wanted}'`);
  const { alerts: found } = await session.client.listAlerts({
    limit: 50,
    ...(state.data === undefined ? {} : { state: state.data }),
  });
  return print(context, found, () =>
    found.length === 0 ? ['no alerts'] : found.map((alert) => alertLine(context, alert)),
  );
}

async function ack({ context, session, operands: [id] }: Subcommand): Promise<ExitCode> {
  const alert = await alertOf(session, id);
  if (alert === null) return misuse(context, 'ack: expected the id of one alert, or its rule; `noodle alerts` lists them');
  const acknowledged = await session.client.acknowledgeAlert({
    id: alert.id,
    note: context.commandLine.values.get('reason') ?? '',
  });
  return print(context, acknowledged, () => [alertLine(context, acknowledged)]);
}

async function resolve({ context, session, operands: [id] }: Subcommand): Promise<ExitCode> {
  const alert = await alertOf(session, id);
  if (alert === null) return misuse(context, 'resolve: expected the id of one alert, or its rule; `noodle alerts` lists them');
  const resolved = await session.client.resolveAlert({ id: alert.id });
  return print(context, resolved, () => [alertLine(context, resolved)]);
}

async function silence({ context, session, operands: [rule] }: Subcommand): Promise<ExitCode> {
  const { values } = context.commandLine;
  const durationSeconds = secondsOf(values.get('for') ?? '2h');
  if (rule === undefined) return misuse(context, 'silence: expected a rule; `noodle alerts rules` lists them');
  if (durationSeconds === null)
    return misuse(context, `--for: expected a duration such as 30m, 2h or 7d, found '${values.get('for')}'`);
  const made = await session.client.createSilence({ rule, durationSeconds, reason: values.get('reason') ?? '' });
  return print(context, made, () => [
    `${rule} is silent until ${new Date(made.endsAt).toLocaleString()}; \`noodle alerts unsilence ${made.id}\` ends that`,
    ...made.notes.map((note) => `  note: ${note}`),
  ]);
}

async function silences({ context, session }: Subcommand): Promise<ExitCode> {
  const found = (await session.client.listSilences({})).silences;
  const lines = () =>
    found.map(
      ({ id, rule, metricId, severity, endsAt, reason }) =>
        `${id}  ${rule ?? metricId ?? severity ?? 'tags'}  until ${new Date(endsAt).toLocaleString()}  ${reason}`,
    );
  return print(context, found, () => (found.length === 0 ? ['no silences'] : lines()));
}

async function unsilence({ context, session, operands: [id] }: Subcommand): Promise<ExitCode> {
  if (id === undefined) return misuse(context, 'unsilence: expected the id of a silence');
  await session.client.deleteSilence({ id });
  return print(context, { deleted: true }, () => ['the silence has ended']);
}

async function rules({ context, session }: Subcommand): Promise<ExitCode> {
  const found = (await session.client.listAlertRules({})).rules;
  const { problems } = await session.client.getConfiguration({});
  // A rule of noodle.yaml that is missing here is told of there.
  for (const problem of problems) context.output.complain(problem);
  return print(context, found, () => found.map((each) => ruleLine(each, each.source)));
}

/** The rule as JSON: the shape of the operation createAlertRule, which checks it. */
async function rule({ context, session, operands: [text] }: Subcommand): Promise<ExitCode> {
  const given = jsonObject(text);
  if (given === null) return misuse(context, 'rule: expected a rule as JSON; --help has an example');
  // The agent checks it against the contract, and names what does not fit.
  const created = await session.client.createAlertRule(given as Parameters<typeof session.client.createAlertRule>[0]);
  return print(context, created, () => [ruleLine(created.rule), ...created.notes.map((note) => `  note: ${note}`)]);
}

async function remove({ context, session, operands: [id] }: Subcommand): Promise<ExitCode> {
  if (id === undefined) return misuse(context, 'remove: expected a rule');
  await session.client.deleteAlertRule({ id });
  return print(context, { deleted: true }, () => [`${id} does not fire any more`]);
}

async function channels({ context, session }: Subcommand): Promise<ExitCode> {
  const found = (await session.client.listAlertChannels({})).channels;
  const lines = () =>
    found.map(
      ({ name, type, least, waiting, problem }) =>
        `${name}  ${type}  from ${least}  ${waiting} waiting${problem === null ? '' : `  ${problem}`}`,
    );
  return print(context, found, () =>
    found.length === 0 ? ['no channels; noodle.yaml declares them under alerts.channels'] : lines(),
  );
}

async function test({ context, session, operands: [name] }: Subcommand): Promise<ExitCode> {
  if (name === undefined) return misuse(context, 'test: expected the name of a channel');
  await session.client.testAlertChannel({ name });
  return print(context, { delivered: true }, () => [`${name} took a message`]);
}

async function trigger({ context, session, operands: [name, message] }: Subcommand): Promise<ExitCode> {
  const severity = AlertSeverity.safeParse(context.commandLine.values.get('severity') ?? 'warning');
  if (name === undefined || message === undefined) return misuse(context, 'trigger: expected a name and a message');
  if (!severity.success) return misuse(context, `--severity: expected ${AlertSeverity.options.join(', ')}`);
  const alert = await session.client.triggerAlert({ name, message, severity: severity.data });
  return print(context, alert, () => [alertLine(context, alert)]);
}

/** How it was when it fired, where that differs from how it is now. */
function firedWith({ firedMessage, message }: Alert): string {
  return firedMessage === null || firedMessage === message ? '' : ` (when it fired: ${firedMessage})`;
}

/** By the beginning of its id, if that means one. */
/** By the first letters of its id, or by its rule where that has one alert that is not over. */
async function alertOf({ client }: Session, id: string | undefined): Promise<Alert | null> {
  if (id === undefined) return null;
  const { alerts: all } = await client.listAlerts({ limit: 1000 });
  const ofRule = all.filter(({ rule, state }) => rule === id && state !== 'resolved');
  const found = ofRule.length > 0 ? ofRule : all.filter((alert) => alert.id.startsWith(id));
  return found.length === 1 ? (found[0] ?? null) : null;
}

function alertLine({ output }: CommandContext, alert: Alert): string {
  const style =
    alert.state === 'resolved' ? 'dim' : alert.severity === 'info' || alert.severity === 'warning' ? 'yellow' : 'red';
  const why = [
    ...(alert.acknowledged === null ? [] : [`acknowledged by ${alert.acknowledged.by}`]),
    ...(alert.silencedBy === null ? [] : ['silenced']),
    ...(alert.inhibitedBy === null ? [] : [`because of ${alert.inhibitedBy}`]),
    ...(alert.isFlapping ? ['flapping'] : []),
  ];
  const first = firedWith(alert);
  const times = alert.occurrences > 1 ? ` (${alert.occurrences} times)` : '';
  return `${alert.id.slice(0, 8)}  ${output.style(style, `${alert.state.padEnd(8)} ${alert.severity.padEnd(8)}`)}  ${alert.rule}: ${alert.message}${first}${times}${why.length === 0 ? '' : `  [${why.join(', ')}]`}`;
}

function ruleLine({ id, name, severity, metricId, condition, isEnabled }: AlertRule, source?: RuleSource): string {
  const from = source === 'noodle.yaml' ? ', declared in noodle.yaml' : '';
  return `${id}  ${isEnabled ? severity : 'off'}  ${name} (${metricId}, ${condition.kind}${from})`;
}

function jsonObject(text: string | undefined): Record<string, unknown> | null {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text ?? ''));
  } catch {
    return null;
  }
}

/** Of `30m`, `2h`, `7d`, `90s`. */
function secondsOf(text: string): number | null {
  const found = /^(\d{1,6})([smhd])$/.exec(text);
  const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
  return found === null ? null : Number(found[1]) * (units[found[2] ?? ''] ?? 1);
}
