// The schema of noodle.yaml as a plain tree, for messages, completion and hover.
import { z } from 'zod';
import { settingDeclarations, type SettingDeclaration } from '../protocol/settings.ts';

export interface SchemaNode {
  /** What the value means; '' where the name says it. */
  readonly description: string;
  /** What a value looks like, in words: `a whole number from 1 to 20`. */
  readonly expected: string;
  readonly type: 'map' | 'list' | 'text' | 'boolean' | 'integer';
  readonly default?: unknown;
  /** The only values allowed. */
  readonly values?: readonly string[];
  /** The known keys of a map. */
  readonly keys?: Readonly<Record<string, SchemaNode>>;
  /** The maps that it can be, where a key tells them apart; `keys` are those of all of them. */
  readonly kinds?: readonly SchemaNode[];
  /** What stands under each key of a map whose keys the user names. */
  readonly anyKey?: SchemaNode;
  /** The items of a list. */
  readonly items?: SchemaNode;
  /** The setting that stands here. */
  readonly setting?: SettingDeclaration;
}

/** The parts of a JSON schema that zod writes for this file. */
const JsonSchema = z.object({
  type: z.enum(['object', 'array', 'string', 'boolean', 'integer', 'number']).catch('string'),
  description: z.string().default(''),
  default: z.unknown().optional(),
  enum: z.array(z.string()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  anyOf: z.array(z.unknown()).optional(),
  oneOf: z.array(z.unknown()).optional(),
  const: z.string().optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  examples: z.array(z.string()).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  additionalProperties: z.unknown().optional(),
  items: z.unknown().optional(),
});
type JsonSchema = z.infer<typeof JsonSchema>;

/** Turns a JSON schema into the tree. */
export function schemaTree(schema: unknown, place: readonly string[] = []): SchemaNode {
  const parsed = JsonSchema.parse(schema);
  if (parsed.oneOf !== undefined) return kindsNode(parsed, place);
  const base = {
    description: parsed.description,
    expected: expectedOf(parsed),
    ...(parsed.default === undefined ? {} : { default: parsed.default }),
  };
  switch (parsed.type) {
    case 'object':
      return { ...base, type: 'map', ...mapParts(parsed, place) };
    case 'array':
      return { ...base, type: 'list', items: schemaTree(parsed.items, [...place, '*']) };
    case 'boolean':
      return { ...base, ...settingParts(place), type: 'boolean', values: ['true', 'false'] };
    case 'integer':
    case 'number':
      return { ...base, ...settingParts(place), type: 'integer' };
    case 'string':
      return { ...base, type: 'text', ...onlyValues(parsed) };
  }
}

function onlyValues({ enum: values, const: only }: JsonSchema): Pick<SchemaNode, 'values'> {
  if (only !== undefined) return { values: [only] };
  return values === undefined ? {} : { values };
}

/** Of a map that can be one of several the one that its values name; else the node itself. */
export function nodeOfKind(node: SchemaNode | null, found: unknown): SchemaNode | null {
  if (typeof found !== 'object' || found === null) return node;
  const values = new Map<string, unknown>(Object.entries(found));
  const isNamed = ({ keys = {} }: SchemaNode) =>
    Object.entries(keys).some(([name, { values: only }]) => only?.length === 1 && only[0] === values.get(name));
  return node?.kinds?.find(isNamed) ?? node;
}

/** One of several maps, told apart by a key with one value in each: the keys of all of them, and all those values. */
function kindsNode({ oneOf = [], description }: JsonSchema, place: readonly string[]): SchemaNode {
  const kinds = oneOf.map((each) => schemaTree(each, place));
  const keys: Record<string, SchemaNode> = {};
  for (const [name, node] of kinds.flatMap((kind) => Object.entries(kind.keys ?? {}))) {
    const values = [...new Set([...(keys[name]?.values ?? []), ...(node.values ?? [])])];
    const expected = values.length > 0 && node.type === 'text' ? `one of ${values.join(', ')}` : node.expected;
    keys[name] = { ...(keys[name] ?? node), expected, ...(values.length === 0 ? {} : { values }) };
  }
  return { description, expected: 'a map of keys and values', type: 'map', keys, kinds };
}

/** The node that a path leads to; null where the schema knows nothing. */
export function nodeAt(tree: SchemaNode, path: readonly (string | number)[]): SchemaNode | null {
  let node: SchemaNode | undefined = tree;
  for (const segment of path) {
    if (node?.type === 'list') node = node.items;
    else node = ownKey(node?.keys, String(segment)) ?? node?.anyKey;
  }
  return node ?? null;
}

function ownKey(keys: SchemaNode['keys'], name: string): SchemaNode | undefined {
  return keys !== undefined && Object.hasOwn(keys, name) ? keys[name] : undefined;
}

function mapParts(
  { properties = {}, additionalProperties }: JsonSchema,
  place: readonly string[],
): Pick<SchemaNode, 'keys' | 'anyKey'> {
  const keys = Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [name, schemaTree(value, [...place, name])]),
  );
  const isOpen = typeof additionalProperties === 'object' && additionalProperties !== null;
  return isOpen ? { keys, anyKey: schemaTree(additionalProperties, [...place, '*']) } : { keys };
}

/** A setting's default stands in the table of settings: in the file it is absent until the user writes it. */
function settingParts([top, ...rest]: readonly string[]): Pick<SchemaNode, 'setting' | 'default'> {
  const setting = settingDeclarations.find(({ key }) => key === rest.join('.'));
  return top === 'settings' && setting !== undefined ? { setting, default: setting.default } : {};
}

function expectedOf(schema: JsonSchema): string {
  const { type } = schema;
  if (schema.anyOf !== undefined) return schema.anyOf.map((each) => expectedOf(JsonSchema.parse(each))).join(', ');
  switch (type) {
    case 'object':
      return 'a map of keys and values';
    case 'array':
      return 'a list';
    case 'boolean':
      return 'true or false';
    case 'integer':
    case 'number':
      return numberExpected(schema);
    case 'string':
      return textExpected(schema);
  }
}

function numberExpected({ type, minimum, maximum, exclusiveMinimum }: JsonSchema): string {
  const number = type === 'integer' ? 'a whole number' : 'a number';
  if (minimum !== undefined) return `${number} from ${minimum} to ${maximum ?? 'any'}`;
  return exclusiveMinimum === undefined ? number : `${number} above ${exclusiveMinimum}`;
}

function textExpected({ enum: values, const: only, examples, minLength = 0, maxLength }: JsonSchema): string {
  if (only !== undefined) return only;
  if (values !== undefined) return `one of ${values.join(', ')}`;
  if (examples?.[0] !== undefined) return `a text like ${examples[0]}`;
  const length = maxLength === undefined ? '' : ` of at most ${maxLength} characters`;
  return `${minLength > 0 ? 'a text that is not empty' : 'a text'}${length}`;
}
