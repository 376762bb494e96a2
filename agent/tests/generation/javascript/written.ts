// Bodies of tests that somebody else wrote: found in blocks of code, and looked at before they run.
import { visitorKeys } from 'oxc-parser';
import { longestBody, type Written, type WrittenTest } from '../written-test.ts';
import { isNode, type Node } from './mutants.ts';
import { parseProgram } from './source.ts';

/** Names by which a test would reach beyond the function: the machine, other code, or the run. */
const beyond: ReadonlySet<string> = new Set([
  'Bun',
  'Deno',
  'EventSource',
  'Function',
  'WebSocket',
  'XMLHttpRequest',
  'eval',
  'exports',
  'fetch',
  'global',
  'globalThis',
  'module',
  'process',
  'require',
]);

const declaring: ReadonlySet<string> = new Set(['describe', 'it', 'suite', 'test']);

/** Tests of the block: what is passed to `it` or `test`, else the block as a body. `file` tells the syntax. */
export function writtenJavaScript(blocks: readonly string[], file: string): Written[] {
  return blocks.flatMap((block): Written[] => {
    const program = parseProgram(file, block);
    const declared = program === null ? [] : testsIn(program, block);
    return (declared.length === 0 ? [asBody(block)] : declared).map((test) => checked(test, file));
  });
}

function testsIn(program: Node, text: string): WrittenTest[] {
  const found: WrittenTest[] = [];
  visit(program, (node) => {
    if (node.type !== 'CallExpression' || !isNode(node['callee'])) return;
    const [title, body] = Array.isArray(node['arguments']) ? node['arguments'].filter(isNode) : [];
    if (!['it', 'test'].includes(String(node['callee']['name'])) || body === undefined) return;
    const block = body['body'];
    if (!isNode(block)) return;
    const isBlock = block.type === 'BlockStatement';
    const inner = isBlock ? text.slice(block.start + 1, block.end - 1) : `${text.slice(block.start, block.end)};`;
    found.push({ title: typeof title?.['value'] === 'string' ? title['value'] : '', body: dedented(inner) });
  });
  return found;
}

function asBody(block: string): WrittenTest {
  const [, comment = '', rest = ''] = /^\s*\/\/[ \t]*([^\n]*)\n([^]*)$/.exec(block) ?? [];
  return comment === '' ? { title: '', body: dedented(block) } : { title: comment.trim(), body: dedented(rest) };
}

/** The text without blank lines around it and without the indentation that all of its lines have. */
function dedented(text: string): string {
  const lines = text
    .replace(/^(?:[ \t]*\n)+/, '')
    .trimEnd()
    .split('\n');
  const widths = lines.filter((line) => line.trim() !== '').map((line) => /^[ \t]*/.exec(line)?.[0].length ?? 0);
  const width = Math.min(...widths);
  return lines.map((line) => line.slice(Number.isFinite(width) ? width : 0)).join('\n');
}

function checked(test: WrittenTest, file: string): Written {
  if (test.body.trim() === '') return { ...test, why: 'it is empty' };
  if (test.body.length > longestBody) return { ...test, why: `it has more than ${longestBody} characters` };
  const program = parseProgram(file, `async function body() {\n${test.body}\n}`);
  const statements = Array.isArray(program?.['body']) ? program['body'].filter(isNode) : [];
  // Two statements: a brace of the body has closed the function.
  if (program === null || statements.length !== 1) return { ...test, why: 'it does not parse' };
  let why: string | null = null;
  visit(program, (node, name) => (why ??= reachOf(node, name)));
  return { ...test, why };
}

function reachOf(node: Node, key: string): string | null {
  if (node.type === 'ImportExpression' || node.type === 'MetaProperty') return 'it imports';
  if (node.type === 'CallExpression' && isNode(node['callee']) && declaring.has(String(node['callee']['name'])))
    return 'it declares tests of its own';
  const isMember = key === 'property' || key === 'key';
  const name = nameOf(node, isMember);
  if (name === 'constructor' || name === '__proto__') return `it uses ${name}`;
  return beyond.has(name) && !isMember ? `it uses ${name}` : null;
}

/** Of an identifier, or of a member that is written as a text; else empty. */
function nameOf(node: Node, isMember: boolean): string {
  if (node.type === 'Identifier') return String(node['name']);
  return node.type === 'Literal' && isMember ? String(node['value']) : '';
}

/** Every node, types and names included, with the field of its parent that it stands in. */
function visit(node: unknown, see: (node: Node, key: string) => void, key = ''): void {
  if (Array.isArray(node)) for (const each of node) visit(each, see, key);
  if (!isNode(node)) return;
  see(node, key);
  for (const field of visitorKeys[node.type] ?? []) {
    // What stands between brackets is a value as any other.
    const isComputed = (field === 'property' || field === 'key') && node['computed'] === true;
    visit(node[field], see, isComputed && !isLiteral(node[field]) ? '' : field);
  }
}

function isLiteral(node: unknown): boolean {
  return isNode(node) && node.type === 'Literal';
}
