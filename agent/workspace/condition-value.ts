// What a condition comes to, with what is known when it is asked.
import type { Condition } from './condition.ts';

export type Value = string | number | boolean | null | undefined;

export interface ConditionFacts {
  /** A value by its path; undefined where there is none. */
  lookUp(path: readonly string[]): Value;
  /** Whether a file that fits the pattern changed. */
  changed(pattern: string): boolean;
  matches(text: string, pattern: string): boolean;
  readonly outcome: 'success' | 'failure' | 'cancelled';
}

/** Whether the condition holds. A value that is not there is like an empty text. */
export function holds(condition: Condition, facts: ConditionFacts): boolean {
  return isTruthy(valueOf(condition, facts));
}

/** What it comes to: `a || b` is the first that is something, `a && b` the last or the first that is nothing. */
export function valueOf(condition: Condition, facts: ConditionFacts): Value {
  switch (condition.kind) {
    case 'value':
      return condition.value;
    case 'name':
      return facts.lookUp(condition.path);
    case 'not':
      return !holds(condition.of, facts);
    case 'and':
    case 'or': {
      const left = valueOf(condition.left, facts);
      return isTruthy(left) === (condition.kind === 'or') ? left : valueOf(condition.right, facts);
    }
    case 'compare':
      return compare(condition.operator, valueOf(condition.left, facts), valueOf(condition.right, facts));
    case 'call':
      return call(
        condition.name,
        condition.arguments.map((each) => valueOf(each, facts)),
        facts,
      );
  }
}

function call(name: string, [first, second]: readonly Value[], facts: ConditionFacts): boolean {
  switch (name) {
    case 'always':
      return true;
    case 'success':
    case 'failure':
    case 'cancelled':
      return facts.outcome === name;
    case 'changed':
      return facts.changed(asText(first));
    case 'contains':
      return asText(first).toLowerCase().includes(asText(second).toLowerCase());
    case 'startsWith':
      return asText(first).toLowerCase().startsWith(asText(second).toLowerCase());
    case 'endsWith':
      return asText(first).toLowerCase().endsWith(asText(second).toLowerCase());
    case 'matches':
      return facts.matches(asText(first), asText(second));
    default:
      throw new Error(`the function ${name} has no meaning`);
  }
}

function compare(operator: string, left: Value, right: Value): boolean {
  const isOfNumbers = (typeof left === 'number' || typeof right === 'number') && isNumeric(left) && isNumeric(right);
  const order = isOfNumbers ? Number(left) - Number(right) : orderOf(asText(left), asText(right));
  switch (operator) {
    case '==':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    default:
      return order >= 0;
  }
}

function orderOf(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** `20` in a text and the number 20 are the same, as YAML makes one of the other without being asked; two texts are texts. */
function isNumeric(value: Value): boolean {
  return typeof value === 'number' || (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value));
}

function asText(value: Value): string {
  return value === null || value === undefined ? '' : String(value);
}

function isTruthy(value: Value): boolean {
  return value !== undefined && value !== null && value !== '' && value !== false && value !== 0;
}
