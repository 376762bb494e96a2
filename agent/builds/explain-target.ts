// Why a target was or would be built: from its recorded results and how it stands now.
import type { BuildResult, BuildTarget } from '../protocol/build.ts';
import type { Explanation } from '../protocol/explanation.ts';
import { formatDuration } from '../protocol/quantities.ts';
import { changedSince, isFresh, staleReason, type TargetState } from './target-state.ts';

const mostFacts = 50;

/** `latest`: the last recorded result, null when there is none. */
export function explainTarget(target: BuildTarget, state: TargetState, latest: BuildResult | null): Explanation {
  const { decision, summary } = verdict(target, state, latest);
  return {
    subject: target.id,
    subjectKind: 'target',
    decision,
    summary,
    path: [],
    facts: [...differencesOf(state), ...latestFacts(latest), ...aboutTarget(target, state)],
    executionId: state.last?.executionId ?? null,
    at: state.last?.finishedAt ?? null,
  };
}

function verdict(
  { id }: BuildTarget,
  state: TargetState,
  latest: BuildResult | null,
): Pick<Explanation, 'decision' | 'summary'> {
  if (isFresh(state))
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
  if (state.last === null)
    return { decision: 'unknown', summary: `${id} has not been built here yet, so it would be built` };
  return { decision: 'built', summary: `${id} would be built: ${staleReason(state)}` };
}

/** What differs from the last success, each by itself. */
function differencesOf(state: TargetState): string[] {
  const { sentences } = changedSince(state);
  const shown = sentences.slice(0, mostFacts);
  return sentences.length > shown.length
    ? [...shown, `${sentences.length - shown.length} more differences`]
    : [...shown];
}

function latestFacts(latest: BuildResult | null): string[] {
  if (latest === null) return [];
  const problems = latest.problems
    .slice(0, 5)
    .map(({ location, message }) => `${location.file}:${location.line}: ${message}`);
  const duration = latest.status === 'unchanged' ? '' : ` after ${formatDuration(latest.durationMs)}`;
  return [`last result: ${latest.status.replace('_', ' ')}${duration}: ${latest.reason}`, ...problems];
}

function aboutTarget(target: BuildTarget, { last }: TargetState): string[] {
  const needs = target.needs.length === 0 ? [] : [`needs ${target.needs.join(', ')}`];
  const success = last === null ? [] : [`last success: ${last.executionId}, ${formatDuration(last.durationMs)}`];
  return [...success, ...needs, `command: ${target.command}`, `found in ${target.foundIn}`];
}
