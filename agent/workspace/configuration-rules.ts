// The alert rules of noodle.yaml: a rule of which anything does not fit is not judged at all, and the others are.
import type { AlertRuleDefinition } from '../protocol/alerts.ts';
import type { AlertsDefinition } from '../protocol/notifications.ts';
import type { Misfit } from './configuration-repair.ts';

/** What is wrong in a rule that fits its schema. */
export interface RuleProblem {
  /** Below `alerts.rules`; the first part is the id. */
  readonly path: readonly [string, ...(string | number)[]];
  readonly message: string;
  readonly nearest?: string;
  /** It cannot be meant so, and is not judged. */
  readonly isBroken: boolean;
}

/** What only those who know the metrics can say of the rules. */
export type RuleCheck = (alerts: AlertsDefinition) => readonly RuleProblem[];

/** The rules that can be judged, and what is wrong in them beside what did not fit. */
export function checkRules(
  alerts: AlertsDefinition,
  misfits: readonly Misfit[],
  check: RuleCheck,
): { readonly rules: Record<string, AlertRuleDefinition>; readonly problems: readonly RuleProblem[] } {
  const unfit = new Set(
    misfits.flatMap(({ path: [top, part, id] }) => (top === 'alerts' && part === 'rules' ? [id] : [])),
  );
  const fitting = Object.fromEntries(Object.entries(alerts.rules).filter(([id]) => !unfit.has(id)));
  const problems = check({ ...alerts, rules: fitting });
  const broken = new Set(problems.flatMap(({ isBroken, path }) => (isBroken ? [path[0]] : [])));
  return {
    rules: Object.fromEntries(Object.entries(fitting).filter(([id]) => !broken.has(id))),
    problems: problems.map((problem) => ({
      ...problem,
      message: `${['alerts', 'rules', ...problem.path].join('.')}: ${problem.message}`,
    })),
  };
}
