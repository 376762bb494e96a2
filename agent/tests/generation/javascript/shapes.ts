// What TypeScript's annotations say of values, and how such values are written.
import type { Parameter, Shape } from '../language.ts';
import { isNode, type Node } from './mutants.ts';

const unknown: Shape = { kind: 'unknown' };

/** The parameters of a function node; `declared`: types and interfaces of the file by name. */
export function parametersOf(node: Node, text: string, declared: ReadonlyMap<string, Node>): Parameter[] {
  const listed = Array.isArray(node['params']) ? node['params'].filter(isNode) : [];
  return listed
    .filter(({ name }) => name !== 'this')
    .map((parameter, index) => parameterOf(parameter, index, { text, declared }));
}

interface Surroundings {
  readonly text: string;
  readonly declared: ReadonlyMap<string, Node>;
}

function parameterOf(node: Node, index: number, around: Surroundings): Parameter {
  const isRest = node.type === 'RestElement';
  const left = node.type === 'AssignmentPattern' ? node['left'] : isRest ? node['argument'] : node;
  const target = isNode(left) ? left : node;
  const annotation = isNode(target['typeAnnotation']) ? target['typeAnnotation'] : node['typeAnnotation'];
  const type = isNode(annotation) ? annotation['typeAnnotation'] : undefined;
  const declared = isNode(type) ? shapeOf(type, around, 0) : defaultShape(node['right']);
  return {
    name: typeof target['name'] === 'string' ? target['name'] : `argument${index + 1}`,
    isOptional: isRest || node.type === 'AssignmentPattern' || target['optional'] === true,
    isRest,
    shape: isRest && declared.kind === 'array' ? declared.of : declared,
  };
}

/** A default value tells the type of a parameter that has no annotation. */
function defaultShape(right: unknown): Shape {
  const value = isNode(right) && right.type === 'Literal' ? right['value'] : null;
  const kinds: Readonly<Record<string, Shape>> = {
    number: { kind: 'number' },
    string: { kind: 'string' },
    boolean: { kind: 'boolean' },
  };
  return kinds[typeof value] ?? unknown;
}

const keywords: Readonly<Record<string, Shape>> = {
  TSNumberKeyword: { kind: 'number' },
  TSStringKeyword: { kind: 'string' },
  TSBooleanKeyword: { kind: 'boolean' },
  TSNullKeyword: { kind: 'null' },
  TSUndefinedKeyword: { kind: 'undefined' },
};
const mostDepth = 4;

function shapeOf(type: Node, around: Surroundings, depth: number): Shape {
  const inner = (node: unknown): Shape =>
    isNode(node) && depth < mostDepth ? shapeOf(node, around, depth + 1) : unknown;
  switch (type.type) {
    case 'TSLiteralType':
      return isNode(type['literal']) ? { kind: 'literal', text: around.text.slice(type.start, type.end) } : unknown;
    case 'TSUnionType':
      return { kind: 'union', of: nodesIn(type['types']).map(inner) };
    case 'TSArrayType':
      return { kind: 'array', of: inner(type['elementType']) };
    case 'TSTypeOperator':
    case 'TSParenthesizedType':
      return inner(type['typeAnnotation']);
    case 'TSTypeLiteral':
      return recordOf(nodesIn(type['members']), inner);
    case 'TSTypeReference':
      return referenceOf(type, around, inner);
    default:
      return keywords[type.type] ?? unknown;
  }
}

function referenceOf(type: Node, { declared }: Surroundings, inner: (node: unknown) => Shape): Shape {
  const name = isNode(type['typeName']) ? String(type['typeName']['name']) : '';
  const [argument] = isNode(type['typeArguments']) ? nodesIn(type['typeArguments']['params']) : [];
  if (['Array', 'ReadonlyArray', 'Iterable'].includes(name)) return { kind: 'array', of: inner(argument) };
  const declaration = declared.get(name);
  if (declaration?.type === 'TSTypeAliasDeclaration') return inner(declaration['typeAnnotation']);
  const body = declaration?.['body'];
  return isNode(body) ? recordOf(nodesIn(body['body']), inner) : unknown;
}

function recordOf(members: readonly Node[], inner: (node: unknown) => Shape): Shape {
  const fields = members.flatMap(({ type, key, typeAnnotation, optional }) => {
    if (type !== 'TSPropertySignature') return [{ name: '', shape: unknown }];
    if (optional === true) return [];
    const annotated = isNode(typeAnnotation) ? typeAnnotation['typeAnnotation'] : undefined;
    return [{ name: isNode(key) && typeof key['name'] === 'string' ? key['name'] : '', shape: inner(annotated) }];
  });
  return fields.some(({ name }) => name === '') ? unknown : { kind: 'record', fields };
}

function nodesIn(value: unknown): Node[] {
  return Array.isArray(value) ? value.filter(isNode) : [];
}

const edges: Readonly<Record<string, readonly string[]>> = {
  integer: ['1', '0', '-1', '2', '10'],
  number: ['1', '0', '-1', '2', '0.5', '100'],
  string: ["'a'", "''", "'Hello, World'", "' '", "'a-b_c'", "'10'"],
  boolean: ['true', 'false'],
  null: ['null'],
  undefined: ['undefined'],
};

/** Values at the edges of a shape, the plainest first; none where nothing is known. */
export function javascriptEdges(shape: Shape): readonly string[] {
  switch (shape.kind) {
    case 'literal':
      return [shape.text];
    case 'union':
      return shape.of.flatMap(javascriptEdges);
    case 'array': {
      const [first, ...others] = javascriptEdges(shape.of);
      return first === undefined
        ? ['[]']
        : [`[${first}]`, '[]', `[${[first, ...others.slice(0, 2)].join(', ')}]`, `[${first}, ${first}]`];
    }
    case 'record': {
      const columns = shape.fields.map(({ name, shape: inner }) =>
        javascriptEdges(inner).map((value) => `${name}: ${value}`),
      );
      if (columns.some((column) => column.length === 0)) return [];
      return [0, 1, 2].map((at) => `{ ${columns.map((column) => column[at % column.length]).join(', ')} }`);
    }
    default:
      return edges[shape.kind] ?? [];
  }
}

const arbitraries: Readonly<Record<string, string>> = {
  integer: 'fc.integer()',
  number: 'fc.integer()',
  string: 'fc.string()',
  boolean: 'fc.boolean()',
};

/** The arbitrary of fast-check; null where there is none. */
export function javascriptArbitrary(shape: Shape): string | null {
  if (shape.kind !== 'array') return arbitraries[shape.kind] ?? null;
  const inner = javascriptArbitrary(shape.of);
  return inner === null ? null : `fc.array(${inner})`;
}
