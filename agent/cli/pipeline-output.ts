// Pipelines as a person reads them: the plan in one line, each step as it ends, failures with the end of their output.
import type { NoodleEvent } from '../protocol/events.ts';
import type { Execution, ExecutionState, Step } from '../protocol/execution.ts';
import type { ExecutionId } from '../protocol/ids.ts';
import type { PipelinePlan, PlannedStep } from '../protocol/pipeline.ts';
import { counted, formatDuration } from '../protocol/quantities.ts';
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
  const duration =
    step.startedAt === null || step.finishedAt === null ? '' : formatDuration(step.finishedAt - step.startedAt);
  const state = ['succeeded', 'failed', 'skipped'].includes(step.state) ? '' : step.state.replace('_', ' ');
  const parts = [step.state === 'skipped' ? '' : duration, state, step.reason ?? ''].filter((part) => part !== '');
  return `${markOf(step.state, output)} ${step.name}   ${parts.join(' · ')}`.trimEnd();
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
  ];
  return `${mark} ${step.name}   ${step.why}${numbers.length === 0 ? '' : `   ${numbers.join(', ')}`}`;
}

/** Shows one execution of a pipeline from its events. */
export class PipelineRendering {
  readonly #output: Output;
  readonly #isVerbose: boolean;
  readonly #tails = new Map<string, string>();
  readonly #shown = new Set<string>();
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
        if (event.approval.state === 'waiting') this.#showQuestion(event.approval.executionId, event.approval.question);
        return;
      default:
    }
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

  #showQuestion(id: ExecutionId, question: string): void {
    this.#output.line(`${this.#section('ask')}? ${question}`);
    this.#output.line(`${margin}noodle pipeline approve ${id}   (--show: the change; --reject: no)`);
  }

  #progress({ steps, state, reason }: Execution): void {
    if (state !== 'running' && state !== 'queued') return;
    const running = steps.filter((step) => step.state === 'running' && step.kind !== 'plan');
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

function lastLines(text: string): string[] {
  const lines = text
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');
  return lines.slice(-shownLines);
}

function endLines(execution: Execution, { style }: Output): string[] {
  const { state, startedAt, finishedAt, reason, id } = execution;
  const duration = startedAt === null || finishedAt === null ? '' : ` in ${formatDuration(finishedAt - startedAt)}`;
  const word = style(
    state === 'succeeded' ? 'green' : state === 'cancelled' ? 'yellow' : 'red',
    `${state.replace('_', ' ')}${duration}`,
  );
  const again = state === 'succeeded' ? '' : `   noodle pipeline rerun ${id} --failed`;
  return [`${word}${reason === null ? '' : ` · ${reason}`}${again}`];
}
