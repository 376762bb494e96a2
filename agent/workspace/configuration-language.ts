// Help with noodle.yaml while it is written: pure functions of its text. Lines and characters count from 0, as in editors.
import { describeConfigurationSchema, readConfiguration } from './configuration.ts';
import { nodeAt, type SchemaNode } from './configuration-schema.ts';
import { outlineAt, type OutlinePlace } from './yaml-outline.ts';

interface Position {
  readonly line: number;
  readonly character: number;
}

interface Range {
  readonly start: Position;
  readonly end: Position;
}

interface Completion {
  readonly label: string;
  readonly kind: 'key' | 'value';
  readonly documentation: string;
  readonly insertText: string;
  /** What the text takes the place of. */
  readonly replaces: Range;
}

interface Diagnostic {
  readonly range: Range;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly code: null;
}

/** The keys that can stand at a position and do not stand there yet, or the values that its key can have. */
export function completeConfiguration(text: string, position: Position): readonly Completion[] {
  const place = outlineAt(text, position.line, position.character);
  if (place.line.key === null) return [];
  const tree = describeConfigurationSchema();
  const isValue = place.line.hasColon && position.character >= place.line.valueStart;
  if (isValue) return valueCompletions(nodeAt(tree, [...place.parents, place.line.key ?? '']), place, position);
  const node = nodeAt(tree, place.parents);
  if (node?.keys !== undefined) return keyCompletions(node.keys, place, position);
  const targets = place.parents.at(-2) === 'needs' ? targetNames(text).filter((name) => name !== place.parents[1]) : [];
  return [
    ...valueCompletions(node, place, position),
    ...targets.map((name) => completion(name, 'A build target.', replacement(place, position))),
  ];
}

/** What the key at a position means, what it can be, and by which other names it can be set. */
export function describeAt(text: string, position: Position): { readonly text: string; readonly range: Range } | null {
  const { parents, line } = outlineAt(text, position.line, position.character);
  const isOnKey = line.hasColon && position.character >= line.keyStart && position.character <= line.keyEnd;
  if (!isOnKey || line.key === null || line.key === '') return null;
  const path = [...parents, line.key];
  const node = nodeAt(describeConfigurationSchema(), path);
  if (node === null) return null;
  return { text: description(path, node), range: rangeOn(position.line, line.keyStart, line.keyEnd) };
}

/** What is wrong in the text. */
export function validateConfiguration(text: string): readonly Diagnostic[] {
  const { problems } = readConfiguration({ environment: {}, vscodeSettings: {}, file: { path: 'noodle.yaml', text } });
  return problems.map(({ message, line = 1, column = 1, endLine = line, endColumn = column + 1 }) => ({
    range: { start: { line: line - 1, character: column - 1 }, end: { line: endLine - 1, character: endColumn - 1 } },
    severity: 'error',
    message,
    code: null,
  }));
}

function keyCompletions(
  keys: Readonly<Record<string, SchemaNode>>,
  place: OutlinePlace,
  position: Position,
): Completion[] {
  const replaces = replacement(place, position);
  return Object.entries(keys)
    .filter(([name]) => !place.siblings.includes(name))
    .map(([name, node]) => ({
      label: name,
      kind: 'key',
      documentation: summary(node),
      insertText: place.line.hasColon ? name : insertedKey(name, node, place.line.keyStart),
      replaces,
    }));
}

function insertedKey(name: string, node: SchemaNode, indent: number): string {
  const next = `\n${' '.repeat(indent + 2)}`;
  if (node.type === 'map') return `${name}:${next}`;
  return node.type === 'list' ? `${name}:${next}- ` : `${name}: `;
}

function valueCompletions(node: SchemaNode | null, place: OutlinePlace, position: Position): Completion[] {
  const values = node?.values ?? (typeof node?.default === 'number' ? [String(node.default)] : []);
  const replaces = replacement(place, position);
  return values.map((value) => completion(value, node === null ? '' : summary(node), replaces));
}

function completion(value: string, documentation: string, replaces: Range): Completion {
  const needsQuotes = !/^[\w./][\w./-]*$/.test(value);
  return {
    label: value,
    kind: 'value',
    documentation,
    insertText: needsQuotes ? JSON.stringify(value) : value,
    replaces,
  };
}

/** The word that is being typed: the key, or the value behind it. */
function replacement({ line }: OutlinePlace, { line: number, character }: Position): Range {
  const isValue = line.hasColon && character >= line.valueStart;
  const start = isValue ? line.valueStart : line.keyStart;
  const end = isValue ? line.valueStart + line.value.length : line.keyEnd;
  return rangeOn(number, Math.min(start, character), Math.max(end, character));
}

function rangeOn(line: number, from: number, to: number): Range {
  return { start: { line, character: from }, end: { line, character: to } };
}

function targetNames(text: string): string[] {
  return Object.keys(
    readConfiguration({ environment: {}, vscodeSettings: {}, file: { path: 'noodle.yaml', text } }).file.targets,
  );
}

function summary(node: SchemaNode): string {
  const sentences = [
    node.description,
    `Expected: ${node.expected}.`,
    node.default === undefined ? '' : `Default: ${JSON.stringify(node.default)}.`,
  ];
  return sentences.filter((sentence) => sentence !== '').join(' ');
}

function description(path: readonly string[], node: SchemaNode): string {
  const names =
    node.setting === undefined
      ? ''
      : `Environment variable \`${node.setting.environment}\`, VS Code setting \`noodle.${node.setting.key}\`; both win over this file.`;
  return [`**${path.filter((part) => part !== '*').join('.')}**`, summary(node), names]
    .filter((part) => part !== '')
    .join('\n\n');
}
