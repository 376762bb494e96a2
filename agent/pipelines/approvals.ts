// Questions that a pipeline asks somebody: who answered, when and over which change is on record.
import type { StepContext, StepOutcome } from '../engine/engine.ts';
import type { EventBus } from '../events/events.ts';
import type { Clock } from '../platform/clock.ts';
import { failure, success, type Result } from '../protocol/failure.ts';
import type { ExecutionId, StepId } from '../protocol/ids.ts';
import type { Approval, ApprovalRisk } from '../protocol/pipeline.ts';
import { listApprovals, saveApproval } from '../store/pipelines.ts';
import type { Store } from '../store/store.ts';

export interface Question {
  readonly pipeline: string;
  readonly text: string;
  readonly diff: string;
  readonly risk: ApprovalRisk;
}

export interface Answer {
  readonly isApproved: boolean;
  readonly by: string;
  readonly comment: string | null;
}

export interface ApprovalsOptions {
  readonly store: Store;
  readonly events: EventBus;
  readonly clock: Clock;
}

export class Approvals {
  readonly #options: ApprovalsOptions;
  /** By execution and step. */
  readonly #waiting = new Map<string, { readonly approval: Approval; answer(answer: Answer): void }>();

  constructor(options: ApprovalsOptions) {
    this.#options = options;
  }

  /** Asks, and waits for the answer or the end of the execution. */
  async ask(question: Question, context: StepContext): Promise<StepOutcome> {
    const { clock } = this.#options;
    const { executionId, stepId, signal } = context;
    const approval: Approval = {
      executionId,
      stepId,
      pipeline: question.pipeline,
      question: question.text,
      askedAt: clock.now(),
      state: 'waiting',
      decidedAt: null,
      decidedBy: null,
      comment: null,
      diff: question.diff,
      risk: question.risk,
    };
    const answered = Promise.withResolvers<Answer | null>();
    const withdraw = () => answered.resolve(null);
    this.#waiting.set(keyOf(executionId, stepId), { approval, answer: (answer) => answered.resolve(answer) });
    signal.addEventListener('abort', withdraw, { once: true });
    if (signal.aborted) withdraw();
    await this.#keep(approval);
    context.say(`waits for an approval: ${question.text}`);
    context.log(`${question.text}\nnoodle pipeline approve ${executionId}, or --reject\n`);
    context.waits(true);
    const answer = await answered.promise;
    context.waits(false);
    signal.removeEventListener('abort', withdraw);
    this.#waiting.delete(keyOf(executionId, stepId));
    await this.#keep(withAnswer(approval, answer, clock.now()));
    return outcomeOf(answer);
  }

  /** Answers the question of a step, or the only one of the execution. */
  async answer(executionId: ExecutionId, stepId: StepId | undefined, answer: Answer): Promise<Result<Approval>> {
    const open = [...this.#waiting.values()].filter(
      ({ approval }) => approval.executionId === executionId && (stepId === undefined || approval.stepId === stepId),
    );
    const [only, another] = open;
    if (only === undefined) return this.#notWaiting(executionId, stepId);
    if (another !== undefined) {
      const ids = open.map(({ approval }) => approval.stepId).join(', ');
      return failure('conflict', `several steps of ${executionId} wait for an approval: ${ids}`, {
        place: 'stepId',
        hint: 'Name one of them.',
      });
    }
    only.answer(answer);
    return success(withAnswer(only.approval, answer, this.#options.clock.now()));
  }

  #notWaiting(executionId: ExecutionId, stepId: StepId | undefined): Result<never> {
    const decided = listApprovals(this.#options.store, 100, executionId).find(
      (each) => stepId === undefined || each.stepId === stepId,
    );
    if (decided === undefined || decided.state === 'waiting')
      return failure('not_found', `nothing of ${executionId} waits for an approval`, { place: 'id' });
    return failure(
      'conflict',
      `${decided.stepId} was ${decided.state} already${decided.decidedBy === null ? '' : ` by ${decided.decidedBy}`}`,
      { place: 'id' },
    );
  }

  async #keep(approval: Approval): Promise<void> {
    await this.#options.store.transact((tx) => saveApproval(tx, approval));
    this.#options.events.emit({ type: 'approval.changed', approval });
  }
}

function keyOf(executionId: ExecutionId, stepId: StepId): string {
  return JSON.stringify([executionId, stepId]);
}

function withAnswer(approval: Approval, answer: Answer | null, at: number): Approval {
  if (answer === null) return { ...approval, state: 'withdrawn', decidedAt: at };
  return {
    ...approval,
    state: answer.isApproved ? 'approved' : 'rejected',
    decidedAt: at,
    decidedBy: answer.by,
    comment: answer.comment,
  };
}

function outcomeOf(answer: Answer | null): StepOutcome {
  if (answer === null) return { state: 'failed', reason: 'nobody answered' };
  const words = `${answer.isApproved ? 'approved' : 'rejected'} by ${answer.by}${answer.comment === null ? '' : `: ${answer.comment}`}`;
  return { state: answer.isApproved ? 'succeeded' : 'failed', reason: words };
}
