// The functions of a JavaScript or TypeScript file that others can import, and a copy of it that writes down what it does.
import { parseSync } from 'oxc-parser';
import { failure, success, type Result } from '../../../protocol/failure.ts';
import type { RepoPath } from '../../../protocol/ids.ts';
import type { Source, Subject } from '../language.ts';
import { faultsIn, isNode, walk, type Node } from './mutants.ts';
import { parametersOf } from './shapes.ts';

interface Definition {
  readonly name: string;
  readonly node: Node;
  /** A binding that can be set anew before the module runs; else its value is wrapped where it stands. */
  readonly isDeclaration: boolean;
}

const functionTypes = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);

/** `invalid_input` where it does not parse. */
export function readJavaScript(file: RepoPath, text: string): Result<Source> {
  const program = parseProgram(file, text);
  if (program === null) return failure('invalid_input', `${file} does not parse`, { place: 'file' });
  const { definitions, exported } = definitionsIn(program, file);
  const lineAt = lineOf(text);
  const declared = typesIn(program);
  const thrown = thrownIn(program);
  const subjects = [...exported].flatMap(([exportedAs, name]): Subject[] => {
    const node = definitions.get(name)?.node;
    if (node === undefined) return [];
    return [
      {
        file,
        name,
        exportedAs,
        startLine: lineAt(node.start),
        endLine: lineAt(node.end),
        parameters: parametersOf(node, text, declared),
        lines: statementsIn(node)
          .map(({ start }) => lineAt(start))
          .filter((line, index, all) => all.indexOf(line) === index),
        faults: faultsIn(bodyOf(node), text, lineAt),
        thrown,
      },
    ];
  });
  const names = new Set(subjects.map(({ name }) => name));
  return success({ subjects, hidden: [...definitions.keys()].filter((name) => !names.has(name)) });
}

