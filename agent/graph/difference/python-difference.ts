// What differs between two versions of a Python file, told by its logical lines and their indentation.
import { commonPairs } from './code-difference.ts';
import type { CodeDifference, Lines, Touched, Versions } from './code-difference.ts';
import { retainedFunctions } from './python-caches.ts';
import { functionName, pythonLines } from './python-lines.ts';
import type { PythonLine } from './python-lines.ts';

/** Comments that tools obey. */
const pragma = /^\s*#.*\b(?:type:|pragma:|doctest:|-\*-|coding[:=])/gm;
/** Clauses that belong to the statement before them. */
const clauses = new Set(['elif', 'else', 'except', 'finally', 'case']);
/** What it returns is kept for others, so who calls it is not all that is affected. */
const retaining = /cache|memo|singleton|fixture\(.*scope|register/i;

/** Never throws. */
export function pythonDifference({ base, current }: Versions): CodeDifference {
  if (pragmas(base) !== pragmas(current))
    return { kind: 'module', reason: 'a comment that tools obey changed', touched: 'everything' };
  const before = pythonLines(base);
  const after = pythonLines(current);
  if (joined(before) === joined(after)) return { kind: 'nothing' };
  return new Comparison().compare(before, after);
}

interface Pair {
  readonly base: PythonLine;
  readonly current: PythonLine;
}
/** The function around a place, in both versions; null at the level of the module or of a class in it. */
type Around = Pair | null;

interface Collected {
  readonly lines: Lines[];
  readonly functions: Lines[];
}

class Comparison {
  readonly #base: Collected = { lines: [], functions: [] };
  readonly #current: Collected = { lines: [], functions: [] };
  #reason: string | null = null;
  #retained: ReadonlySet<string> = new Set();

  compare(base: readonly PythonLine[], current: readonly PythonLine[]): CodeDifference {
    const touched = touchedNames(base, current);
    this.#retained = new Set([...retainedFunctions(base), ...retainedFunctions(current)]);
    this.#block(base, current, null);
    if (this.#reason !== null) return { kind: 'module', reason: this.#reason, touched };
    return { kind: 'bodies', base: this.#base, current: this.#current, touched };
  }

  #block(base: readonly PythonLine[], current: readonly PythonLine[], around: Around): void {
    const pairs = commonPairs(
      base.map((each) => each.key),
      current.map((each) => each.key),
    );
    let [one, other] = [0, 0];
    for (const [nextBase, nextCurrent] of [...pairs, [base.length, current.length] as const]) {
      const gone = base.slice(one, nextBase);
      const come = current.slice(other, nextCurrent);
      if (gone.length === come.length) {
        gone.forEach((each, index) => {
          const now = come[index];
          if (now !== undefined) this.#pair({ base: each, current: now }, { base: base.slice(0, one + index), around });
        });
      } else
        this.#replaced(gone, come, {
          before: [base[one - 1], current[other - 1]],
          after: [base[nextBase], current[nextCurrent]],
          around,
        });
      [one, other] = [nextBase + 1, nextCurrent + 1];
    }
  }

  #pair(pair: Pair, { base: before, around }: { readonly base: readonly PythonLine[]; readonly around: Around }): void {
    const { base, current } = pair;
    if (base.keyword !== current.keyword || base.isDocumentation || current.isDocumentation)
      return this.#mark(pair, around, true);
    if (base.keyword === 'def') return this.#function(pair, decoratorsOf(before), around);
    if (base.text !== current.text)
      this.#mark(pair, around, base.keyword === 'case' || base.keyword === 'class' || base.keyword === '@');
    this.#block(base.children, current.children, around);
  }

  #function(pair: Pair, decorators: readonly PythonLine[], around: Around): void {
    const { base, current } = pair;
    if (base.text !== current.text) return this.#mark(pair, around, true);
    if (decorators.some((each) => retaining.test(each.text)) || this.#retained.has(functionName(base) ?? ''))
      return this.#mark(pair, around, true);
    const [one, other] = [bodyFacts(base), bodyFacts(current)];
    if (one.changesKind !== other.changesKind || one.isGlobal || other.isGlobal) return this.#mark(pair, around, true);
    if (one.documentation !== other.documentation) return this.#mark(pair, around, true);
    const inner = { base: withDecorators(base, decorators), current };
    if (one.names !== other.names) this.#markFunction(inner);
    else this.#block(base.children, current.children, inner);
  }

  /** What is new is reached where what follows is reached. */
  #replaced(
    base: readonly PythonLine[],
    current: readonly PythonLine[],
    {
      before,
      after,
      around,
    }: { before: readonly (PythonLine | undefined)[]; after: readonly (PythonLine | undefined)[]; around: Around },
  ): void {
    if (around === null) {
      this.#reason ??= 'its statements outside of functions changed';
      return;
    }
    const isPartOfOther = [...base, ...current, ...after].some(
      (each) => each !== undefined && clauses.has(each.keyword),
    );
    if (isPartOfOther) return this.#markFunction(around);
    const place = (own: readonly PythonLine[], side: 0 | 1, into: Lines[]) => {
      for (const each of own) into.push(each.whole);
      if (own.length > 0) return true;
      const near = after[side]?.lines ?? before[side]?.whole;
      if (near !== undefined) into.push(near);
      return near !== undefined;
    };
    if (!place(base, 0, this.#base.lines) || !place(current, 1, this.#current.lines)) this.#markFunction(around);
  }

  #mark({ base, current }: Pair, around: Around, isStructural: boolean): void {
    if (around === null) this.#reason ??= 'what it does when it is imported changed';
    else if (isStructural) this.#markFunction(around);
    else {
      this.#base.lines.push(base.lines);
      this.#current.lines.push(current.lines);
    }
  }

  #markFunction({ base, current }: Pair): void {
    this.#base.functions.push(base.whole);
    this.#current.functions.push(current.whole);
  }
}

