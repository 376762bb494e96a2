// What the status bar says: a pure function of what is known.
import { counted, formatDuration } from '../agent/protocol/quantities.ts';
import type { FailingTest } from '../agent/protocol/analytics.ts';
import type { Execution } from '../agent/protocol/execution.ts';
import type { Plan } from '../agent/protocol/plan.ts';
import { plannedFiles } from '../agent/protocol/planned-files.ts';
import { alertsLine } from './alert-notice.ts';
import { commandIds } from './ids.ts';
import { answerOf, currentExecution, isUnfinished, type RepositoryState } from './repository.ts';

export interface StatusText {
  readonly text: string;
  /** Markdown with links to commands. */
  readonly tooltip: string;
  readonly tone: 'plain' | 'warning' | 'error';
}

export interface StatusSurroundings {
  readonly isTrusted: boolean;
  /** Named where the window has several repositories. */
  readonly repositoryName: string | null;
}

/** Without trust nothing is executed, which the status bar says first. */
export function statusText(state: RepositoryState, { isTrusted, repositoryName }: StatusSurroundings): StatusText {
  const { text, tooltip, tone } = textOf(state, isTrusted);
  return {
    text,
    tooltip: repositoryName === null ? tooltip : `**${escapeMarkdown(repositoryName)}**\n\n${tooltip}`,
    tone,
  };
}

function textOf(state: RepositoryState, isTrusted: boolean): StatusText {
  if (!isTrusted)
    return warning(
      'This workspace is not trusted, so nothing of it is executed.',
      link('Manage trust', 'workbench.trust.manage'),
    );
  switch (state.connection) {
    case 'starting':
      return { text: '$(sync~spin) Noodle', tooltip: 'The agent starts.', tone: 'plain' };
    case 'stopped':
      return warning(
        state.connectionMessage ?? 'The agent is stopped.',
        link('Start the agent', commandIds.restartAgent),
      );
    case 'failed':
      return warning(
        state.connectionMessage ?? 'The agent cannot be reached.',
        `${link('Restart the agent', commandIds.restartAgent)} · ${link('Show the log', commandIds.showLog)}`,
      );
    case 'connected':
      return connectedText(state);
  }
}

function connectedText(state: RepositoryState): StatusText {
  const execution = currentExecution(state);
  if (execution !== null && isUnfinished(execution)) return runningText(state, execution);
  const failing = state.snapshot?.failing ?? [];
  const [first] = failing;
  if (first !== undefined) return failingText(state, first, failing.length);
  const { tone } = answerOf(state);
  if (tone === 'failed')
    return { text: '$(error) Noodle', tooltip: `${answerLine(state)}\n\n${runLinks()}`, tone: 'error' };
  return quietText(state, execution);
}

/** Nothing runs and nothing fails. */
function quietText(state: RepositoryState, execution: Execution | null): StatusText {
  const alerts = alertsLine(state.snapshot?.alerts ?? []);
  const alerting = alerts === null ? '' : `\n\n$(bell) ${escapeMarkdown(alerts.line)}`;
  return {
    text: alerts?.isSerious === true ? '$(bell) Noodle' : '$(check) Noodle',
    tooltip: `${answerLine(state)}${figures(execution)}${waiting(state)}${alerting}\n\n${runLinks()}`,
    tone: alerts?.isSerious === true ? 'warning' : 'plain',
  };
}

function warning(message: string, actions: string): StatusText {
  return { text: '$(warning) Noodle', tooltip: `${escapeMarkdown(message)}\n\n${actions}`, tone: 'warning' };
}

function runningText(state: RepositoryState, execution: Execution): StatusText {
  const { finishedTests, plannedTests, counts } = execution;
  const progress = plannedTests === 0 ? 'Noodle' : `${finishedTests}/${plannedTests}`;
  const finished =
    plannedTests === 0
      ? ''
      : `\n\n${finishedTests} of ${counted(plannedTests, 'test file')} finished${expectedEnd(state, execution)}`;
  return {
    text: `$(sync~spin) ${progress}`,
    tooltip: `${answerLine(state)}${finished}\n\n${link('Cancel', commandIds.cancelRun)} · ${link('Dashboard', commandIds.openDashboard)}`,
    tone: counts.failed > 0 ? 'error' : 'plain',
  };
}

/** From what the plan expects of the tests: the plan of the working tree is that of the run as long as nothing changes. */
function expectedEnd({ plan }: RepositoryState, { finishedTests, plannedTests }: Execution): string {
  if (plan?.expected === undefined || plan.tests.length !== plannedTests) return '';
  const timeOf = (tests: Plan['tests']) => tests.reduce((sum, test) => sum + test.expectedMs, 0);
  const share = timeOf(plan.tests.slice(finishedTests)) / Math.max(1, timeOf(plan.tests));
  const left = plan.expected.medianMs * share;
  return left < 1000 ? ', about to end' : `, about ${formatDuration(Math.ceil(left / 1000) * 1000)} left`;
}

function failingText(state: RepositoryState, first: FailingTest, count: number): StatusText {
  const message = first.message?.split('\n').find((line) => line.trim() !== '') ?? first.status.replace('_', ' ');
  const where =
    first.failureAt === null ? [] : [link('Go to test', commandIds.openItem, { failureAt: first.failureAt })];
  const links = [
    ...where,
    link('Why', commandIds.explain, first.id),
    link('Run again', commandIds.runFailed),
    link('Dashboard', commandIds.openDashboard),
  ];
  return {
    text: `$(error) ${count} failing`,
    tooltip: `${answerLine(state)}\n\n**${escapeMarkdown(first.name)}**\n\n${escapeMarkdown(message)}\n\n${links.join(' · ')}`,
    tone: 'error',
  };
}

/** The sentence of the dashboard. */
function answerLine(state: RepositoryState): string {
  const { text } = answerOf(state);
  return escapeMarkdown(text.endsWith('.') ? text : `${text}.`);
}

function figures(execution: Execution | null): string {
  if (execution === null || execution.startedAt === null || execution.finishedAt === null) return '';
  return `\n\n${counted(execution.counts.passed, 'test')} passed in ${formatDuration(execution.finishedAt - execution.startedAt)}.`;
}

function waiting({ plan }: RepositoryState): string {
  if (plan === null || plan.changes.length === 0) return '';
  const all = plannedFiles(plan);
  return `\n\nNext run: ${plan.tests.length} of ${counted(all, 'test file')} can be affected by ${counted(plan.changes.length, 'changed file')}.`;
}

function runLinks(): string {
  return `${link('Run impacted tests', commandIds.runImpacted)} · ${link('Dashboard', commandIds.openDashboard)}`;
}

function link(title: string, command: string, argument?: unknown): string {
  const query = argument === undefined ? '' : `?${encodeURIComponent(JSON.stringify([argument]))}`;
  return `[${title}](command:${command}${query})`;
}

/** The text as it stands, whatever Markdown would make of it. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-!|<>~$]/g, '\\$&');
}
