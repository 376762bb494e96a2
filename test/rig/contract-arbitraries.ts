// Inputs of operations as the OpenAPI document describes them, for fast-check.
import fc from 'fast-check';
import { operations, type OperationName } from '../../agent/protocol/operations.ts';
import { openApiDocument } from '../../agent/server/openapi.ts';

type Schema = Readonly<Record<string, unknown>>;

interface Described {
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required: boolean;
    readonly schema: Schema;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}

// What openApiDocument makes is looked at in its own test.
const document = openApiDocument('0') as unknown as {
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
};

/** The same inputs in every run: what fails once fails again. */
export const fuzzSeed = 20_261_123;

/** Letters, and what breaks things. */
export const character = fc.oneof(
  fc.string({ minLength: 1, maxLength: 1 }),
  fc.constantFrom('\u0000', '\n', '/', '%', '..', 'ü', '\u2028', '😀', '\ud800', '__proto__'),
);

/** The input of an operation, path, query and body in one: fits most of the time. */
export function nearInputOf(operation: OperationName): fc.Arbitrary<unknown> {
  return nearly(inputSchemaOf(operation));
}

/** As the document describes it; what the document cannot say may still be missed. */
export function fittingInputOf(operation: OperationName): fc.Arbitrary<unknown> {
  return fitting(inputSchemaOf(operation), fitting);
}

function inputSchemaOf(operation: OperationName): Schema {
  const [method = '', path = ''] = operations[operation].route.split(' ');
  const described = document.paths[`/api/cicd${path}`]?.[method.toLowerCase()];
  const parameters = (described?.parameters ?? []).filter((parameter) => parameter.in !== 'header');
  const body = described?.requestBody?.content['application/json']?.schema ?? {};
  return {
    type: 'object',
    properties: {
      ...Object.fromEntries(parameters.map(({ name, schema }) => [name, schema])),
      ...(body['properties'] as object | undefined),
    },
    required: [
      ...parameters.filter(({ required }) => required).map(({ name }) => name),
      ...((body['required'] ?? []) as string[]),
    ],
    additionalProperties: false,
  };
}

/** How what lies inside a value is made. */
type Inner = (schema: Schema, inner?: Inner) => fc.Arbitrary<unknown>;

function nearly(schema: Schema): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 4, arbitrary: fitting(schema, nearly) }, { weight: 1, arbitrary: fc.jsonValue() });
}

function fitting(schema: Schema, inner: Inner = fitting): fc.Arbitrary<unknown> {
  const { $ref } = schema;
  const values = schema['enum'];
  const branches = schema['anyOf'] ?? schema['oneOf'];
  if ('const' in schema) return fc.constant(schema['const']);
  if (typeof $ref === 'string')
    return fitting(document.components.schemas[$ref.slice('#/components/schemas/'.length)] ?? {}, inner);
  if (Array.isArray(values)) return fc.constantFrom<unknown>(...(values as unknown[]));
  if (Array.isArray(branches)) return fc.oneof(...(branches as Schema[]).map((branch) => fitting(branch, inner)));
  return makers[String(schema['type'])]?.(schema, inner) ?? fc.jsonValue();
}

const makers: Readonly<Record<string, (schema: Schema, inner: Inner) => fc.Arbitrary<unknown>>> = {
  string: ({ minLength = 0, maxLength = 20, pattern }) =>
    typeof pattern === 'string'
      ? fc.stringMatching(new RegExp(pattern)).filter((text) => text.length <= Number(maxLength) || maxLength === 20)
      : fc
          .string({ minLength: Number(minLength), maxLength: Math.min(20, Number(maxLength)), unit: character })
          .filter((text) => text.length >= Number(minLength)),
  integer: ({ minimum = -5, maximum = 2000, exclusiveMinimum }) =>
    fc.integer({
      min: exclusiveMinimum === undefined ? Number(minimum) : Number(exclusiveMinimum) + 1,
      max: Number(maximum),
    }),
  number: ({ minimum = 0, maximum = 1e6, exclusiveMinimum, exclusiveMaximum }) =>
    fc.double({
      min: Number(exclusiveMinimum ?? minimum),
      max: Number(exclusiveMaximum ?? maximum),
      minExcluded: exclusiveMinimum !== undefined,
      maxExcluded: exclusiveMaximum !== undefined,
      noNaN: true,
    }),
  boolean: () => fc.boolean(),
  null: () => fc.constant(null),
  array: ({ items = {}, minItems = 0 }, inner) =>
    fc.array(inner(items as Schema, inner), { minLength: Number(minItems), maxLength: Number(minItems) + 2 }),
  object: fittingObject,
};

function fittingObject(schema: Schema, inner: Inner): fc.Arbitrary<object> {
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, Schema>);
  const shape = Object.fromEntries(properties.map(([name, property]) => [name, inner(property, inner)]));
  const requiredKeys = (schema['required'] ?? []) as string[];
  const known = fc.record(shape, { requiredKeys });
  const { additionalProperties: more, propertyNames } = schema;
  if (more === false || more === undefined) return known;
  const keys = fitting((propertyNames ?? { type: 'string', minLength: 1 }) as Schema).map(String);
  const extra = fc.dictionary(keys, inner((more === true ? {} : more) as Schema, inner), { maxKeys: 1 });
  return fc.tuple(known, extra).map(([named, others]) => ({ ...named, ...others }));
}
