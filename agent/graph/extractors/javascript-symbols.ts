// Functions, methods and classes of a JavaScript file, from its syntax tree.
import { parseSync } from 'oxc-parser';
import { lineFinder } from '../difference/code-difference.ts';
import type { CodeSymbol } from '../facts.ts';
import type { Language } from './module-record.ts';

interface TreeNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

interface Found {
  readonly symbols: CodeSymbol[];
  readonly lineAt: (offset: number) => number;
}

/** In the order of the text. A file that does not parse yields what comes before the error, at times nothing. */
export function javascriptSymbols(path: string, text: string, language: Language): readonly CodeSymbol[] {
  const { program } = parseSync(path, text, { lang: language, sourceType: 'unambiguous' });
  const found: Found = { symbols: [], lineAt: lineFinder(text) };
  visitAll(program.body, found);
  return found.symbols.toSorted((a, b) => a.startLine - b.startLine || b.endLine - a.endLine);
}

function visitAll(values: unknown, found: Found): void {
  if (Array.isArray(values)) for (const value of values) visit(value, found);
}

type Visitor = (node: TreeNode, found: Found) => void;

const visitors: Readonly<Record<string, Visitor>> = {
  ExportNamedDeclaration: visitExport,
  ExportDefaultDeclaration: visitExport,
  FunctionDeclaration: (node, found) => add(node, nameOf(node['id']) ?? 'default', 'function', found),
  ClassDeclaration: (node, found) => visitClass(node, nameOf(node['id']) ?? 'default', found),
  VariableDeclaration: visitVariables,
  TSModuleDeclaration: (node, found) => {
    if (isNode(node['body'])) visitAll(node['body']['body'], found);
  },
  ExpressionStatement: (node, found) => visitAssignment(node['expression'], found),
};

function visit(value: unknown, found: Found): void {
  if (isNode(value)) visitors[value.type]?.(value, found);
}

function visitExport(node: TreeNode, found: Found): void {
  const inner = node['declaration'];
  if (!isNode(inner)) return;
  const isAnonymous = inner.type === 'ArrowFunctionExpression' || inner.type === 'FunctionExpression';
  if (isAnonymous) add(node, 'default', 'function', found);
  else visit(inner, found);
}

function visitClass(node: TreeNode, name: string, found: Found): void {
  add(node, name, 'class', found);
  const body = node['body'];
  if (!isNode(body) || !Array.isArray(body['body'])) return;
  for (const member of body['body']) {
    if (!isNode(member)) continue;
    const holdsFunction =
      member.type === 'MethodDefinition' || (member.type === 'PropertyDefinition' && isFunction(member['value']));
    if (holdsFunction) add(member, `${name}.${nameOf(member['key']) ?? '[computed]'}`, 'method', found);
  }
}

function visitVariables(node: TreeNode, found: Found): void {
  if (!Array.isArray(node['declarations'])) return;
  for (const declaration of node['declarations']) {
    if (!isNode(declaration)) continue;
    addValue(declaration, nameOf(declaration['id']), found);
  }
}

/** `exports.name = function () {}`, `Class.prototype.method = () => {}`. */
function visitAssignment(expression: unknown, found: Found): void {
  if (!isNode(expression) || expression.type !== 'AssignmentExpression') return;
  const target = expression['left'];
  const name = isNode(target) && target.type === 'MemberExpression' ? nameOf(target['property']) : nameOf(target);
  if (isFunction(expression['right'])) add(expression, name ?? 'default', 'function', found);
  else if (isNode(expression['right']) && expression['right'].type === 'ClassExpression')
    visitClass(expression['right'], name ?? 'default', found);
}

function addValue(declaration: TreeNode, name: string | null, found: Found): void {
  const value = declaration['init'];
  if (name === null || !isNode(value)) return;
  if (isFunction(value)) add(declaration, name, 'function', found);
  else if (value.type === 'ClassExpression') visitClass(value, name, found);
}

function isFunction(value: unknown): boolean {
  return isNode(value) && (value.type === 'ArrowFunctionExpression' || value.type === 'FunctionExpression');
}

function add(node: TreeNode, name: string, kind: string, found: Found): void {
  found.symbols.push({
    name,
    kind,
    startLine: found.lineAt(node.start),
    endLine: found.lineAt(Math.max(node.start, node.end - 1)),
  });
}

function nameOf(value: unknown): string | null {
  if (!isNode(value)) return null;
  if (typeof value['name'] === 'string')
    return value.type === 'PrivateIdentifier' ? `#${value['name']}` : value['name'];
  return typeof value['value'] === 'string' ? value['value'] : null;
}

function isNode(value: unknown): value is TreeNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value && 'end' in value;
}
