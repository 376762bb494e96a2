// The conditions of `when`: a small expression language. A text becomes a tree, or a problem with its place.
import { nearest } from '../protocol/nearest.ts';
import { readTokens, type Token } from './condition-tokens.ts';

/** Calls and names that a condition can use. */
export const conditionFunctions: Readonly<Record<string, number>> = {
  success: 0,
  failure: 0,
  always: 0,
  cancelled: 0,
  changed: 1,
  contains: 2,
  startsWith: 2,
  endsWith: 2,
  matches: 2,
};
export const conditionNames = ['branch', 'base', 'trigger', 'changes', 'env', 'matrix', 'steps', 'pipeline'] as const;

type Operator = '==' | '!=' | '<' | '<=' | '>' | '>=';

export type Condition =
  | { readonly kind: 'value'; readonly value: string | number | boolean | null }
  /** `steps.build.state` is ['steps', 'build', 'state']. */
  | { readonly kind: 'name'; readonly path: readonly string[]; readonly at: number }
  | { readonly kind: 'call'; readonly name: string; readonly arguments: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition }
  | { readonly kind: 'and' | 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly kind: 'compare'; readonly operator: Operator; readonly left: Condition; readonly right: Condition };

/** What is wrong, and at which character of the text, counted from 0. */
export interface ConditionProblem {
  readonly message: string;
  readonly at: number;
}

export type ParsedCondition = { readonly condition: Condition } | { readonly problem: ConditionProblem };

/** Deeper than anybody writes. */
const maximumDepth = 50;

/** Parses a condition. Never throws. */
export function parseCondition(text: string): ParsedCondition {
  const tokens = readTokens(text);
  if ('problem' in tokens) return tokens;
  const parser = new Parser(tokens.tokens, text.length);
  try {
    return { condition: parser.whole() };
  } catch (error) {
    if (error instanceof Unparsable) return { problem: error.problem };
    throw error;
  }
}

/** Whether the condition itself says what happens when earlier steps failed. */
export function asksForOutcome(condition: Condition): boolean {
  return callsIn(condition).some((name) => ['failure', 'always', 'cancelled'].includes(name));
}

/** Every path of names in it, with its place. */
export function namesIn(condition: Condition): readonly { readonly path: readonly string[]; readonly at: number }[] {
  if (condition.kind === 'name') return [condition];
  return partsOf(condition).flatMap(namesIn);
}

function callsIn(condition: Condition): string[] {
  const own = condition.kind === 'call' ? [condition.name] : [];
  return [...own, ...partsOf(condition).flatMap(callsIn)];
}

function partsOf(condition: Condition): readonly Condition[] {
  switch (condition.kind) {
    case 'value':
    case 'name':
      return [];
    case 'call':
      return condition.arguments;
    case 'not':
      return [condition.of];
    case 'and':
    case 'or':
    case 'compare':
      return [condition.left, condition.right];
  }
}

class Unparsable extends Error {
  readonly problem: ConditionProblem;

  constructor(problem: ConditionProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #end: number;
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], end: number) {
    this.#tokens = tokens;
    this.#end = end;
  }

  whole(): Condition {
    const condition = this.#or();
    const rest = this.#tokens[this.#next];
    if (rest !== undefined) this.#fail(`found ${JSON.stringify(rest.text)}, expected the end, && or ||`);
    return condition;
  }

  #or(): Condition {
    if (++this.#depth > maximumDepth) this.#fail(`nested more than ${maximumDepth} levels deep`);
    let left = this.#and();
    while (this.#take('||')) left = { kind: 'or', left, right: this.#and() };
    this.#depth--;
    return left;
  }

  #and(): Condition {
    let left = this.#not();
    while (this.#take('&&')) left = { kind: 'and', left, right: this.#not() };
    return left;
  }

  #not(): Condition {
    let isNegated = false;
    while (this.#take('!')) isNegated = !isNegated;
    const of = this.#comparison();
    return isNegated ? { kind: 'not', of } : of;
  }

  #comparison(): Condition {
    const left = this.#operand();
    const operator = (['==', '!=', '<=', '>=', '<', '>'] as const).find((each) => this.#take(each));
    return operator === undefined ? left : { kind: 'compare', operator, left, right: this.#operand() };
  }

  #operand(): Condition {
    const token = this.#tokens[this.#next];
    if (token === undefined) return this.#fail('found the end, expected a value, a name or a call');
    this.#next++;
    if (token.kind === 'text' || token.kind === 'number') return { kind: 'value', value: token.value };
    if (token.kind === 'word') return this.#word(token);
    if (token.text !== '(')
      return this.#fail(`found ${JSON.stringify(token.text)}, expected a value, a name or a call`, token.at);
    const inner = this.#or();
    this.#expect(')');
    return inner;
  }

  #word({ text, at }: Token): Condition {
    if (text === 'true' || text === 'false') return { kind: 'value', value: text === 'true' };
    if (text === 'null') return { kind: 'value', value: null };
    if (this.#take('(')) return this.#call(text, at);
    if (!conditionNames.some((name) => name === text)) this.#unknown('name', text, conditionNames, at);
    const path = [text];
    for (;;) {
      if (this.#take('.')) path.push(this.#part());
      else if (this.#take('[')) {
        path.push(this.#part());
        this.#expect(']');
      } else return { kind: 'name', path, at };
    }
  }

  #part(): string {
    const token = this.#tokens[this.#next];
    if (token === undefined || token.kind === 'sign') return this.#fail('expected a name here');
    this.#next++;
    return token.kind === 'text' ? String(token.value) : token.text;
  }

  #call(name: string, at: number): Condition {
    const expected = Object.hasOwn(conditionFunctions, name) ? conditionFunctions[name] : undefined;
    if (expected === undefined) return this.#unknown('function', name, Object.keys(conditionFunctions), at);
    const parameters: Condition[] = [];
    if (!this.#take(')')) {
      do parameters.push(this.#or());
      while (this.#take(','));
      this.#expect(')');
    }
    if (parameters.length !== expected)
      this.#fail(`${name}() takes ${expected} values, found ${parameters.length}`, at);
    return { kind: 'call', name, arguments: parameters };
  }

  #take(sign: string): boolean {
    const token = this.#tokens[this.#next];
    const isThere = token?.kind === 'sign' && token.text === sign;
    if (isThere) this.#next++;
    return isThere;
  }

  #expect(sign: string): void {
    if (this.#take(sign)) return;
    const found = this.#tokens[this.#next];
    this.#fail(
      `found ${found === undefined ? 'the end' : JSON.stringify(found.text)}, expected ${JSON.stringify(sign)}`,
    );
  }

  #unknown(what: string, found: string, known: readonly string[], at: number): never {
    const near = nearest(found, known);
    const hint = near === null ? `expected one of ${known.join(', ')}` : `did you mean ${near}?`;
    return this.#fail(`unknown ${what} ${JSON.stringify(found)}; ${hint}`, at);
  }

  #fail(message: string, at = this.#tokens[this.#next]?.at ?? this.#end): never {
    throw new Unparsable({ message, at });
  }
}