/** The decorators right above a statement. */
function decoratorsOf(before: readonly PythonLine[]): readonly PythonLine[] {
  const last = before.findLastIndex((each) => each.keyword !== '@');
  return before.slice(last + 1);
}

/** A function begins with its decorators, as the runtime counts. */
function withDecorators(line: PythonLine, decorators: readonly PythonLine[]): PythonLine {
  return { ...line, whole: [decorators[0]?.lines[0] ?? line.whole[0], line.whole[1]] };
}

interface BodyFacts {
  /** Names that it binds: a name bound anywhere in a function is local everywhere in it. */
  readonly names: string;
  /** A `yield` makes a generator of the function. */
  readonly changesKind: boolean;
  readonly isGlobal: boolean;
  readonly documentation: string;
}

const binding =
  /^(?:async )?(?:for ?(.+?)\bin\b|with\b(.+):$|(?:from .+ )?import (.+)|def (\w+)|class (\w+)|except\b.*\bas (\w+))|([\w.,*()[\] ]+?)(?::[^=]+)?(?:[-+*/%&|^@]|\/\/|\*\*|<<|>>)?=(?!=)/;

function bodyFacts(line: PythonLine): BodyFacts {
  const names = new Set<string>();
  let changesKind = false;
  let isGlobal = false;
  const visit = (children: readonly PythonLine[], isOwn: boolean) => {
    for (const child of children) {
      const [code = ''] = child.text.split('\u0001');
      if (/^(?:global|nonlocal)\b/.test(code)) isGlobal = true;
      if (isOwn) {
        if (/\byield\b/.test(code)) changesKind = true;
        for (const name of boundNames(code)) names.add(name);
      }
      visit(child.children, isOwn && child.keyword !== 'def' && child.keyword !== 'class');
    }
  };
  visit(line.children, true);
  const [first] = line.children;
  return {
    names: [...names].toSorted().join(),
    changesKind,
    isGlobal,
    documentation: first?.isDocumentation === true ? first.text : '',
  };
}

/** Errs on the side of too many: a name too much in both versions makes no difference. */
function boundNames(code: string): string[] {
  const match = binding.exec(code);
  const parts = match === null ? [] : match.slice(1).filter((part) => part !== undefined);
  const walrus = [...code.matchAll(/(\w+):=/g)].map((each) => each[1] ?? '');
  return [...parts.flatMap((part) => part.match(/[A-Za-z_]\w*/g) ?? []), ...walrus];
}

function joined(lines: readonly PythonLine[]): string {
  return lines.map((each) => each.key).join('\u0003');
}

function pragmas(text: string): string {
  return [...text.matchAll(pragma)].map((match) => match[0].trim()).join('\n');
}

function touchedNames(base: readonly PythonLine[], current: readonly PythonLine[]): Touched {
  const pairs = commonPairs(
    base.map((each) => each.key),
    current.map((each) => each.key),
  );
  const keptBase = new Set(pairs.map(([one]) => one));
  const keptCurrent = new Set(pairs.map(([, other]) => other));
  const names = new Set<string>();
  for (const line of [
    ...base.filter((_, at) => !keptBase.has(at)),
    ...current.filter((_, at) => !keptCurrent.has(at)),
  ]) {
    const name = /^(?:async )?(?:def|class) (\w+)/.exec(line.text)?.[1];
    if (name === undefined) return 'everything';
    names.add(name);
  }
  return names;
}
