// Who decided what a plan leaves out.
import type { PlanRequest } from '../protocol/plan.ts';

/** Whether leaving something out is our decision, and not what the caller asked for. */
export function isSelection(request: PlanRequest): boolean {
  return (
    request.failed !== true &&
    request.tests === undefined &&
    request.targets === undefined &&
    request.buildsOnly !== true
  );
}
