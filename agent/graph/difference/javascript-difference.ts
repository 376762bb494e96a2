// What differs between two versions of a JavaScript or TypeScript file, told by their syntax trees.
import { parseSync } from 'oxc-parser';
import type { Language } from '../extractors/module-record.ts';
import { declaredNames, localNames, namesIn, runsCode } from './bindings.ts';
import { commonPairs, lineFinder } from './code-difference.ts';
import type { ChangedPlaces, CodeDifference, Lines, Touched, Versions } from './code-difference.ts';
import { Normalizer, childOf, isFunctionNode, isNormalList, listOf } from './normal-tree.ts';
import type { NormalNode, SyntaxNode, TypesMode } from './normal-tree.ts';

/** Comments that tools obey. */
const pragma =
  /@(?:jest|vitest|jsx|ts-|babel|flow|preact|emotion|__PURE__)|#__PURE__|sourceMappingURL|webpack|vite-ignore/;

/** Never throws; what does not parse is a change of the whole module. */
export function javascriptDifference({ path, base, current }: Versions, language: Language): CodeDifference {
  const before = parse(path, base, language);
  const after = parse(path, current, language);
  if (before === null || after === null)
    return { kind: 'module', reason: 'one of its versions does not parse', touched: 'everything' };
  if (before.pragmas !== after.pragmas)
    return { kind: 'module', reason: 'a comment that tools obey changed', touched: 'everything' };
  const normalizer = new Normalizer('without types');
  const one = normalizer.normal(before.program);
  const other = normalizer.normal(after.program);
  if (one === null || other === null || one.id === other.id) {
    if (isEqual(before.program, after.program, 'with types')) return { kind: 'nothing' };
    // With emitDecoratorMetadata the types of what is decorated are there at run time.
    return /^\s*@\w/m.test(current)
      ? { kind: 'module', reason: 'types beside decorators changed', touched: 'everything' }
      : { kind: 'types' };
  }
  return new Comparison(base, current).compare(one, other);
}

interface Parsed {
  readonly program: SyntaxNode;
  readonly pragmas: string;
}

function parse(path: string, text: string, language: Language): Parsed | null {
  const result = parseSync(path, text, { lang: language, sourceType: 'unambiguous', preserveParens: false });
  if (result.errors.length > 0) return null;
  const pragmas = result.comments.filter((each) => pragma.test(each.value)).map((each) => each.value);
  // The tree is ESTree; its nodes have type, start and end.
  return { program: result.program as unknown as SyntaxNode, pragmas: pragmas.join('\n') };
}

function isEqual(one: SyntaxNode, other: SyntaxNode, mode: TypesMode): boolean {
  const normalizer = new Normalizer(mode);
  return normalizer.normal(one)?.id === normalizer.normal(other)?.id;
}

/** The functions around a place, in both versions; null at the top level. */
interface Pair {
  readonly base: NormalNode;
  readonly current: NormalNode;
}
type Around = Pair | null;
type Value = NormalNode | readonly (NormalNode | null)[] | null;

class Comparison {
  readonly #lineOfBase: (offset: number) => number;
  readonly #lineOfCurrent: (offset: number) => number;
  readonly #base = { lines: [] as Lines[], functions: [] as Lines[] };
  readonly #current = { lines: [] as Lines[], functions: [] as Lines[] };
  #reason: string | null = null;

  constructor(base: string, current: string) {
    this.#lineOfBase = lineFinder(base);
    this.#lineOfCurrent = lineFinder(current);
  }

