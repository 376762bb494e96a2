// The answer in one sentence: is it fine, what broke, since when, because of what. The status bar, its tooltip and the
// dashboard say the same.
import type { FailingTest } from './analytics.ts';
import type { Execution } from './execution.ts';
import { ownSteps } from './own-steps.ts';
import { counted, formatCount } from './quantities.ts';

export type Tone = 'passed' | 'failed' | 'running' | 'stopped' | 'none';

export interface Answer {
  readonly tone: Tone;
  readonly text: string;
  /** Since when it is so; null where that is not known or does not matter. */
  readonly since: number | null;
}

/** What the sentence is made of. */
export interface AnswerFacts {
  /** The run that goes on, else the latest; null before the first. */
  readonly execution: Execution | null;
  /** Every test that fails now, whichever run found it. */
  readonly failing: readonly Pick<FailingTest, 'executionId' | 'failingSince' | 'why'>[];
  /** How many tests this run saw pass that failed before. */
  readonly mended: number;
  /** Of the plan of this run; null until it is known. */
  readonly plan: { readonly skippedTests: number; readonly builds: number } | null;
}

/** The answer line. */
export function answerTo(facts: AnswerFacts): Answer {
  const { execution } = facts;
  if (execution === null) return { tone: 'none', text: 'Nothing has run yet.', since: null };
  switch (execution.state) {
    case 'queued':
      return { tone: 'running', text: 'A run waits for its turn', since: null };
    case 'running':
      return running(facts, execution);
    case 'succeeded':
      return succeeded(facts, execution);
    case 'failed':
      return failed(facts, execution);
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

/** The tests whose failure this execution found and that still fail. */
export function failingIn({ failing }: Pick<AnswerFacts, 'failing'>, execution: Execution): AnswerFacts['failing'] {
  return failing.filter((item) => item.executionId === execution.id);
}

function running(facts: AnswerFacts, execution: Execution): Answer {
  const failing = failingIn(facts, execution);
  const count = failing.length || execution.counts.failed;
  if (count > 0)
    return {
      tone: 'failed',
      text: `${counted(count, 'test')} ${fails(count)} so far${cause(failing, execution)}`,
      since: null,
    };
  const doing = whatRuns(execution);
  if (doing !== null) return { tone: 'running', text: doing, since: null };
  if (execution.plannedTests === 0 && facts.plan === null) {
    return { tone: 'running', text: 'Working out what the change can affect', since: null };
  }
  if (execution.finishedTests === 0 && execution.counts.total === 0) {
    return { tone: 'running', text: 'Running, no result yet', since: null };
  }
  return { tone: 'running', text: 'Running, nothing fails so far', since: null };
}

/** What a pipeline waits for or does, in whose steps of its own there are no results to tell; null of any other run. */
function whatRuns({ name, steps }: Execution): string | null {
  const under = steps.filter((step) => step.state === 'running');
  const waits = under.find((step) => step.kind === 'approval' && step.reason !== null);
  if (waits !== undefined) return `${name} ${waits.reason}`;
  const commands = under.filter((step) => step.kind === 'command' || step.kind === 'wait' || step.kind === 'gate');
  const [first] = commands;
  if (first === undefined || commands.length < under.length) return null;
  return `${name} runs ${first.name}${commands.length === 1 ? '' : ` and ${counted(commands.length - 1, 'other step')}`}`;
}

function succeeded(facts: AnswerFacts, execution: Execution): Answer {
  const { total } = execution.counts;
  const others = facts.failing.length;
  const since = execution.finishedAt;
  if (others > 0) {
    const passed =
      total === 0 ? withoutTests(execution, 'Nothing had to run') : `${allOf(total, facts)} ${passes(total)}`;
    return {
      tone: 'failed',
      text: `${passed}, but ${counted(others, 'test')} ${fails(others)} since an earlier run`,
      since,
    };
  }
  if (total === 0) return { tone: 'passed', text: withoutTests(execution, nothingToTest(facts)), since };
  const { mended } = facts;
  const again = mended === 0 ? '' : `; ${counted(mended, 'test')} mended`;
  return { tone: 'passed', text: `${allOf(total, facts)} ${passes(total)}${again}`, since };
}

function failed(facts: AnswerFacts, execution: Execution): Answer {
  const failing = failingIn(facts, execution);
  const count = failing.length || execution.counts.failed;
  if (count === 0) return failedBeforeTests(execution);
  const of = execution.counts.total > count ? ` of ${formatCount(execution.counts.total)}` : '';
  const noun = of === '' && count === 1 ? 'test' : 'tests';
  const subject = `${formatCount(count)}${of} ${impacted(facts)}${noun}`;
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

/** Those that passed, or were not known, before this run. */
function brokenBy(execution: Execution, failing: AnswerFacts['failing']): AnswerFacts['failing'] {
  return failing.filter((item) => item.failingSince >= (execution.startedAt ?? execution.queuedAt));
}

/**
 * ` since your change to src/cart.ts and 2 more files`: the first nodes of the paths from the change to the tests that
 * this run broke; it says how many, when others failed before.
 */
function cause(failing: AnswerFacts['failing'], execution: Execution): string {
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

function passes(count: number): string {
  return count === 1 ? 'passes' : 'pass';
}

function earliest(failing: AnswerFacts['failing']): number | null {
  return failing.length === 0 ? null : Math.min(...failing.slice(0, 1000).map((item) => item.failingSince));
}

function allOf(total: number, facts: AnswerFacts): string {
  if (total === 1) return `The ${impacted(facts)}test`;
  return `All ${formatCount(total)} ${impacted(facts)}tests`;
}

/** Only a run that left tests out is about impacted tests. */
function impacted(facts: AnswerFacts): string {
  return (facts.plan?.skippedTests ?? 0) > 0 ? 'impacted ' : '';
}

/** A pipeline that did something is told of by its name, whatever was there to test. */
function withoutTests(execution: Execution, otherwise: string): string {
  const didRun = ownSteps(execution).some(({ state }) => state === 'succeeded');
  return didRun ? `${execution.name} succeeded` : otherwise;
}

function nothingToTest(facts: AnswerFacts): string {
  const builds = facts.plan?.builds ?? 0;
  return builds === 0 ? 'The change affects no test' : 'The change affects no test; the builds succeed';
}
