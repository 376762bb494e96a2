// Pipelines as a person reads them: the plan in one line, each step as it ends, failures with the end of their output.
import type { NoodleEvent } from '../protocol/events.ts';
import type { Execution, ExecutionState, Step } from '../protocol/execution.ts';
import { answerMs, workingMs } from '../protocol/execution-time.ts';
import type { ExecutionId } from '../protocol/ids.ts';
import type { Approval, ExecutionMetrics, PipelinePlan, PlannedStep } from '../protocol/pipeline.ts';
import { counted, formatDuration } from '../protocol/quantities.ts';
import type { StepProblem } from '../protocol/step-problem.ts';
import type { Output } from './output.ts';

const margin = '          ';
const shownLines = 20;
const keptCharacters = 16_384;

/** The sign of a state. */
export function markOf(state: ExecutionState, { style }: Output): string {
  switch (state) {
    case 'succeeded':
      return style('green', '✓');
    case 'failed':
    case 'timed_out':
      return style('red', '✗');
    case 'running':
      return style('cyan', '⟳');
    case 'queued':
      return '○';
    case 'cancelled':
    case 'interrupted':
      return style('yellow', '-');
    case 'skipped':
      return style('dim', '-');
  }
}

/** A step with its duration and what there is to say. */
export function stepLine(step: Step, output: Output): string {
  const took = step.startedAt === null || step.finishedAt === null ? null : step.finishedAt - step.startedAt;
  const duration = took === null ? '' : `${step.kind === 'approval' ? 'waited ' : ''}${formatDuration(took)}`;
  const state = ['succeeded', 'failed', 'skipped'].includes(step.state) ? '' : step.state.replace('_', ' ');
  const parts = [step.state === 'skipped' ? '' : duration, state, step.reason ?? ''].filter((part) => part !== '');
  return `${markOf(step.state, output)} ${step.name}   ${parts.join(' · ')}`.trimEnd();
}

const shownProblems = 10;

/** What a step said about places in files. */
export function problemLines(problems: readonly StepProblem[]): string[] {
  const lines = problems.slice(0, shownProblems).map(({ location: { file, line, column }, severity, message, code }) => {
    const place = `${file}:${line}${column === undefined ? '' : `:${column}`}`;
    return `${place}   ${severity}${code === undefined ? '' : ` ${code}`}: ${message}`;
  });
  return problems.length <= shownProblems ? lines : [...lines, `and ${problems.length - shownProblems} more`];
}

/** The plan: one line, and in full a line for each step. */
export function pipelinePlanLines(plan: PipelinePlan, isFull: boolean): string[] {
  const running = plan.steps.filter(({ decision }) => decision === 'run' || decision === 'conditional');
  const parts = [
    `${running.length} of ${counted(plan.steps.length, 'step')}`,
    ...(plan.expectedMs === null ? [] : [`about ${formatDuration(plan.expectedMs)}`]),
    ...(plan.failureProbability === null ? [] : [`fails with probability ${plan.failureProbability.toFixed(2)}`]),
  ];
  const shown = isFull
    ? plan.steps
    : plan.steps.filter(({ decision }) => decision === 'pruned' || decision === 'reused');
  return [
    `plan    ${parts.join(', ')}   (${formatDuration(plan.planMs)})`,
    ...shown.slice(0, isFull ? shown.length : shownLines).map((step) => `        ${plannedLine(step)}`),
    ...plan.notes.map((note) => `        note: ${note}`),
  ];
}

function plannedLine(step: PlannedStep): string {
  const mark = { run: '○', conditional: '?', pruned: '-', reused: '=' }[step.decision];
  const numbers = [
    ...(step.failureProbability === null ? [] : [`p ${step.failureProbability.toFixed(2)}`]),
    ...(step.expectedMs === null ? [] : [formatDuration(step.expectedMs)]),
    ...(step.p90Ms === undefined ? [] : [`p90 ${formatDuration(step.p90Ms)}`]),
  ];
  return `${mark} ${step.name}   ${step.why}${numbers.length === 0 ? '' : `   ${numbers.join(', ')}`}`;
}

/** Shows one execution of a pipeline from its events. */
export class PipelineRendering {
  readonly #output: Output;
  readonly #isVerbose: boolean;
  readonly #tails = new Map<string, string>();
  readonly #shown = new Set<string>();
  /** Questions that wait for their answers, by their steps. */
  readonly #asked = new Map<string, string>();
  #label = '';

  constructor(output: Output, isVerbose: boolean) {
    this.#output = output;
    this.#isVerbose = isVerbose;
  }

  show(event: NoodleEvent): void {
    switch (event.type) {
      case 'log.appended':
        return this.#keep(event.stepId, event.text);
      case 'step.changed':
        return this.#showStep(event.step);
      case 'execution.changed':
        return this.#progress(event.execution);
      case 'approval.changed':
        return this.#showApproval(event.approval);
      default:
    }
  }

  /** Its lines bring their own label, so the next step says its own again. */
  plan(lines: readonly string[]): void {
    this.#label = '';
    for (const line of lines) this.#output.line(line);
  }