  compare(base: NormalNode, current: NormalNode): CodeDifference {
    const touched = touchedNames(listOf(base, 'body'), listOf(current, 'body'));
    if (base.scalars !== current.scalars) this.#reason = 'it is another kind of module';
    this.#statements({ base, current }, 'body', null);
    if (this.#reason !== null) return { kind: 'module', reason: this.#reason, touched };
    return { kind: 'bodies', base: places(this.#base), current: places(this.#current), touched };
  }

  #node(base: NormalNode, current: NormalNode, around: Around): void {
    if (base.id === current.id || this.#reason !== null) return;
    if (base.type !== current.type) return this.#mark(base, current, around);
    if (isFunctionNode(base)) return this.#function({ base, current }, around);
    if (base.scalars !== current.scalars) return this.#mark(base, current, around);
    this.#inside(base, current, around);
  }

  /** Of two nodes that differ in what they hold. */
  #inside(base: NormalNode, current: NormalNode, around: Around): void {
    switch (base.type) {
      case 'ClassBody':
        return this.#members({ base, current }, around);
      case 'BlockStatement':
        return this.#statements({ base, current }, 'body', around);
      case 'SwitchCase':
        return this.#statements({ base, current }, 'consequent', around);
      case 'SwitchStatement':
        return this.#switch({ base, current }, around);
      case 'ForStatement':
      case 'ForInStatement':
      case 'ForOfStatement':
      case 'VariableDeclarator':
        return this.#headed({ base, current }, around);
      default:
        return this.#children({ base, current }, around);
    }
  }

  #children({ base, current }: Pair, around: Around): void {
    for (const key of new Set([...base.children.keys(), ...current.children.keys()])) {
      const one = base.children.get(key) ?? null;
      const other = current.children.get(key) ?? null;
      if (idText(one) === idText(other)) continue;
      if (!this.#values(one, other, around)) return this.#mark(base, current, around);
    }
  }

  /** False when they cannot be told apart. */
  #values(base: Value, current: Value, around: Around): boolean {
    if (base === null || current === null) return false;
    if (isNormalList(base)) return isNormalList(current) && this.#elements(base, current, around);
    if (isNormalList(current)) return false;
    this.#node(base, current, around);
    return true;
  }

  /** False when they cannot be told apart one by one. */
  #elements(base: readonly (NormalNode | null)[], current: readonly (NormalNode | null)[], around: Around): boolean {
    if (base.length !== current.length) return false;
    return base.every((one, index) => {
      const other = current[index] ?? null;
      if (one === null || other === null) return one === other;
      this.#node(one, other, around);
      return true;
    });
  }

  /** A loop's header and a declaration's pattern count with the whole of it; only what is deeper is told apart. */
  #headed(pair: Pair, around: Around): void {
    const inner = pair.base.type === 'VariableDeclarator' ? 'init' : 'body';
    const rest = (node: NormalNode) =>
      [...node.children]
        .filter(([key]) => key !== inner)
        .map(([key, value]) => `${key} ${idText(value)}`)
        .join();
    if (rest(pair.base) === rest(pair.current)) this.#children(pair, around);
    else this.#mark(pair.base, pair.current, around);
  }

  #function(pair: Pair, around: Around): void {
    const { base, current } = pair;
    if (base.scalars !== current.scalars || idText(base.children.get('id')) !== idText(current.children.get('id')))
      return this.#mark(base, current, around);
    if (!haveSameShape(listOf(base, 'params'), listOf(current, 'params'))) return this.#mark(base, current, around);
    if (idText(base.children.get('params')) !== idText(current.children.get('params'))) this.#markFunction(pair);
    const one = childOf(base, 'body');
    const other = childOf(current, 'body');
    if (one === null || other === null || one.id === other.id) return;
    const keepsNames = isEqualSet(localNames(one), localNames(other)) && directives(one) === directives(other);
    if (one.type !== other.type || !keepsNames) return this.#markFunction(pair);
    this.#node(one, other, pair);
  }

  #members(pair: Pair, around: Around): void {
    const base = listOf(pair.base, 'body');
    const current = listOf(pair.current, 'body');
    const isSame =
      base.length === current.length && base.every((each, index) => headOf(each) === headOf(current[index]));
    if (!isSame) return this.#mark(pair.base, pair.current, around);
    base.forEach((member, index) => {
      const other = current[index];
      if (other === undefined || member.id === other.id) return;
      const one = childOf(member, 'value');
      const two = childOf(other, 'value');
      const areFunctions = one !== null && two !== null && isFunctionNode(one) && isFunctionNode(two);
      if (areFunctions) this.#node(one, two, around === null ? null : pair);
      else this.#mark(pair.base, pair.current, around);
    });
  }

  /** Which case is taken is decided at the top. */
  #switch(pair: Pair, around: Around): void {
    const base = listOf(pair.base, 'cases');
    const current = listOf(pair.current, 'cases');
    const tests = (cases: readonly NormalNode[]) => cases.map((each) => idText(each.children.get('test'))).join();
    if (tests(base) !== tests(current)) return this.#mark(pair.base, pair.current, around);
    this.#children(pair, around);
  }

  #statements(pair: Pair, key: string, around: Around): void {
    const base = listOf(pair.base, key);
    const current = listOf(pair.current, key);
    const pairs = commonPairs(
      base.map((each) => each.id),
      current.map((each) => each.id),
    );
    let [one, other] = [0, 0];
    for (const [nextBase, nextCurrent] of [...pairs, [base.length, current.length] as const]) {
      const gap = { base: base.slice(one, nextBase), current: current.slice(other, nextCurrent) };
      if (gap.base.length > 0 || gap.current.length > 0) {
        if (gap.base.length === gap.current.length)
          gap.base.forEach((each, index) => this.#paired(each, gap.current[index], around));
        else this.#replaced(gap, { base: base.slice(nextBase), current: current.slice(nextCurrent), pair }, around);
      }
      [one, other] = [nextBase + 1, nextCurrent + 1];
    }
  }

  #paired(base: NormalNode, current: NormalNode | undefined, around: Around): void {
    if (current !== undefined) this.#node(base, current, around);
  }

  /** Statements that came, went, or are other ones: what is new is reached where what follows is reached. */
  #replaced(
    gap: { readonly base: readonly NormalNode[]; readonly current: readonly NormalNode[] },
    after: { readonly base: readonly NormalNode[]; readonly current: readonly NormalNode[]; readonly pair: Pair },
    around: Around,
  ): void {
    if (around === null) {
      this.#reason ??= 'its top-level statements changed';
      return;
    }
    const mark = (nodes: readonly NormalNode[], next: readonly NormalNode[], whole: NormalNode, side: Side) => {
      for (const node of nodes) this.#addLines(node, side);
      const first = nodes[0] ?? next[0] ?? whole;
      this.#addLines(isHoisted(first) || (nodes.length === 0 && next.length === 0) ? whole : first, side);
    };
    mark(gap.base, after.base, after.pair.base, 'base');
    mark(gap.current, after.current, after.pair.current, 'current');
  }

  #mark(base: NormalNode, current: NormalNode, around: Around): void {
    if (around === null) {
      this.#reason ??= 'what it does when it is loaded changed';
      return;
    }
    this.#addLines(base, 'base');
    this.#addLines(current, 'current');
  }

  #markFunction({ base, current }: Pair): void {
    this.#base.functions.push(linesOf(base, this.#lineOfBase));
    this.#current.functions.push(linesOf(current, this.#lineOfCurrent));
  }

  #addLines(node: NormalNode, side: Side): void {
    if (side === 'base') this.#base.lines.push(linesOf(node, this.#lineOfBase));
    else this.#current.lines.push(linesOf(node, this.#lineOfCurrent));
  }
}

