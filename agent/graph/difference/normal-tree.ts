// A syntax tree without what makes no difference when it runs: positions, formatting, comments, types. Equal parts have equal numbers.

/** A node of the syntax tree of oxc-parser. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

/** A node in its normal form. */
export interface NormalNode {
  /** Equal for nodes that do the same, within one `Normalizer`. */
  readonly id: number;
  readonly type: string;
  readonly start: number;
  readonly end: number;
  /** Operators, names, values and flags, as one text. */
  readonly scalars: string;
  /** Of an identifier, or the text of a literal. */
  readonly name: string | null;
  readonly children: ReadonlyMap<string, NormalNode | readonly (NormalNode | null)[] | null>;
}

/** Whether types count: with them a change of formatting alone is told from a change of types. */
export type TypesMode = 'with types' | 'without types';

const positions = new Set(['type', 'start', 'end', 'range', 'loc', 'parent']);
const withTypeKeys = new Set([
  ...positions,
  'typeAnnotation',
  'returnType',
  'typeParameters',
  'typeArguments',
  'superTypeArguments',
  'implements',
  'declare',
  'definite',
  'override',
  'readonly',
  'abstract',
  'exportKind',
  'importKind',
]);
/** Statements and members that leave nothing behind. */
const typeNodes = new Set([
  'TSInterfaceDeclaration',
  'TSTypeAliasDeclaration',
  'TSDeclareFunction',
  'TSAbstractMethodDefinition',
  'TSAbstractPropertyDefinition',
  'TSAbstractAccessorProperty',
  'TSIndexSignature',
  'TSNamespaceExportDeclaration',
  'TSEmptyBodyFunctionExpression',
  'EmptyStatement',
]);
/** Expressions that stand for the one inside of them. */
const wrappers = new Set([
  'TSAsExpression',
  'TSSatisfiesExpression',
  'TSNonNullExpression',
  'TSTypeAssertion',
  'TSInstantiationExpression',
  'ParenthesizedExpression',
]);

/** Makes normal forms whose numbers can be compared with each other. */
export class Normalizer {
  readonly #ids = new Map<string, number>();
  readonly #mode: TypesMode;
  readonly #identifies: boolean;
  readonly #dropped: ReadonlySet<string>;

  /** Where nothing is compared, numbers are not worth their time: then all are 0. */
  constructor(mode: TypesMode, { identifies = true }: { readonly identifies?: boolean } = {}) {
    this.#mode = mode;
    this.#identifies = identifies;
    this.#dropped = mode === 'with types' ? positions : withTypeKeys;
  }

  /** Null for what leaves nothing behind. */
  normal(node: SyntaxNode): NormalNode | null {
    if (this.#mode === 'without types') {
      if (isTypeOnly(node)) return null;
      const inner = wrappers.has(node.type) ? node['expression'] : null;
      if (isNode(inner)) return this.normal(inner);
    }
    const children = new Map<string, NormalNode | (NormalNode | null)[] | null>();
    const scalars: string[] = [];
    for (const key of Object.keys(node)) {
      const value = node[key];
      if (isNothing(value) || this.#isDropped(node, key)) continue;
      if (Array.isArray(value)) children.set(key, this.#list(value));
      else if (isNode(value)) children.set(key, this.normal(value));
      else scalars.push(key);
    }
    const normal = new ScalarNode(node, scalars, children);
    if (this.#identifies) normal.id = this.#idOf(node.type, normal.scalars, children);
    return normal;
  }

  #list(values: readonly unknown[]): (NormalNode | null)[] {
    const list: (NormalNode | null)[] = [];
    for (const value of values) {
      // A gap in an array means something; a type that is dropped does not.
      if (!isNode(value)) list.push(null);
      else {
        const normal = this.normal(value);
        if (normal !== null) list.push(normal);
      }
    }
    return list;
  }

  #isDropped(node: SyntaxNode, key: string): boolean {
    if (this.#dropped.has(key)) return true;
    if (this.#mode === 'with types') return false;
    if (key === 'accessibility') return node.type !== 'TSParameterProperty';
    return key === 'optional' && node.type !== 'CallExpression' && node.type !== 'MemberExpression';
  }

  #idOf(type: string, scalars: string, children: NormalNode['children']): number {
    let key = `${type}\u0001${scalars}`;
    for (const [name, value] of children) {
      if (value === null) continue;
      if (isNormalList(value)) {
        if (value.length > 0) key += `\u0002${name}:${value.map((each) => each?.id ?? '-').join(',')}`;
      } else key += `\u0002${name}=${value.id}`;
    }
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = this.#ids.size;
    this.#ids.set(key, id);
    return id;
  }
}

/** Puts its scalars together when they are asked for, as of most nodes they never are. */
class ScalarNode implements NormalNode {
  id = 0;
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly children: NormalNode['children'];
  readonly #node: SyntaxNode;
  readonly #keys: readonly string[];

  constructor(node: SyntaxNode, keys: readonly string[], children: NormalNode['children']) {
    this.#node = node;
    this.#keys = keys;
    this.type = node.type;
    this.start = node.start;
    this.end = node.end;
    this.children = children;
  }

  get scalars(): string {
    return this.#keys.map((key) => scalarText(this.#node, key, this.#node[key])).join(' ');
  }

  get name(): string | null {
    const name = this.#node[this.type === 'Literal' ? 'value' : 'name'];
    return typeof name === 'string' ? name : null;
  }
}

export function isNormalList(
  value: NormalNode | readonly (NormalNode | null)[] | null | undefined,
): value is readonly (NormalNode | null)[] {
  return Array.isArray(value);
}

/** The nodes of a list without its gaps; none where the key holds no list. */
export function listOf(node: NormalNode, key: string): readonly NormalNode[] {
  const value = node.children.get(key);
  return isNormalList(value) ? value.filter((each) => each !== null) : [];
}

/** The node at a key, or null. */
export function childOf(node: NormalNode, key: string): NormalNode | null {
  const value = node.children.get(key);
  return value === undefined || value === null || isNormalList(value) ? null : value;
}

export function isFunctionNode({ type }: { readonly type: string }): boolean {
  return type === 'FunctionDeclaration' || type === 'FunctionExpression' || type === 'ArrowFunctionExpression';
}

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value && 'end' in value;
}

function isNothing(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

function isTypeOnly(node: SyntaxNode): boolean {
  if (typeNodes.has(node.type)) return true;
  const value = node['value'];
  if (node.type === 'MethodDefinition' && isNode(value) && value.type === 'TSEmptyBodyFunctionExpression') return true;
  return (
    node['declare'] === true || node['importKind'] === 'type' || node['exportKind'] === 'type' || declaresTypes(node)
  );
}

/** `export interface A {}`, which the parser marks by its declaration. */
function declaresTypes(node: SyntaxNode): boolean {
  const declaration = node['declaration'];
  const isExport = node.type === 'ExportNamedDeclaration' || node.type === 'ExportDefaultDeclaration';
  return isExport && isNode(declaration) && isTypeOnly(declaration);
}

/** How a literal is written makes no difference, what it holds does. */
function scalarText(node: SyntaxNode, key: string, value: unknown): string {
  if (node.type === 'Literal') {
    if (key === 'raw') return typeof node['value'] === 'string' ? '' : `raw=${String(value)}`;
    if (key === 'value') return typeof value === 'string' ? `string=${JSON.stringify(value)}` : '';
  }
  if (typeof value === 'string') return `${key}=${JSON.stringify(value)}`;
  return `${key}="${JSON.stringify(value)}"`;
}
