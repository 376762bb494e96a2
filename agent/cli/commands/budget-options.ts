// `--budget`, `--confidence` and `--share` of `run` and `plan`, as the contract asks for them.
import { failure, success, type Result } from '../../protocol/failure.ts';
import type { PlanRequest } from '../../protocol/plan.ts';
import type { CommandLine } from '../command-line.ts';

type Budget = Pick<PlanRequest, 'budgetMs' | 'confidence' | 'share'>;

const millisecondsOf: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 };

/** What was asked for; a value of another form is refused with what was found and what was expected. */
export function budgetOptions({ values, command }: CommandLine): Result<Budget> {
  const given = ['budget', 'confidence', 'share'].filter((name) => values.has(name));
  const refuse = (message: string) => failure('invalid_input', `noodle ${command.name}: ${message}`);
  if (given.length > 1) return refuse(`found --${given.join(' and --')}; expected at most one of them`);
  const [name] = given;
  if (name === undefined) return success({});
  const text = values.get(name) ?? '';
  if (name === 'budget') {
    const budgetMs = durationIn(text);
    return budgetMs === null
      ? refuse(`--budget: found '${text}', expected a duration above zero as 500ms, 60s, 2m or 1h`)
      : success({ budgetMs });
  }
  const share = shareIn(text);
  const isInRange = share !== null && share > 0 && (share < 1 || (name === 'share' && share === 1));
  if (!isInRange) return refuse(`--${name}: found '${text}', expected a number between 0 and 1 as 0.99, or 99%`);
  return success(name === 'share' ? { share } : { confidence: share });
}

function durationIn(text: string): number | null {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|min|h)$/.exec(text) ?? [];
  const milliseconds = Number(number) * (millisecondsOf[unit] ?? Number.NaN);
  return milliseconds > 0 && milliseconds <= 86_400_000 ? milliseconds : null;
}

function shareIn(text: string): number | null {
  const [, number, percent] = /^(\d*\.?\d+)(%?)$/.exec(text) ?? [];
  return number === undefined ? null : Number(number) / (percent === '%' ? 100 : 1);
}
