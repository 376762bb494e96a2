// Why a target was or would be built: from its recorded results and how it stands now.
import type { BuildResult, BuildTarget } from '../protocol/build.ts';
import type { Explanation } from '../protocol/explanation.ts';
import { formatDuration } from '../protocol/quantities.ts';
import type { BuildFailureEstimate } from './failure-estimate.ts';
import { classNames } from './failures/failure-class.ts';
import type { BuildVerdict } from './failure-verdict.ts';
import { changedSince, isFresh, staleReason, type TargetState } from './target-state.ts';

const mostFacts = 50;

export interface TargetRecords {
  /** The last recorded result, null when there is none. */
  readonly latest: BuildResult | null;
  /** Whether the local cache keeps what it would write. */
  readonly isKept: boolean;
  readonly estimate: BuildFailureEstimate | null;
  readonly verdict: BuildVerdict | null;
  /** The tool that is not installed, in a sentence. */
  readonly missing: string | null;
  /** Why it cannot be built as it is declared. */
  readonly refused: string | null;
  /** Of its last successful builds; null when there was none. */
  readonly duration: { readonly medianMs: number; readonly p90Ms: number } | null;
}

export function explainTarget(target: BuildTarget, state: TargetState, records: TargetRecords): Explanation {
  const { decision, summary } = verdict(target, state, records);
  const isOutdated = decision !== 'unchanged';
  return {
    subject: target.id,
    subjectKind: 'target',
    decision,
    summary,
    path: [],
    facts: [
      ...differencesOf(state),
      ...(isOutdated ? cacheFacts(records) : []),
      ...latestFacts(records.latest),
      ...(isOutdated ? estimateFacts(records) : []),
      ...aboutTarget(target, state, records),
    ],
    executionId: state.last?.executionId ?? null,
    at: state.last?.finishedAt ?? null,
  };
}

function verdict(
  { id, type }: BuildTarget,
  state: TargetState,
  { latest, isKept, refused }: TargetRecords,
): Pick<Explanation, 'decision' | 'summary'> {
  if (refused !== null) return { decision: 'failed', summary: `${id} is not built: ${refused}` };
  if (isFresh(state) && type !== 'clean')
    return {
      decision: 'unchanged',
      summary: `${id} is not built: unchanged since ${state.last?.executionId ?? 'its last build'}`,
    };
  if (latest?.status === 'failed' && latest.fingerprint === state.fingerprint) {
    return {
      decision: 'failed',
      summary: `${id} failed, and nothing that it depends on has changed since: ${latest.reason}`,
    };
  }
  const would = isKept ? 'would be brought back from the local cache' : 'would be built';
  if (state.last === null) return { decision: 'unknown', summary: `${id} has not been built here yet, so it ${would}` };
  if (isFresh(state)) return { decision: 'built', summary: `${id} ${would}: it is to be built from scratch each time` };
  return { decision: 'built', summary: `${id} ${would}: ${staleReason(state)}` };
}

/** What differs from the last success, each by itself. */
function differencesOf(state: TargetState): string[] {
  const { sentences } = changedSince(state);
  const shown = sentences.slice(0, mostFacts);
  return sentences.length > shown.length
    ? [...shown, `${sentences.length - shown.length} more differences`]
    : [...shown];
}

function cacheFacts({ isKept }: TargetRecords): string[] {
  return [
    isKept
      ? 'local cache: hit'
      : 'local cache: miss, nothing was kept for these inputs; a remote cache is asked when it is built',
  ];
}

function latestFacts(latest: BuildResult | null): string[] {
  if (latest === null) return [];
  const problems = latest.problems
    .slice(0, 5)
    .map(({ location, message }) => `${location.file}:${location.line}: ${message}`);
  const duration = latest.status === 'unchanged' ? '' : ` after ${formatDuration(latest.durationMs)}`;
  const { failure, recovery = [], undeclaredReads = [] } = latest;
  return [
    `last result: ${latest.status.replace('_', ' ')}${duration}: ${latest.reason}`,
    ...(failure === undefined ? [] : [`class of the failure: ${classNames[failure.class]}, by: ${failure.evidence}`]),
    ...(failure === undefined || failure.suggestion === null ? [] : [`what to do: ${failure.suggestion}`]),
    ...recovery.map((sentence) => `recovery: ${sentence}`),
    ...undeclaredReads.slice(0, 10).map((file) => `reads ${file}, which is not an input`),
    ...problems,
  ];
}

function estimateFacts({ estimate, verdict }: TargetRecords): string[] {
  if (estimate === null) return [];
  return [
    `probability that it fails: ${estimate.probability.toFixed(2)}, because ${estimate.reason}`,
    ...(verdict === null ? [] : [`before the build: ${verdict.says}; ${verdict.because}`]),
  ];
}

function aboutTarget(target: BuildTarget, { last }: TargetState, { missing, duration }: TargetRecords): string[] {
  const needs = target.needs.length === 0 ? [] : [`needs ${target.needs.join(', ')}`];
  const success = last === null ? [] : [`last success: ${last.executionId}, ${formatDuration(last.durationMs)}`];
  const usual =
    duration === null
      ? []
      : [`takes ${formatDuration(duration.medianMs)}, nine of ten times at most ${formatDuration(duration.p90Ms)}`];
  const tool = missing === null ? [] : [missing];
  const onDemand = target.automatic ? [] : ['it is built only when it is asked for or needed'];
  return [
    ...success,
    ...usual,
    ...needs,
    ...tool,
    ...onDemand,
    `command: ${target.command}`,
    `found in ${target.foundIn}`,
  ];
}