/** The source with calls of a recorder in it; lines stay where they are, but for one at the top. */
export function instrumentJavaScript(
  text: string,
  subject: Subject,
  { recorder, report }: { recorder: string; report: string },
): string {
  const program = parseProgram(subject.file, text);
  const definition = program === null ? undefined : definitionsIn(program, subject.file).definitions.get(subject.name);
  if (definition === undefined) return text;
  const { node } = definition;
  const lineAt = lineOf(text);
  const insertions = statementsIn(node).map(({ start }) => ({ at: start, text: `__noodle.hit(${lineAt(start)});` }));
  const open = recorderText(recorder, report);
  const wrap = definition.isDeclaration ? `${subject.name} = __noodle.record(${subject.name});` : '';
  if (!definition.isDeclaration)
    insertions.push({ at: node.start, text: '__noodle.record(' }, { at: node.end, text: ')' });
  const body = insertions
    // Of two at one place the later one was inserted further out.
    .map((insertion, index) => ({ ...insertion, index }))
    .toSorted((one, other) => other.at - one.at || one.index - other.index)
    .reduce((changed, { at, text: added }) => changed.slice(0, at) + added + changed.slice(at), text);
  const top =
    /^(?:#![^\n]*\n)?(?:\s*(?:\/\/[^\n]*\n|\/\*[^]*?\*\/))*\s*(?:(['"])use strict\1;?)?/.exec(body)?.[0] ?? '';
  return `${isTyped(subject.file) ? '// @ts-nocheck\n' : ''}${top}\n${open}${wrap}${body.slice(top.length)}`;
}

/** Opens the recorder whatever loads the file: a bundler, a registry of modules of its own, node. */
export function recorderText(recorder: string, report: string): string {
  const required = `process.getBuiltinModule('node:module').createRequire(${JSON.stringify(recorder)})(${JSON.stringify(recorder)})`;
  return `var __noodle = ${required}.open(${JSON.stringify(report)});`;
}

export function isTyped(file: string): boolean {
  return /\.[cm]?tsx?$/.test(file);
}

/** Null where it does not parse. */
export function parseProgram(file: string, text: string): Node | null {
  try {
    const { program, errors } = parseSync(file, text);
    // The tree is walked by the names of its fields.
    return errors.some(({ severity }) => severity === 'Error') ? null : (program as unknown as Node);
  } catch {
    return null;
  }
}

interface Definitions {
  readonly definitions: Map<string, Definition>;
  /** By the exported name: the name in the file. */
  readonly exported: Map<string, string>;
}

function definitionsIn(program: Node, file: string): Definitions {
  const found: Definitions = { definitions: new Map(), exported: new Map() };
  for (const statement of nodes(program['body'])) {
    if (statement.type === 'ExportNamedDeclaration') exportNamed(statement, found);
    else if (statement.type === 'ExportDefaultDeclaration') exportDefault(statement, file, found);
    else if (statement.type === 'ExpressionStatement') exportAssigned(statement['expression'], file, found);
    else define(statement, found.definitions);
  }
  return found;
}

function exportNamed(statement: Node, { definitions, exported }: Definitions): void {
  if (isNode(statement['declaration']))
    for (const name of define(statement['declaration'], definitions)) exported.set(name, name);
  if (statement['source'] !== null && statement['source'] !== undefined) return;
  for (const { local, exported: outer } of nodes(statement['specifiers']))
    if (isNode(local) && isNode(outer)) exported.set(String(outer['name'] ?? outer['value']), String(local['name']));
}

function exportDefault(statement: Node, file: string, found: Definitions): void {
  const declaration = statement['declaration'];
  if (!isNode(declaration)) return;
  if (declaration.type === 'Identifier') found.exported.set('default', String(declaration['name']));
  else exportValue(declaration, { exportedAs: 'default', file }, found);
}

/** A function that is handed out where it stands. */
function exportValue(
  value: Node,
  { exportedAs, file }: { exportedAs: string; file: string },
  { definitions, exported }: Definitions,
): void {
  const node = functionIn(value);
  if (node === null) return;
  const own = isNode(node['id']) ? String(node['id']['name']) : null;
  const name = own ?? (exportedAs === 'default' ? identifier(file) : exportedAs);
  definitions.set(name, { name, node, isDeclaration: node.type === 'FunctionDeclaration' && own !== null });
  exported.set(exportedAs, name);
}

/** `module.exports = …`, `exports.name = …`. */
function exportAssigned(expression: unknown, file: string, found: Definitions): void {
  if (!isNode(expression) || expression.type !== 'AssignmentExpression') return;
  const { left, right } = expression;
  const name = isNode(left) ? exportedName(nameOf(left)) : null;
  if (!isNode(right) || name === null) return;
  if (name !== 'default' || right.type !== 'ObjectExpression') return assign(right, { exportedAs: name, file }, found);
  for (const { key, value } of nodes(right['properties']))
    if (isNode(key) && isNode(value)) assign(value, { exportedAs: String(key['name'] ?? key['value']), file }, found);
}

function exportedName(target: string): string | null {
  if (target === 'module.exports') return 'default';
  return /^(?:module\.)?exports\.([\w$]+)$/.exec(target)?.[1] ?? null;
}

function assign(value: Node, at: { exportedAs: string; file: string }, found: Definitions): void {
  if (value.type === 'Identifier') found.exported.set(at.exportedAs, String(value['name']));
  else exportValue(value, at, found);
}

function define(statement: Node, definitions: Map<string, Definition>): string[] {
  if (statement.type === 'FunctionDeclaration' && isNode(statement['id']) && isNode(statement['body'])) {
    const name = String(statement['id']['name']);
    definitions.set(name, { name, node: statement, isDeclaration: true });
    return [name];
  }
  if (statement.type !== 'VariableDeclaration') return [];
  return nodes(statement['declarations']).flatMap(({ id, init }) => {
    const node = isNode(init) ? functionIn(init) : null;
    if (node === null || !isNode(id) || typeof id['name'] !== 'string') return [];
    definitions.set(id['name'], { name: id['name'], node, isDeclaration: false });
    return [id['name']];
  });
}

/** A function, also behind `as` and parentheses. */
function functionIn(node: Node): Node | null {
  if (functionTypes.has(node.type)) return isNode(node['body']) ? node : null;
  const isWrapped = ['TSAsExpression', 'TSSatisfiesExpression', 'ParenthesizedExpression'].includes(node.type);
  return isWrapped && isNode(node['expression']) ? functionIn(node['expression']) : null;
}

function bodyOf(node: Node): Node {
  return isNode(node['body']) ? node['body'] : node;
}

/** Every statement that stands in a block of the function, inner functions included. */
function statementsIn(node: Node): Node[] {
  const found: Node[] = [];
  walk(node, (each) => {
    const listed =
      each.type === 'SwitchCase'
        ? each['consequent']
        : each.type === 'BlockStatement' || each.type === 'FunctionBody'
          ? each['body']
          : [];
    for (const statement of nodes(listed)) {
      const isRun =
        !/^(?:FunctionDeclaration|TS\w+|EmptyStatement)$/.test(statement.type) &&
        typeof statement['directive'] !== 'string';
      if (isRun) found.push(statement);
    }
  });
  return found;
}

function thrownIn(program: Node): string[] {
  const names = new Set<string>();
  walk(program, ({ type, argument }) => {
    const callee =
      type === 'ThrowStatement' && isNode(argument) && /^(?:New|Call)Expression$/.test(argument.type)
        ? argument['callee']
        : null;
    if (isNode(callee) && typeof callee['name'] === 'string') names.add(callee['name']);
  });
  return [...names];
}

function typesIn(program: Node): Map<string, Node> {
  const found = new Map<string, Node>();
  for (const statement of nodes(program['body'])) {
    const inner = isNode(statement['declaration']) ? statement['declaration'] : statement;
    const isType = inner.type === 'TSInterfaceDeclaration' || inner.type === 'TSTypeAliasDeclaration';
    if (isType && isNode(inner['id'])) found.set(String(inner['id']['name']), inner);
  }
  return found;
}

function nameOf(node: Node): string {
  if (node.type === 'Identifier') return String(node['name']);
  const { object, property } = node;
  return node.type === 'MemberExpression' && isNode(object) && isNode(property)
    ? `${nameOf(object)}.${nameOf(property)}`
    : '';
}

function identifier(file: string): string {
  const stem = (file.split('/').at(-1) ?? '').replace(/\.[^.]+$/, '');
  return stem
    .replaceAll(/[^\w$]+(\w)?/g, (_, next: string | undefined) => next?.toUpperCase() ?? '')
    .replace(/^(\d|$)/, 'subject$1');
}

function nodes(value: unknown): Node[] {
  return Array.isArray(value) ? value.filter(isNode) : [];
}

/** The line of an offset, from 1. */
function lineOf(text: string): (offset: number) => number {
  return (offset) => text.slice(0, offset).split('\n').length;
}
