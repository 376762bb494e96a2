// The life of an execution and of a step: one diagram, one function.
import type { ExecutionState } from '../protocol/execution.ts';

/** What happens to an execution or a step. */
export type LifeEvent =
  | 'started'
  | 'succeeded'
  | 'failed'
  | 'timed_out'
  | 'cancelled'
  | 'skipped'
  /** Found unfinished by the next agent after a crash. */
  | 'interrupted';

/** The part of an Execution and of a Step that their life changes. */
export interface Life {
  readonly state: ExecutionState;
  readonly reason: string | null;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
}

/**
 * ```
 *                 ┌──────────┐  started   ┌──────────┐  succeeded   ┌───────────┐
 *     submit ────▶│  queued  │───────────▶│ running  │─────────────▶│ succeeded │
 *                 └──────────┘            └──────────┘              └───────────┘
 *                   │  │  │                │ │ │ │ │  failed        ┌───────────┐
 *                   │  │  │                │ │ │ │ └───────────────▶│  failed   │
 *                   │  │  │                │ │ │ │    timed_out     ├───────────┤
 *                   │  │  │                │ │ │ └─────────────────▶│ timed_out │
 *                   │  │  │    skipped     │ │ │                    ├───────────┤
 *                   │  │  └────────────────│─│─┴───────────────────▶│  skipped  │
 *                   │  │       cancelled   │ │                      ├───────────┤
 *                   │  └───────────────────│─┴─────────────────────▶│ cancelled │
 *                   │          interrupted │                        ├───────────┤
 *                   └──────────────────────┴───────────────────────▶│interrupted│
 *                                                                   └───────────┘
 * ```
 * What has ended stays as it is, whatever happens afterwards. What was never started can neither succeed nor fail nor
 * run out of time: asking for that is a defect.
 */
export function nextState(state: ExecutionState, event: LifeEvent): ExecutionState {
  switch (state) {
    case 'queued':
      return fromQueued(event);
    case 'running':
      return event === 'started' ? 'running' : event;
    case 'succeeded':
    case 'failed':
    case 'cancelled':
    case 'timed_out':
    case 'skipped':
    case 'interrupted':
      return state;
  }
}

/** Whether nothing can change it any more. */
export function hasEnded(state: ExecutionState): boolean {
  return state !== 'queued' && state !== 'running';
}

/** A life after `event` at the time `at`, with the reason why, where there is one. */
export function advance<T extends Life>(life: T, event: LifeEvent, { at, reason }: { at: number; reason?: string }): T {
  const state = nextState(life.state, event);
  if (state === life.state) return life;
  // What is gone on with after a crash keeps its beginning.
  if (state === 'running') return { ...life, state, startedAt: life.startedAt ?? at };
  return { ...life, state, reason: reason ?? null, finishedAt: at };
}

function fromQueued(event: LifeEvent): ExecutionState {
  switch (event) {
    case 'started':
      return 'running';
    case 'cancelled':
    case 'skipped':
    case 'interrupted':
      return event;
    case 'succeeded':
    case 'failed':
    case 'timed_out':
      throw new Error(`what was never started cannot be ${event}`);
  }
}
