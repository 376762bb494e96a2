// The answer line of the page: the shared sentence, made of what the page knows.
import { answerTo, failingIn, type Answer, type AnswerFacts } from '../../agent/protocol/answer.ts';
import { counted } from '../../agent/protocol/quantities.ts';
import { currentExecution, type DashboardState } from './state.ts';

/** The answer line; the status bar says the same. */
export function answer(state: DashboardState): Answer {
  return answerTo(factsOf(state));
}

/** What a screen reader is told: the answer, and how far a run is in steps of a quarter. */
export function announcement(state: DashboardState): string {
  const execution = currentExecution(state);
  if (execution?.state !== 'running') return answer(state).text;
  const failing = failingIn(factsOf(state), execution).length;
  const found = failing === 0 ? '' : `, ${counted(failing, 'test')} failing so far`;
  if (execution.plannedTests === 0) return `Running${found}`;
  const quarters = Math.floor((execution.finishedTests / execution.plannedTests) * 4);
  return `Running, ${quarters * 25} % done${found}`;
}

function factsOf(state: DashboardState): AnswerFacts {
  const items = [...state.failing.values()];
  const failing = items.filter((item) => !item.isMended);
  const plan = state.current?.plan ?? null;
  return {
    execution: currentExecution(state),
    failing,
    mended: items.length - failing.length,
    plan: plan === null ? null : { skippedTests: plan.skippedTests, builds: plan.builds.length },
  };
}
