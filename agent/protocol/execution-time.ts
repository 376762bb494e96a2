// How long an execution worked: what it only waited for somebody's answer is no work of it.
import type { Execution, Step } from './execution.ts';

type TimedStep = Pick<Step, 'kind' | 'startedAt' | 'finishedAt'>;
type Timed = Pick<Execution, 'startedAt' | 'finishedAt'> & { readonly steps: readonly TimedStep[] };

/** Milliseconds from the start to the end, or to `now`, without those in which it only waited for answers; null before it was started. */
export function workingMs(execution: Timed, now: number): number | null {
  const { startedAt, finishedAt } = execution;
  if (startedAt === null) return null;
  return Math.max(0, (finishedAt ?? now) - startedAt - answerMs(execution, now));
}

/** Milliseconds in which an approval waited for its answer and no other step ran; what was taken over from another execution lies before. */
export function answerMs({ startedAt: begin, finishedAt, steps }: Timed, now: number): number {
  if (begin === null) return 0;
  const end = finishedAt ?? now;
  const clipped = (at: number) => Math.min(Math.max(at, begin), end);
  const spans = (isApproval: boolean) =>
    steps.flatMap(({ kind, startedAt, finishedAt: ended }): Span[] =>
      startedAt !== null && (kind === 'approval') === isApproval && kind !== 'service'
        ? [[clipped(startedAt), clipped(ended ?? end)]]
        : [],
    );
  const approvals = merged(spans(true));
  if (approvals.length === 0) return 0;
  const working = merged(spans(false));
  const total = approvals.reduce((sum, [from, to]) => sum + to - from, 0);
  return total - approvals.reduce((sum, approval) => sum + coveredMs(approval, working), 0);
}

type Span = readonly [from: number, to: number];

/** In order, without overlaps. */
function merged(spans: readonly Span[]): Span[] {
  const result: Span[] = [];
  for (const [from, to] of spans.toSorted(([a], [b]) => a - b)) {
    const last = result.at(-1);
    if (last !== undefined && from <= last[1]) result[result.length - 1] = [last[0], Math.max(last[1], to)];
    else result.push([from, to]);
  }
  return result;
}

function coveredMs([from, to]: Span, spans: readonly Span[]): number {
  return spans.reduce((sum, [start, end]) => sum + Math.max(0, Math.min(to, end) - Math.max(from, start)), 0);
}
