// A state by shape and by word, the same everywhere on the page.
import { html, type TemplateResult } from 'lit-html';
import type { TestStatus } from '../../agent/protocol/test.ts';
import { icon, type IconName } from '../icons.ts';
import type { Tone } from '../../agent/protocol/answer.ts';
import { stateWord, type NodeState } from '../state/stages.ts';

const nodeIcons: { readonly [S in NodeState]: IconName } = {
  queued: 'queued',
  running: 'running',
  succeeded: 'passed',
  failed: 'failed',
  cancelled: 'stopped',
  timed_out: 'overdue',
  skipped: 'skipped',
  interrupted: 'stopped',
  unchanged: 'unchanged',
};

const testIcons: { readonly [S in TestStatus]: IconName } = {
  passed: 'passed',
  failed: 'failed',
  skipped: 'skipped',
  todo: 'queued',
  errored: 'failed',
  timed_out: 'overdue',
};

const toneIcons: { readonly [T in Tone]: IconName } = {
  passed: 'passed',
  failed: 'failed',
  running: 'running',
  stopped: 'stopped',
  none: 'queued',
};

/** The icon of a state, with the word for those who do not see it. */
export function stateMark(state: NodeState): TemplateResult {
  return html`<span class="mark" data-state=${state}
    >${icon(nodeIcons[state])}<span class="unseen">${stateWord(state)}</span></span
  >`;
}

/** The icon of a test's status, with the word for those who do not see it. */
export function testMark(status: TestStatus): TemplateResult {
  return html`<span class="mark" data-state=${status}
    >${icon(testIcons[status])}<span class="unseen">${testWord(status)}</span></span
  >`;
}

/** The icon of the answer line; the line itself has the words. */
export function toneMark(tone: Tone): TemplateResult {
  return html`<span class="mark" data-state=${tone}>${icon(toneIcons[tone])}</span>`;
}

/** What a test's status is called. */
export function testWord(status: TestStatus): string {
  return status === 'timed_out' ? 'timed out' : status;
}
