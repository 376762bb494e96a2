// What takes the time of runs: their critical paths, queues, and people who wait. Pure.
import type { Execution, Step } from '../protocol/execution.ts';
import { answerMs } from '../protocol/execution-time.ts';
import type { Bottlenecks } from '../protocol/trends.ts';
import { median, quantile, sorted } from './statistics/ranks.ts';

/** A step on a critical path: how long it ran, and how long it could not although what it needs had ended. */
export interface PathStep {
  readonly step: Step;
  readonly durationMs: number;
  readonly waitMs: number;
}

/**
 * The chain of steps that decided when an execution ended, from its first to its last: back from the step that ended
 * last, each time to the one of its needs that ended last.
 */
export function criticalPath({ steps, startedAt }: Execution): PathStep[] {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const path: PathStep[] = [];
  const seen = new Set<string>();
  let step = latest(steps);
  while (step !== null && !seen.has(step.id)) {
    seen.add(step.id);
    const before = latest(step.needs.flatMap((id) => byId.get(id) ?? []));
    const begin = step.startedAt ?? 0;
    const ready = before?.finishedAt ?? startedAt ?? begin;
    path.unshift({
      step,
      // Whoever is slow to answer is no step to make faster.
      durationMs: step.kind === 'approval' ? 0 : Math.max(0, (step.finishedAt ?? begin) - begin),
      waitMs: Math.max(0, begin - ready),
    });
    step = before;
  }
  return path;
}

function latest(steps: readonly Step[]): Step | null {
  const ran = steps.filter(({ startedAt, finishedAt }) => startedAt !== null && finishedAt !== null);
  return ran.toSorted((a, b) => (b.finishedAt ?? 0) - (a.finishedAt ?? 0))[0] ?? null;
}

export interface BottleneckInput {
  /** Ended executions. */
  readonly executions: readonly Execution[];
  readonly from: number;
  readonly now: number;
  readonly saved: { readonly testsMs: number; readonly buildsMs: number };
}

const dayMs = 86_400_000;
const mostSteps = 50;

/** What to make faster first, and what waiting costs. */
export function bottlenecks({ executions, from, now, saved }: BottleneckInput): Bottlenecks {
  const paths = executions.map(criticalPath);
  const all = paths.flat();
  const totalMs = all.reduce((sum, { durationMs, waitMs }) => sum + durationMs + waitMs, 0);
  const steps = [...Map.groupBy(all, ({ step }) => step.id)].map(([id, each]) => stepFigures(id, each, totalMs));
  const queued = sorted(
    executions.flatMap(({ queuedAt, startedAt }) => (startedAt === null ? [] : [Math.max(0, startedAt - queuedAt)])),
  );
  const waited = executions.filter(({ trigger }) => trigger === 'command' || trigger === 'editor').map(waitOf);
  const waitedMs = waited.reduce((sum, ms) => sum + ms, 0);
  return {
    from,
    executions: executions.length,
    steps: steps.toSorted((a, b) => b.share - a.share).slice(0, mostSteps),
    queue: {
      medianMs: queued.length === 0 ? 0 : quantile(queued, 0.5),
      p95Ms: queued.length === 0 ? 0 : quantile(queued, 0.95),
    },
    waiting: {
      totalMs: waitedMs,
      perDayMs: waitedMs / Math.max(1, (now - from) / dayMs),
      runs: waited.length,
      definition:
        'Time from asking for a run to its first failure, or to its end where nothing failed; of runs that a person started, not of those that watching did.',
    },
    saved: {
      ...saved,
      definition:
        'Tests: median durations of the test files that plans left out. Builds: median durations of the targets that were unchanged, or came from a cache.',
    },
  };
}

function stepFigures(id: string, each: readonly PathStep[], totalMs: number): Bottlenecks['steps'][number] {
  const own = each.reduce((sum, { durationMs, waitMs }) => sum + durationMs + waitMs, 0);
  const [first] = each;
  return {
    id,
    name: first?.step.name ?? id,
    kind: first?.step.kind ?? '',
    onPath: each.length,
    medianMs: median(each.map(({ durationMs }) => durationMs)),
    share: totalMs === 0 ? 0 : own / totalMs,
    medianWaitMs: median(each.map(({ waitMs }) => waitMs)),
  };
}

function waitOf(execution: Execution): number {
  const { queuedAt, startedAt, finishedAt, firstFailureAtMs } = execution;
  const begin = startedAt ?? queuedAt;
  const end = finishedAt ?? begin;
  const answered = firstFailureAtMs === null ? end - answerMs(execution, end) : begin + firstFailureAtMs;
  return Math.max(0, answered - queuedAt);
}
