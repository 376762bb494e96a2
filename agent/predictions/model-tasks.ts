// What is worked out off the agent's own thread: pure, from values that can be sent to a worker.
import { compareBuilds } from './build-choice.ts';
import { changeRows, lastChangeRows, latestChanges } from './change-rows.ts';
import { calibrationOfCycles, cycleFigures, driftOf } from './cycle-figures.ts';
import { fitLocalModel } from './local-model.ts';
import { compareRisk } from './risk-choice.ts';

const modelTasks = {
  calibrationOfCycles,
  changeRows,
  compareBuilds,
  compareRisk,
  cycleFigures,
  driftOf,
  fitLocalModel,
  lastChangeRows,
  latestChanges,
} as const;

type ModelTasks = typeof modelTasks;
export type TaskName = keyof ModelTasks;
export type TaskInput<N extends TaskName> = Parameters<ModelTasks[N]>;
export type TaskOutput<N extends TaskName> = ReturnType<ModelTasks[N]>;

/** Works one of them out at once. */
export function runTask<N extends TaskName>(name: N, ...input: TaskInput<N>): TaskOutput<N> {
  const tasks: { readonly [M in TaskName]: (...input: TaskInput<M>) => TaskOutput<M> } = modelTasks;
  return tasks[name](...input);
}

/** Works one of them out where nobody waits for it. */
export type Compute = <N extends TaskName>(name: N, ...input: TaskInput<N>) => Promise<TaskOutput<N>>;
