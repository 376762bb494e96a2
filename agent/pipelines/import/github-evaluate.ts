// What an expression of GitHub Actions comes to, with what is known before anything runs.

/** A value of an expression; `unknown` where it depends on what happens on GitHub. */
export type Evaluated = { readonly known: true; readonly value: unknown } | { readonly known: false };

export type LookUp = (path: readonly string[]) => Evaluated;

const unknown: Evaluated = { known: false };
/** The name of the repository, whatever it is: guards against forks hold here. */
export const thisRepository = Symbol('this repository');

const token = /\s*(?:('(?:[^']|'')*')|(-?\d+(?:\.\d+)?)(?![\w.])|([A-Za-z_][\w-]*)|(&&|\|\||[=!<>]=|[()[\].,!<>*]))/y;

/**
 * Unknown too for what is no expression. `condition`: what it comes to is asked for as true or false alone, which can be known
 * although a part of it is not.
 */
export function evaluate(expression: string, lookUp: LookUp, use: 'condition' | 'text' = 'condition'): Evaluated {
  const tokens = tokensOf(expression);
  if (tokens === null) return unknown;
  const evaluation = new Evaluation(tokens, lookUp, use === 'condition');
  const result = evaluation.or();
  return evaluation.isAtEnd ? result : unknown;
}

/** As conditions see it. */
export function isTrue(value: unknown): boolean {
  return value !== null && value !== undefined && value !== false && value !== '' && value !== 0;
}

/** As it stands in a text. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : '';
}

function tokensOf(text: string): string[] | null {
  const pattern = new RegExp(token);
  const trimmed = text.trim();
  const tokens: string[] = [];
  while (pattern.lastIndex < trimmed.length) {
    const match = pattern.exec(trimmed);
    if (match === null) return null;
    tokens.push(match.slice(1).find((each) => each !== undefined) ?? '');
  }
  return tokens;
}

class Evaluation {
  readonly #tokens: readonly string[];
  readonly #lookUp: LookUp;
  #next = 0;
  #depth = 0;

  readonly #isCondition: boolean;

  constructor(tokens: readonly string[], lookUp: LookUp, isCondition: boolean) {
    this.#isCondition = isCondition;
    this.#tokens = tokens;
    this.#lookUp = lookUp;
  }

  get isAtEnd(): boolean {
    return this.#next === this.#tokens.length;
  }

  or(): Evaluated {
    if (++this.#depth > 50) return unknown;
    let left = this.#and();
    while (this.#take('||')) {
      const right = this.#and();
      left = left.known ? (isTrue(left.value) ? left : right) : this.#decides(right, true) ? right : unknown;
    }
    this.#depth--;
    return left;
  }

  #and(): Evaluated {
    let left = this.#comparison();
    while (this.#take('&&')) {
      const right = this.#comparison();
      left = left.known ? (isTrue(left.value) ? right : left) : this.#decides(right, false) ? right : unknown;
    }
    return left;
  }

  /** Beside what is not known. */
  #decides(right: Evaluated, value: boolean): boolean {
    return this.#isCondition && right.known && isTrue(right.value) === value;
  }

  #comparison(): Evaluated {
    const left = this.#operand();
    const operator = ['==', '!=', '<=', '>=', '<', '>'].find((each) => this.#take(each));
    if (operator === undefined) return left;
    const right = this.#operand();
    return left.known && right.known ? { known: true, value: compare(operator, left.value, right.value) } : unknown;
  }

  #operand(): Evaluated {
    if (this.#take('!')) {
      const of = this.#operand();
      return of.known ? { known: true, value: !isTrue(of.value) } : unknown;
    }
    if (this.#take('(')) {
      const inner = this.or();
      return this.#take(')') ? inner : unknown;
    }
    const text = this.#tokens[this.#next++] ?? '';
    if (text.startsWith("'")) return { known: true, value: text.slice(1, -1).replaceAll("''", "'") };
    if (/^-?\d/.test(text)) return { known: true, value: Number(text) };
    if (text === 'true' || text === 'false') return { known: true, value: text === 'true' };
    if (text === 'null') return { known: true, value: null };
    return this.#take('(') ? this.#call(text) : this.#name(text);
  }

  #name(first: string): Evaluated {
    const path = [first];
    for (;;) {
      if (this.#take('.')) path.push(this.#tokens[this.#next++] ?? '');
      else if (this.#take('[')) {
        const key = this.or();
        if (!this.#take(']') || !key.known) return unknown;
        path.push(textOf(key.value));
      } else return this.#lookUp(path);
    }
  }

  #call(name: string): Evaluated {
    const values: Evaluated[] = [];
    if (!this.#take(')')) {
      do values.push(this.or());
      while (this.#take(','));
      if (!this.#take(')')) return unknown;
    }
    const known = values.flatMap((each) => (each.known ? [each.value] : []));
    return known.length === values.length ? callFunction(name, known) : unknown;
  }

  #take(text: string): boolean {
    const isThere = this.#tokens[this.#next] === text;
    if (isThere) this.#next++;
    return isThere;
  }
}

function callFunction(name: string, [first, second, ...rest]: readonly unknown[]): Evaluated {
  const found = (value: unknown): Evaluated => ({ known: true, value });
  const [text, part] = [textOf(first).toLowerCase(), textOf(second).toLowerCase()];
  switch (name) {
    case 'contains':
      return found(
        Array.isArray(first) ? first.some((each) => textOf(each).toLowerCase() === part) : text.includes(part),
      );
    case 'startsWith':
      return found(first === thisRepository || text.startsWith(part));
    case 'endsWith':
      return found(text.endsWith(part));
    case 'format':
      return found(
        textOf(first).replace(/\{(\d+)\}/g, (_whole, index: string) => textOf([second, ...rest][Number(index)])),
      );
    case 'join':
      return found(
        Array.isArray(first) ? first.map(textOf).join(second === undefined ? ',' : textOf(second)) : textOf(first),
      );
    case 'toJSON':
      return found(JSON.stringify(first));
    case 'fromJSON':
      return fromJson(textOf(first));
    default:
      return unknown;
  }
}

function fromJson(text: string): Evaluated {
  try {
    return { known: true, value: JSON.parse(text) };
  } catch {
    return unknown;
  }
}

function compare(operator: string, left: unknown, right: unknown): boolean {
  if (left === thisRepository || right === thisRepository)
    return (typeof left === 'string' || typeof right === 'string' || left === right) === (operator === '==');
  const isSameType = typeof left === typeof right;
  const [a, b] =
    isSameType && typeof left === 'string'
      ? [left.toLowerCase(), textOf(right).toLowerCase()]
      : [numberOf(left), numberOf(right)];
  switch (operator) {
    case '==':
      return a === b;
    case '!=':
      return a !== b;
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    default:
      return a >= b;
  }
}

function numberOf(value: unknown): number {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value === null || value === undefined || value === '') return 0;
  return typeof value === 'object' ? Number.NaN : Number(value);
}
