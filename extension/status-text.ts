// What the status bar says: a pure function of what is known.
import { counted, formatDuration } from '../agent/protocol/quantities.ts';
import type { Execution } from '../agent/protocol/execution.ts';
import { commandIds } from './ids.ts';
import { isUnfinished, type RepositoryState } from './repository.ts';

export interface StatusText {
  readonly text: string;
  /** Markdown with links to commands. */
  readonly tooltip: string;
  readonly isError: boolean;
}

/** Without trust nothing is executed, which the status bar says first. */
export function statusText(state: RepositoryState, isTrusted: boolean): StatusText {
  if (!isTrusted) return warning('This workspace is not trusted, so nothing of it is executed.', '[Manage trust](command:workbench.trust.manage)');
  if (state.connection === 'starting') return { text: '$(sync~spin) Noodle', tooltip: 'The agent starts.', isError: false };
  if (state.connection !== 'connected') return warning(state.connectionMessage ?? 'The agent is stopped.', link('Restart the agent', commandIds.restartAgent));
  const running = state.executions.find(isUnfinished);
  if (running !== undefined) return runningText(running);
  const failing = state.snapshot?.failing ?? [];
  return failing.length === 0 ? fineText(state) : failingText(failing);
}

function warning(message: string, action: string): StatusText {
  return { text: '$(warning) Noodle', tooltip: `${message}\n\n${action}`, isError: false };
}

function runningText(execution: Execution): StatusText {
  const { finishedTests, plannedTests, counts, name } = execution;
  const progress = plannedTests === 0 ? '' : ` ${finishedTests}/${plannedTests}`;
  const failed = counts.failed === 0 ? '' : `, ${counts.failed} failed`;
  return {
    text: `$(sync~spin)${progress === '' ? ' Noodle' : progress}`,
    tooltip: `${escapeMarkdown(name)}: ${finishedTests} of ${counted(plannedTests, 'test file')} finished${failed}\n\n${link('Cancel', commandIds.cancelRun)} · ${link('Dashboard', commandIds.openDashboard)}`,
    isError: counts.failed > 0,
  };
}

function fineText(state: RepositoryState): StatusText {
  const last = state.executions[0];
  const { plan } = state;
  const waiting = plan === null ? '' : `\n\n${counted(plan.tests.length, 'test file')} can be affected by ${counted(plan.changes.length, 'changed file')}.`;
  const summary = last === undefined ? 'Nothing has been run yet.' : `${escapeMarkdown(last.name)}: ${last.state}${durationOf(last)}, ${counted(last.counts.passed, 'test')} passed.`;
  return { text: '$(check) Noodle', tooltip: `${summary}${waiting}\n\n${link('Run impacted tests', commandIds.runImpacted)} · ${link('Dashboard', commandIds.openDashboard)}`, isError: false };
}

function failingText(failing: NonNullable<RepositoryState['snapshot']>['failing']): StatusText {
  const [first] = failing;
  const cause = first?.why[0];
  const since = cause === undefined || first === undefined || first.why.length < 2 ? '' : `\n\nreached by the change to \`${cause}\``;
  const message = first?.message?.split('\n')[0] ?? '';
  const links = [link('Go to test', commandIds.openItem, first), link('Why', commandIds.explain, first?.id), link('Run again', commandIds.runFailed)];
  return {
    text: `$(error) ${failing.length} failing`,
    tooltip: `**${escapeMarkdown(first?.name ?? '')}**\n\n${escapeMarkdown(message)}${since}\n\n${links.join(' · ')}`,
    isError: true,
  };
}

function durationOf({ startedAt, finishedAt }: Execution): string {
  return startedAt === null || finishedAt === null ? '' : ` in ${formatDuration(finishedAt - startedAt)}`;
}

function link(title: string, command: string, argument?: unknown): string {
  const query = argument === undefined ? '' : `?${encodeURIComponent(JSON.stringify([argument]))}`;
  return `[${title}](command:${command}${query})`;
}

export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!|<>]/g, '\\$&');
}
