// The answer in one sentence: is it fine, what broke, since when, because of what.
import type { Execution } from '../../agent/protocol/execution.ts';
import { counted, formatCount } from '../../agent/protocol/quantities.ts';
import { countFailing } from './failing.ts';
import { currentExecution, type DashboardState, type FailingItem } from './state.ts';

export type Tone = 'passed' | 'failed' | 'running' | 'stopped' | 'none';

export interface Answer {
  readonly tone: Tone;
  readonly text: string;
  /** Since when it is so; null where that is not known or does not matter. */
  readonly since: number | null;
}

/** The answer line; the status bar says the same. */
export function answer(state: DashboardState): Answer {
  const execution = currentExecution(state);
  if (execution === null) return { tone: 'none', text: 'Nothing has run yet.', since: null };
  switch (execution.state) {
    case 'queued':
      return { tone: 'running', text: 'A run waits for its turn', since: null };
    case 'running':
      return running(state, execution);
    case 'succeeded':
      return succeeded(state, execution);
    case 'failed':
      return failed(state, execution);
    case 'timed_out':
      return ended('failed', 'The run took too long and was stopped', execution);
    case 'cancelled':
      return ended('stopped', 'The run was cancelled', execution);
    case 'interrupted':
      return ended('stopped', 'The run was interrupted', execution);
    case 'skipped':
      return ended('stopped', 'The run was skipped', execution);
  }
}

/** What a screen reader is told: the answer, and how far a run is in steps of a quarter. */
export function announcement(state: DashboardState): string {
  const execution = currentExecution(state);
  if (execution?.state !== 'running') return answer(state).text;
  const failing = failingIn(state, execution).length;
  const found = failing === 0 ? '' : `, ${counted(failing, 'test')} failing so far`;
  if (execution.plannedTests === 0) return `Running${found}`;
  const quarters = Math.floor((execution.finishedTests / execution.plannedTests) * 4);
  return `Running, ${quarters * 25} % done${found}`;
}

function running(state: DashboardState, execution: Execution): Answer {
  const failing = failingIn(state, execution);
  const count = failing.length || execution.counts.failed;
  if (count > 0)
    return {
      tone: 'failed',
      text: `${counted(count, 'test')} ${fails(count)} so far${cause(failing, execution)}`,
      since: null,
    };
  if (execution.plannedTests === 0 && (state.current?.plan ?? null) === null) {
    return { tone: 'running', text: 'Working out what the change can affect', since: null };
  }
  if (execution.finishedTests === 0 && execution.counts.total === 0) {
    return { tone: 'running', text: 'Running, no result yet', since: null };
  }
  return { tone: 'running', text: 'Running, nothing fails so far', since: null };
}

function succeeded(state: DashboardState, execution: Execution): Answer {
  const { total } = execution.counts;
  const others = countFailing(state.failing);
  const since = execution.finishedAt;
  if (others > 0) {
    const passed = total === 0 ? 'Nothing had to run' : `${allOf(total, state)} pass`;
    return {
      tone: 'failed',
      text: `${passed}, but ${counted(others, 'test')} ${fails(others)} since an earlier run`,
      since,
    };
  }
  if (total === 0) return { tone: 'passed', text: nothingToTest(state), since };
  const mended = state.failing.size;
  const again = mended === 0 ? '' : `; ${counted(mended, 'test')} mended`;
  return { tone: 'passed', text: `${allOf(total, state)} ${total === 1 ? 'passes' : 'pass'}${again}`, since };
}

function failed(state: DashboardState, execution: Execution): Answer {
  const failing = failingIn(state, execution);
  const count = failing.length || execution.counts.failed;
  if (count === 0) return failedBeforeTests(execution);
  const of = execution.counts.total > count ? ` of ${formatCount(execution.counts.total)}` : '';
  const noun = of === '' && count === 1 ? 'test' : 'tests';
  const subject = `${formatCount(count)}${of} ${impacted(state)}${noun}`;
  const fresh = brokenBy(execution, failing);
  const isOld = failing.length > 0 && fresh.length === 0;
  const text = isOld ? `${subject} still ${fails(count)}` : `${subject} ${fails(count)}${cause(failing, execution)}`;
  return { tone: 'failed', text, since: earliest(isOld ? failing : fresh) ?? execution.finishedAt };
}

function failedBeforeTests(execution: Execution): Answer {
  const broken = execution.steps.filter((step) => step.kind === 'build' && step.state === 'failed');
  const [first] = broken;
  if (first === undefined) return ended('failed', 'The run failed', execution);
  const text = broken.length === 1 ? `The build of ${first.name} fails` : `${counted(broken.length, 'build')} fail`;
  return { tone: 'failed', text, since: execution.finishedAt };
}

function ended(tone: Tone, text: string, execution: Execution): Answer {
  const reason = execution.reason === null || execution.reason === '' ? '' : `: ${execution.reason}`;
  return { tone, text: `${text}${reason}`, since: execution.finishedAt };
}

/** The tests whose failure this execution found and that still fail. */
function failingIn(state: DashboardState, execution: Execution): FailingItem[] {
  return [...state.failing.values()].filter((item) => !item.isMended && item.executionId === execution.id);
}

/** Those that passed, or were not known, before this run. */
function brokenBy(execution: Execution, failing: readonly FailingItem[]): FailingItem[] {
  return failing.filter((item) => item.failingSince >= (execution.startedAt ?? execution.queuedAt));
}

/**
 * ` since your change to src/cart.ts and 2 more files`: the first nodes of the paths from the change to the tests that
 * this run broke; it says how many, when others failed before.
 */
function cause(failing: readonly FailingItem[], execution: Execution): string {
  const fresh = brokenBy(execution, failing);
  const files = [...new Set(fresh.flatMap((item) => item.why.slice(0, 1)))];
  const [first] = files;
  if (first === undefined) return '';
  const count = fresh.length === failing.length ? '' : `, ${formatCount(fresh.length)} of them`;
  const more = files.length === 1 ? '' : ` and ${counted(files.length - 1, 'more file')}`;
  return `${count} since your change to ${first}${more}`;
}

function fails(count: number): string {
  return count === 1 ? 'fails' : 'fail';
}

function earliest(failing: readonly FailingItem[]): number | null {
  return failing.length === 0 ? null : Math.min(...failing.slice(0, 1000).map((item) => item.failingSince));
}

function allOf(total: number, state: DashboardState): string {
  if (total === 1) return `The ${impacted(state)}test`;
  return `All ${formatCount(total)} ${impacted(state)}tests`;
}

/** Only a run that left tests out is about impacted tests. */
function impacted(state: DashboardState): string {
  return (state.current?.plan?.skippedTests ?? 0) > 0 ? 'impacted ' : '';
}

function nothingToTest(state: DashboardState): string {
  const builds = state.current?.plan?.builds.length ?? 0;
  return builds === 0 ? 'The change affects no test' : 'The change affects no test; the builds succeed';
}
