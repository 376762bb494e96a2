// Reads what the details of the open run show: results, log, explanations.
import { failureOf, type Client } from '../agent/protocol/client.ts';
import type { ExecutionId, StepId, TargetId, TestId } from '../agent/protocol/ids.ts';
import { summarizePlan } from './state/plan-summary.ts';
import type { Action } from './state/reduce.ts';
import type { DashboardState, RunLog } from './state/state.ts';

/** The end of a longer log is what is kept. */
const maximumLogCharacters = 512 * 1024;

export class RunDetails {
  readonly #client: Client;
  readonly #dispatch: (action: Action) => void;

  constructor(options: { client: Client; dispatch: (action: Action) => void }) {
    this.#client = options.client;
    this.#dispatch = options.dispatch;
  }

  /** Reads the results of the open run, and its log where that is shown. What is shown stays until the answer is there. */
  open(state: DashboardState): void {
    const { openRunId, tab } = state.view;
    if (openRunId === null) return;
    void this.#readResults(openRunId);
    if (tab === 'log') this.#openLog(state);
  }

  openTab(state: DashboardState): void {
    if (state.view.tab === 'log') this.#openLog(state);
  }

  readLogOn(state: DashboardState): void {
    const { openRunId } = state.view;
    if (openRunId === null || state.log?.state !== 'ready' || state.log.value.nextOffset === null) return;
    void this.#readLog(openRunId, state.log.value, state.log.value.nextOffset);
  }

  explain(id: TestId | TargetId): void {
    this.#dispatch({ type: 'explanations', id, explanations: { state: 'loading' } });
    void this.#client.explain({ subject: id }).then(
      ({ explanations }) =>
        this.#dispatch({ type: 'explanations', id, explanations: { state: 'ready', value: explanations } }),
      (error: unknown) =>
        this.#dispatch({ type: 'explanations', id, explanations: { state: 'failed', failure: failureOf(error) } }),
    );
  }

  async #readResults(executionId: ExecutionId): Promise<void> {
    try {
      const { plan, builds, tests } = await this.#client.getExecutionResults({ id: executionId });
      const value = { plan: plan === null ? null : summarizePlan(plan), builds, tests };
      this.#dispatch({ type: 'results', executionId, results: { state: 'ready', value } });
    } catch (error) {
      this.#dispatch({ type: 'results', executionId, results: { state: 'failed', failure: failureOf(error) } });
    }
  }

  #openLog({ view, log }: DashboardState): void {
    const { openRunId, logStepId } = view;
    if (openRunId === null) return;
    const isShown = log?.state === 'ready' && log.value.stepId === logStepId;
    if (!isShown) this.#dispatch({ type: 'log', executionId: openRunId, log: { state: 'loading' } });
    void this.#readLog(openRunId, emptyLog(logStepId), 0);
  }

  async #readLog(executionId: ExecutionId, before: RunLog, offset: number): Promise<void> {
    const step = before.stepId === null ? {} : { stepId: before.stepId };
    try {
      const { text, nextOffset, droppedBytes } = await this.#client.getExecutionLog({
        id: executionId,
        offset,
        ...step,
      });
      const whole = (before.text + text).slice(-maximumLogCharacters);
      const value = { ...before, text: whole, nextOffset, droppedBytes: Math.max(before.droppedBytes, droppedBytes) };
      this.#dispatch({ type: 'log', executionId, log: { state: 'ready', value } });
    } catch (error) {
      this.#dispatch({ type: 'log', executionId, log: { state: 'failed', failure: failureOf(error) } });
    }
  }
}

function emptyLog(stepId: StepId | null): RunLog {
  return { stepId, text: '', nextOffset: null, droppedBytes: 0 };
}
