// Help with noodle.yaml while it is written: pure functions of its text. Lines and characters count from 0, as in editors.
import {
  describeConfigurationSchema,
  readConfiguration,
  readPipelineFile,
  type ConfigurationInput,
  type ConfigurationProblem,
} from './configuration.ts';
import { parseYaml } from './configuration-yaml.ts';
import { valueAt } from './configuration-repair.ts';
import { nodeAt, nodeOfKind, type SchemaNode } from './configuration-schema.ts';
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
  readonly severity: 'error' | 'warning' | 'information';
  readonly message: string;
  readonly code: null;
}

/** The keys that can stand at a position and do not stand there yet, or the values that its key can have. */
export function completeConfiguration(text: string, position: Position, file = 'noodle.yaml'): readonly Completion[] {
  const place = outlineAt(text, position.line, position.character);
  if (place.line.key === null) return [];
  const tree = treeOf(file);
  const isValue = place.line.hasColon && position.character >= place.line.valueStart;
  if (isValue) {
    const path = [...place.parents, place.line.key ?? ''];
    return [...valueCompletions(nodeAt(tree, path), place, position), ...namesFor(text, path, place, position)];
  }
  const node = nodeOfKind(nodeAt(tree, place.parents), valueAt(parseYaml(text).value, place.parents));
  if (node?.keys !== undefined) return keyCompletions(node.keys, place, position);
  return [...valueCompletions(node, place, position), ...namesFor(text, place.parents, place, position)];
}

/** What the key at a position means, what it can be, and by which other names it can be set. */
export function describeAt(
  text: string,
  position: Position,
  file = 'noodle.yaml',
): { readonly text: string; readonly range: Range } | null {
  const { parents, line } = outlineAt(text, position.line, position.character);
  const isOnKey = line.hasColon && position.character >= line.keyStart && position.character <= line.keyEnd;
  if (!isOnKey || line.key === null || line.key === '') return null;
  const path = [...parents, line.key];
  const node = nodeAt(treeOf(file), path);
  if (node === null) return null;
  return { text: description(path, node), range: rangeOn(position.line, line.keyStart, line.keyEnd) };
}

/** What is wrong in the text; `checkRules` says what only those can who know the metrics. */
export function validateConfiguration(
  text: string,
  file = 'noodle.yaml',
  checkRules: ConfigurationInput['checkRules'] = () => [],
): readonly Diagnostic[] {
  const { problems, notes } = isPipelineFile(file)
    ? readPipelineFile(text)
    : readConfiguration({ environment: {}, vscodeSettings: {}, file: { path: file, text }, checkRules });
  return [
    ...problems.map((problem) => diagnosticOf(problem, 'error')),
    ...notes.map((note) => diagnosticOf(note, 'information')),
  ];
}

function diagnosticOf(
  { message, line = 1, column = 1, endLine = line, endColumn = column + 1 }: ConfigurationProblem,
  severity: Diagnostic['severity'],
): Diagnostic {
  return {
    range: { start: { line: line - 1, character: column - 1 }, end: { line: endLine - 1, character: endColumn - 1 } },
    severity,
    message,
    code: null,
  };
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

/** Files that declare pipelines and nothing else. */
export function isPipelineFile(file: string): boolean {
  return /^\.noodle\/[^/]+\.ya?ml$/.test(file);
}

function treeOf(file: string): SchemaNode {
  const tree = describeConfigurationSchema();
  const { pipelines } = tree.keys ?? {};
  return isPipelineFile(file) && pipelines !== undefined ? { ...tree, keys: { pipelines } } : tree;
}

/** Names that stand elsewhere in the file: of targets, steps, services and pipelines. */
function namesFor(text: string, path: readonly string[], place: OutlinePlace, position: Position): Completion[] {
  const isItem = path.at(-1) === '*';
  const key = `${path[0]} ${(isItem ? path.at(-2) : path.at(-1)) ?? ''}${isItem ? ' *' : ''}`;
  const source = namedBy[key];
  if (source === undefined) return [];
  const [, own = '', group = '', step = ''] = path;
  const names = keysAt(
    text,
    source.place.map((part) => (part === 'own' ? own : part === 'group' ? group : part)),
  );
  const others = [...(source.also ?? []), ...names.filter((name) => name !== (source.isOfStep === true ? step : own))];
  return others.map((name) => completion(name, source.what, replacement(place, position)));
}

/** Where the names of a key stand: `own` is the pipeline, `group` its `steps` or `finally`. Nothing can name itself. */
const namedBy: Readonly<
  Record<
    string,
    {
      readonly place: readonly string[];
      readonly what: string;
      readonly also?: readonly string[];
      readonly isOfStep?: boolean;
    }
  >
> = {
  'alerts channels *': { place: ['alerts', 'channels'], what: 'A channel.' },
  'alerts inhibitedBy *': { place: ['alerts', 'rules'], what: 'A rule of this file.' },
  'targets needs *': { place: ['targets'], what: 'A build target.' },
  'pipelines needs *': { place: ['pipelines', 'own', 'group'], what: 'A step of the pipeline.', isOfStep: true },
  'pipelines services *': { place: ['pipelines', 'own', 'services'], what: 'A service of the pipeline.' },
  'pipelines pipeline': { place: ['pipelines'], what: 'A pipeline.' },
  'pipelines build': { place: ['targets'], what: 'A build target.', also: ['impacted', 'all'] },
};

function keysAt(text: string, path: readonly string[]): string[] {
  const at = path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? Object.entries(value).find(([name]) => name === key)?.[1]
        : undefined,
    parseYaml(text).value,
  );
  return typeof at === 'object' && at !== null && !Array.isArray(at) ? Object.keys(at) : [];
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
