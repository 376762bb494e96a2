// The answer first: one sentence, the numbers behind it, and the run as a graph of its steps.
import { html, nothing, type TemplateResult } from 'lit-html';
import type { Execution } from '../../agent/protocol/execution.ts';
import { counted, formatCount, formatDuration } from '../../agent/protocol/quantities.ts';
import { workingMs } from '../../agent/protocol/execution-time.ts';
import type { PanelContext } from '../actions.ts';
import { formatAgo } from '../format.ts';
import { announcement, answer } from '../state/answer.ts';
import { progressOf, type Progress } from '../state/progress.ts';
import { currentExecution, type DashboardState } from '../state/state.ts';
import { stageGraph } from './stage-graph.ts';
import { toneMark } from './state-mark.ts';

/** The answer, the step graph and the progress of the current run; nothing before the first run. */
export function hero(state: DashboardState, context: PanelContext): TemplateResult | typeof nothing {
  const execution = currentExecution(state);
  if (execution === null) return nothing;
  const { tone, text, since } = answer(state);
  const progress = progressOf(state, context.now);
  return html`<section class="hero" data-tone=${tone} aria-label="Now">
    <p class="unseen" role="status">${announcement(state)}</p>
    <div class="answer">
      ${toneMark(tone)}
      <p class="answer-text">
        ${text} ${since === null ? nothing : html`<span class="ago">(${formatAgo(since, context.now)})</span>`}
      </p>
    </div>
    ${stageGraph(state, execution, context)} ${progress === null ? nothing : progressBar(progress)}
    ${facts(execution, progress, context.now)} ${notes(state)} ${nextRun(state)}
  </section>`;
}

function progressBar(progress: Progress): TemplateResult {
  const { done, total, unit } = progress;
  const label = total === 0 ? 'Planning' : `${formatCount(done)} of ${counted(total, unit)}`;
  return html`<div class="progress">
    ${
      total === 0
        ? html`<progress aria-label="Progress of the run"></progress>`
        : html`<progress max=${total} .value=${done} aria-label="Progress of the run"></progress>`
    }
    <span class="progress-text">${label}${expectedEnd(progress)}</span>
  </div>`;
}

function expectedEnd({ remainingMs, isOverdue }: Progress): string {
  if (isOverdue) return ', longer than expected';
  if (remainingMs === null) return '';
  return remainingMs < 1000 ? ', about to end' : `, about ${formatDuration(Math.ceil(remainingMs / 1000) * 1000)} left`;
}

function facts(execution: Execution, progress: Progress | null, now: number): TemplateResult {
  const { counts, firstFailureAtMs } = execution;
  const duration = workingMs(execution, now);
  return html`<dl class="facts">
    ${counts.total === 0 ? nothing : fact('Tests', testCounts(execution))}
    ${duration === null ? nothing : fact(progress === null ? 'Duration' : 'Elapsed', progress === null ? formatDuration(duration) : wholeSeconds(duration))}
    ${firstFailureAtMs === null ? nothing : fact('First failure', `after ${formatDuration(firstFailureAtMs)}`)}
  </dl>`;
}

function testCounts({ counts }: Execution): string {
  const parts = [
    counts.failed === 0 ? '' : `${formatCount(counts.failed)} failed`,
    `${formatCount(counts.passed)} passed`,
    counts.skipped === 0 ? '' : `${formatCount(counts.skipped)} skipped`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

function fact(title: string, value: string): TemplateResult {
  return html`<div class="fact">
    <dt>${title}</dt>
    <dd>${value}</dd>
  </div>`;
}

/** While it counts, a duration moves once a second and not with every event. */
function wholeSeconds(durationMs: number): string {
  return formatDuration(Math.max(1000, Math.floor(durationMs / 1000) * 1000)).replace('.0 s', ' s');
}

function notes({ current }: DashboardState): TemplateResult | typeof nothing {
  if (current === null || current.notes.length === 0) return nothing;
  return html`<ul class="notes">
    ${current.notes.slice(0, 10).map((note) => html`<li>${note}</li>`)}
  </ul>`;
}

/** What a run would do for the working tree as it is, while none is under way. */
function nextRun(state: DashboardState): TemplateResult | typeof nothing {
  const plan = state.nextPlan;
  if (plan === null || currentExecution(state)?.state === 'running') return nothing;
  const building = plan.builds.filter((build) => !build.cached).length;
  const parts = [
    counted(plan.changedFiles.length, 'changed file'),
    counted(building, 'build'),
    counted(plan.tests.size, 'test file'),
    plan.skippedTests === 0 ? '' : `${counted(plan.skippedTests, 'test')} skipped`,
    plan.expectedMs === 0 ? '' : `about ${formatDuration(plan.expectedMs)}`,
  ];
  return html`<p class="next-run">
    <span class="next-label">Next run</span> ${parts.filter((part) => part !== '').join(' · ')}
  </p>`;
}