  /** The user called the execution off: says what that ends, above all a question that nobody will answer now. */
  interrupted(id: ExecutionId): void {
    this.#output.progress(null);
    this.#output.line(`${this.#section('stop')}${id} is cancelled, as the command was interrupted`);
    for (const question of this.#asked.values()) this.#output.line(`${margin}it waited for an approval: ${question}`);
    if (this.#asked.size > 0)
      this.#output.line(
        `${margin}to leave a pipeline waiting: \`noodle serve\` in another terminal, then \`noodle pipeline run --detach\``,
      );
  }

  end(execution: Execution): void {
    const { output } = { output: this.#output };
    output.progress(null);
    for (const step of execution.steps) this.#showStep(step);
    for (const line of endLines(execution, output)) output.line(line);
  }

  #keep(stepId: string, text: string): void {
    this.#tails.set(stepId, ((this.#tails.get(stepId) ?? '') + text).slice(-keptCharacters));
    if (this.#isVerbose) for (const line of text.replace(/\n$/, '').split('\n')) this.#output.line(`${margin}${line}`);
  }

  #showStep(step: Step): void {
    const isOver = step.state !== 'queued' && step.state !== 'running';
    if (!isOver || step.kind === 'plan' || this.#shown.has(step.id)) return;
    this.#shown.add(step.id);
    this.#output.line(`${this.#section('step')}${stepLine(step, this.#output)}`);
    const isBroken = step.state === 'failed' || step.state === 'timed_out';
    if (isBroken && !this.#isVerbose)
      for (const line of lastLines(this.#tails.get(step.id) ?? '')) this.#output.line(`${margin}${line}`);
    this.#tails.delete(step.id);
  }

  #showApproval({ executionId, stepId, question, state, risk }: Approval): void {
    if (state !== 'waiting') return void this.#asked.delete(stepId);
    this.#asked.set(stepId, question);
    this.#output.line(`${this.#section('ask')}? ${question}`);
    if (risk !== null) this.#output.line(`${margin}${risk.sentence}`);
    this.#output.line(`${margin}noodle pipeline approve ${executionId}   (--show: the change; --reject: no)`);
  }

  #progress({ steps, state, reason }: Execution): void {
    if (state !== 'running' && state !== 'queued') return;
    const isWaiting = (step: Step) => step.state === 'queued' && step.reason !== null;
    const running = steps.filter((step) => (step.state === 'running' && step.kind !== 'plan') || isWaiting(step));
    const done = steps.filter(
      (step) => step.state !== 'queued' && step.state !== 'running' && step.kind !== 'plan',
    ).length;
    const names = running
      .slice(0, 3)
      .map((step) => (step.reason === null ? step.name : `${step.name} (${step.reason})`));
    this.#output.progress(reason ?? `${done}/${steps.length - 1} ${names.join(', ')}`);
  }

  #section(label: string): string {
    const shown = label === this.#label ? '' : label;
    this.#label = label;
    return this.#output.style('bold', shown.padEnd(8));
  }
}

/** What the order and leaving out have saved; nothing where that is not worth a line. */
export function gainLines({ gain }: ExecutionMetrics): string[] {
  const least = 100;
  if (gain === null) return [];
  const { plainMs, orderingMs, leavingOutMs } = gain;
  const parts = [
    ...(orderingMs >= least ? [`the order saved ${formatDuration(orderingMs)}`] : []),
    ...(leavingOutMs >= least ? [`leaving out saved ${formatDuration(leavingOutMs)}`] : []),
  ];
  return parts.length === 0 ? [] : [`${parts.join(', ')} of ${formatDuration(plainMs)} in the plain order`];
}

/** What somebody is asked, over which change. */
export function questionLines({ pipeline, executionId, stepId, question, diff, risk }: Approval): string[] {
  const dangers = risk === null ? [] : [risk.sentence, ...risk.reasons.map((reason) => `  ${reason}`)];
  return [`${pipeline} · ${executionId} · ${stepId}`, `? ${question}`, ...dangers, '', diff];
}

function lastLines(text: string): string[] {
  const lines = text
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');
  return lines.slice(-shownLines);
}

/** ` in 12 s`, and how long it waited for answers; empty before it has ended. */
export function durationWords(execution: Execution): string {
  const { finishedAt } = execution;
  const worked = finishedAt === null ? null : workingMs(execution, finishedAt);
  if (finishedAt === null || worked === null) return '';
  const waited = answerMs(execution, finishedAt);
  return ` in ${formatDuration(worked)}${waited < 1000 ? '' : `, after ${formatDuration(waited)} of waiting for an answer`}`;
}

function endLines(execution: Execution, { style }: Output): string[] {
  const { state, reason, id } = execution;
  const duration = durationWords(execution);
  const word = style(
    state === 'succeeded' ? 'green' : state === 'cancelled' ? 'yellow' : 'red',
    `${state.replace('_', ' ')}${duration}`,
  );
  const again = state === 'succeeded' ? '' : `   noodle pipeline rerun ${id} --failed`;
  return [`${word}${reason === null ? '' : ` · ${reason}`}${again}`];
}