type Side = 'base' | 'current';

function linesOf(node: NormalNode, lineAt: (offset: number) => number): Lines {
  return [lineAt(node.start), lineAt(Math.max(node.start, node.end - 1))];
}

function places({
  lines,
  functions,
}: {
  readonly lines: readonly Lines[];
  readonly functions: readonly Lines[];
}): ChangedPlaces {
  return { lines: distinctLines(lines), functions: distinctLines(functions) };
}

function distinctLines(lines: readonly Lines[]): Lines[] {
  return [...new Map(lines.map((each) => [each.join('-'), each])).values()].toSorted((a, b) => a[0] - b[0]);
}

function isHoisted({ type }: NormalNode): boolean {
  return type === 'FunctionDeclaration' || type === 'ClassDeclaration' || type.startsWith('TS');
}

/** Only defaults differ: as many parameters, of the same names, with a default where the other has one. */
function haveSameShape(base: readonly NormalNode[], current: readonly NormalNode[]): boolean {
  const shape = (node: NormalNode) =>
    node.type === 'AssignmentPattern'
      ? `= ${childOf(node, 'left')?.id ?? ''} ${namesIn(node).join()}`
      : String(node.id);
  return base.length === current.length && base.every((each, index) => shape(each) === shape(current[index] ?? each));
}

/** Everything of a member but what it does. */
function headOf(member: NormalNode | undefined): string {
  if (member === undefined) return '';
  const rest = [...member.children].filter(([key]) => key !== 'value').map(([key, value]) => `${key} ${idText(value)}`);
  return `${member.type} ${member.scalars} ${rest.join()}`;
}

function directives(body: NormalNode): string {
  const found = listOf(body, 'body').filter((each) => each.scalars.includes('directive='));
  return found.map((each) => each.id).join();
}

function idText(value: NormalNode | readonly (NormalNode | null)[] | null | undefined): string {
  if (value === null || value === undefined) return '';
  return isNormalList(value) ? value.map((each) => each?.id ?? '-').join(' ') : String(value.id);
}

function isEqualSet(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((each) => other.has(each));
}

/** The names of the top-level statements that differ; everything when one of them acts or declares nothing. */
function touchedNames(base: readonly NormalNode[], current: readonly NormalNode[]): Touched {
  const pairs = commonPairs(
    base.map((each) => each.id),
    current.map((each) => each.id),
  );
  const keptBase = new Set(pairs.map(([one]) => one));
  const keptCurrent = new Set(pairs.map(([, other]) => other));
  const changed = [
    ...base.filter((_, index) => !keptBase.has(index)),
    ...current.filter((_, index) => !keptCurrent.has(index)),
  ];
  const names = new Set<string>();
  for (const statement of changed) {
    const declared = declaredNames(statement);
    if (declared.length === 0 || runsCode(statement)) return 'everything';
    for (const name of declared) names.add(name);
  }
  return names;
}
