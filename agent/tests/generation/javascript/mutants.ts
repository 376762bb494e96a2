// Small faults in a function of JavaScript or TypeScript, as replacements of text.
import { visitorKeys } from 'oxc-parser';
import type { Fault } from '../language.ts';

/** A node of the syntax tree, whatever its type. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

const swapped: Readonly<Record<string, string>> = {
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '===': '!==',
  '!==': '===',
  '==': '!=',
  '!=': '==',
  '+': '-',
  '-': '+',
  '*': '/',
  '/': '*',
  '%': '*',
  '&&': '||',
  '||': '&&',
  '??': '&&',
};

/** Every fault below a node, in the order in which they stand. */
export function faultsIn(root: Node, text: string, lineAt: (offset: number) => number): Fault[] {
  const found: Fault[] = [];
  walk(root, (node) => {
    for (const { start, end, text: replacement } of replacementsOf(node, text))
      if (text.slice(start, end) !== replacement) found.push({ line: lineAt(start), start, end, text: replacement });
  });
  return found.toSorted((one, other) => one.start - other.start);
}

/** Calls `visit` for every node, types left out; a node for which it answers false is not entered. */
export function walk(node: unknown, visit: (node: Node) => void): void {
  if (Array.isArray(node)) for (const each of node) walk(each, visit);
  if (!isNode(node) || node.type.startsWith('TSType') || node.type === 'ImportExpression') return;
  visit(node);
  for (const key of visitorKeys[node.type] ?? []) {
    const isName = key === 'key' && node['computed'] !== true;
    if (!isName) walk(node[key], visit);
  }
}

export function isNode(value: unknown): value is Node {
  return (
    typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string' && 'start' in value
  );
}

interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function replacementsOf(node: Node, text: string): Replacement[] {
  const inner = (key: string): Node[] => (isNode(node[key]) ? [node[key]] : []);
  switch (node.type) {
    case 'BinaryExpression':
    case 'LogicalExpression':
      return inner('left').flatMap((left) =>
        inner('right').flatMap((right) => operatorBetween(node, { left, right }, text)),
      );
    case 'IfStatement':
    case 'WhileStatement':
    case 'ConditionalExpression':
      return inner('test').map(({ start, end }) => ({ start, end, text: `!(${text.slice(start, end)})` }));
    case 'ReturnStatement':
      return inner('argument').map(({ start, end }) => ({ start, end, text: 'undefined' }));
    case 'UnaryExpression':
      return node['operator'] === '!'
        ? inner('argument').map(({ start }) => ({ start: node.start, end: start, text: '' }))
        : [];
    case 'UpdateExpression':
      return [{ start: node.start, end: node.end, text: swapUpdate(text.slice(node.start, node.end)) }];
    case 'ExpressionStatement':
      return inner('expression')
        .filter(({ type }) => type === 'CallExpression')
        .map(({ start, end }) => ({ start, end, text: 'void 0' }));
    case 'Literal':
      return literal(node);
    default:
      return [];
  }
}

function operatorBetween(node: Node, { left, right }: { left: Node; right: Node }, text: string): Replacement[] {
  const operator = String(node['operator']);
  const replacement = swapped[operator];
  const between = text.slice(left.end, right.start);
  const at = between.indexOf(operator);
  if (replacement === undefined || at === -1 || between.includes('/*') || between.includes('//')) return [];
  const start = left.end + at;
  return [{ start, end: start + operator.length, text: replacement }];
}

function swapUpdate(text: string): string {
  return text.includes('++') ? text.replace('++', '--') : text.replace('--', '++');
}

function literal({ start, end, value }: Node): Replacement[] {
  if (typeof value === 'number') return [{ start, end, text: String(value + 1) }];
  if (typeof value === 'boolean') return [{ start, end, text: String(!value) }];
  return typeof value === 'string' ? [{ start, end, text: value === '' ? "'x'" : "''" }] : [];
}
