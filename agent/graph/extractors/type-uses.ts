// Which imported names a TypeScript file uses as values. An import none of whose names is, disappears in most compilers.
import { parseSync } from 'oxc-parser';
import type { Language } from './module-record.ts';

/** Names that are certainly or possibly used as values; null when every name must be taken as used. */
export function namesUsedAsValues(path: string, text: string, language: Language): ReadonlySet<string> | null {
  // Decorators can turn the types of parameters into values (emitDecoratorMetadata); a JSX pragma uses a name unseen.
  if (text.includes('@jsx')) return null;
  const result = parseSync(path, text, { lang: language === 'dts' ? 'ts' : language, sourceType: 'unambiguous' });
  if (result.errors.length > 0) return null;
  const names = new Set<string>();
  return collect(result.program, names) ? names : null;
}

/** True when the text alone shows that `name` is called, as in `name(`, `name.member(` or a tagged template; with a blank in between it may be prose. */
export function isCalled(code: string, name: string): boolean {
  for (let at = code.indexOf(name); at !== -1; at = code.indexOf(name, at + name.length)) {
    if (at > 0 && /[\w$.]/.test(code[at - 1] ?? '')) continue;
    calledTail.lastIndex = at + name.length;
    if (calledTail.test(code)) return true;
  }
  return false;
}

const calledTail = /(?:\.[\w$]+)*[(`]/y;

/** Keys below which only types stand, or names that are not references. */
const skippedKeys = new Set([
  'type',
  'start',
  'end',
  'typeAnnotation',
  'returnType',
  'typeParameters',
  'typeArguments',
  'superTypeArguments',
  'implements',
  'source',
  'attributes',
]);

/** Nodes that are types as a whole. */
const typeNodes = new Set([
  'TSInterfaceDeclaration',
  'TSTypeAliasDeclaration',
  'ImportDeclaration',
  'TSDeclareFunction',
]);

interface TreeNode {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** Collects every identifier outside of types; false when a decorator was met. */
function collect(root: unknown, names: Set<string>): boolean {
  const waiting: unknown[] = [root];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (Array.isArray(value)) {
      for (const item of value) waiting.push(item);
      continue;
    }
    if (!isNode(value) || typeNodes.has(value.type)) continue;
    if (value.type === 'Decorator') return false;
    const name = identifierOf(value);
    if (name !== null) names.add(name);
    for (const key in value) if (!skippedKeys.has(key) && !isPlainMember(value, key)) waiting.push(value[key]);
  }
  return true;
}

function identifierOf(node: TreeNode): string | null {
  const isIdentifier = node.type === 'Identifier' || node.type === 'JSXIdentifier';
  return isIdentifier && typeof node['name'] === 'string' ? node['name'] : null;
}

/** The `name` in `object.name` and `{ name: … }`, which refers to no binding. */
function isPlainMember(node: TreeNode, key: string): boolean {
  if (node['computed'] === true) return false;
  if (key === 'property') return node.type === 'MemberExpression';
  return key === 'key' && node['shorthand'] !== true;
}

function isNode(value: unknown): value is TreeNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}
