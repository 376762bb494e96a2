// Which names a statement declares, and whether it does more than declare when it runs.
import { childOf, isFunctionNode, isNormalList, listOf } from './normal-tree.ts';
import type { NormalNode } from './normal-tree.ts';

/** What evaluating it may do beyond giving a value. */
const acts = new Set([
  'CallExpression',
  'NewExpression',
  'TaggedTemplateExpression',
  'AssignmentExpression',
  'UpdateExpression',
  'AwaitExpression',
  'YieldExpression',
  'ImportExpression',
  'MemberExpression',
  'JSXElement',
  'JSXFragment',
  'SpreadElement',
  'Decorator',
  'StaticBlock',
]);

/** The names that a top-level statement declares; empty for one that only acts. `export` is looked through. */
export function declaredNames(statement: NormalNode): string[] {
  switch (statement.type) {
    case 'ExportNamedDeclaration': {
      const declaration = childOf(statement, 'declaration');
      return declaration === null ? [] : declaredNames(declaration);
    }
    case 'ExportDefaultDeclaration': {
      const declaration = childOf(statement, 'declaration');
      return ['default', ...(declaration === null ? [] : declaredNames(declaration))];
    }
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
    case 'TSEnumDeclaration':
      return namesIn(childOf(statement, 'id'));
    case 'VariableDeclaration':
      return listOf(statement, 'declarations').flatMap((each) => namesIn(childOf(each, 'id')));
    default:
      return [];
  }
}

/** Whether running the statement can do more than to declare: calls, assignments, reads that may be getters. */
export function runsCode(statement: NormalNode): boolean {
  const waiting: NormalNode[] = [statement];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (acts.has(node.type)) return true;
    if (isFunctionNode(node)) continue;
    for (const [key, value] of node.children) if (!isLater(node, key)) push(value, waiting);
  }
  return false;
}

/** Names that a pattern binds. */
export function namesIn(pattern: NormalNode | null): string[] {
  if (pattern === null) return [];
  switch (pattern.type) {
    case 'Identifier':
      return [nameOf(pattern)];
    case 'AssignmentPattern':
      return namesIn(childOf(pattern, 'left'));
    case 'RestElement':
      return namesIn(childOf(pattern, 'argument'));
    case 'ArrayPattern':
      return listOf(pattern, 'elements').flatMap(namesIn);
    case 'ObjectPattern':
      return listOf(pattern, 'properties').flatMap((each) =>
        namesIn(each.type === 'Property' ? childOf(each, 'value') : each),
      );
    case 'TSParameterProperty':
      return namesIn(childOf(pattern, 'parameter'));
    default:
      return [];
  }
}

/** The name of an identifier or of a literal that stands for a name. */
export function nameOf(node: NormalNode): string {
  return node.name ?? '';
}

/** Every name that occurs below a node, without the plain names of members and keys. */
export function namesBelow(root: NormalNode, found = new Set<string>()): Set<string> {
  const waiting: NormalNode[] = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.type === 'Identifier' || node.type === 'JSXIdentifier') found.add(nameOf(node));
    for (const [key, value] of node.children) {
      if (!isPlainName(node, key)) push(value, waiting);
    }
  }
  return found;
}

/** Every name that a function declares for itself, inner functions' own ones left out. */
export function localNames(body: NormalNode): Set<string> {
  const names = new Set<string>();
  const waiting: NormalNode[] = [body];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.type === 'VariableDeclarator') namesIn(childOf(node, 'id')).forEach((name) => names.add(name));
    if (node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration')
      namesIn(childOf(node, 'id')).forEach((name) => names.add(name));
    if (isFunctionNode(node)) continue;
    for (const value of node.children.values()) push(value, waiting);
  }
  return names;
}

function push(value: NormalNode | readonly (NormalNode | null)[] | null, waiting: NormalNode[]): void {
  if (value === null) return;
  if (!isNormalList(value)) waiting.push(value);
  else for (const each of value) if (each !== null) waiting.push(each);
}

/** The value of a field that is no static one is made with each instance. */
function isLater(node: NormalNode, key: string): boolean {
  return node.type === 'PropertyDefinition' && key === 'value' && !node.scalars.includes('static="true"');
}

function isPlainName(node: NormalNode, key: string): boolean {
  if (key !== 'property' && key !== 'key') return false;
  if (node.scalars.includes('computed="true"')) return false;
  if (key === 'property') return node.type === 'MemberExpression';
  return node.type !== 'Property' || !node.scalars.includes('shorthand="true"');
}
