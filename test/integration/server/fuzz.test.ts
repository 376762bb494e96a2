// Whatever comes from outside, the server answers for it: never a defect, never silence.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { failureOf } from '../../../agent/protocol/client.ts';
import { operations, type OperationName } from '../../../agent/protocol/operations.ts';
import { openApiDocument } from '../../../agent/server/openapi.ts';
import { ServerRig, type RestAnswer } from '../../rig/server-rig.ts';

type Schema = Readonly<Record<string, unknown>>;

interface Described {
  readonly parameters?: readonly { readonly name: string; readonly required: boolean; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}

// What openApiDocument makes is looked at in its own test.
const document = openApiDocument('0') as unknown as {
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
};

/** Values that fit a schema most of the time. */
function nearly(schema: Schema): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 4, arbitrary: fitting(schema) }, { weight: 1, arbitrary: fc.jsonValue() });
}

function fitting(schema: Schema): fc.Arbitrary<unknown> {
  const { $ref, anyOf } = schema;
  const values = schema['enum'];
  if (typeof $ref === 'string')
    return fitting(document.components.schemas[$ref.slice('#/components/schemas/'.length)] ?? {});
  if (Array.isArray(values)) return fc.constantFrom<unknown>(...(values as unknown[]));
  if (Array.isArray(anyOf)) return fc.oneof(...(anyOf as Schema[]).map(fitting));
  return makers[String(schema['type'])]?.(schema) ?? fc.jsonValue();
}

/** Letters, and what breaks things. */
const character = fc.oneof(
  fc.string({ minLength: 1, maxLength: 1 }),
  fc.constantFrom('\u0000', '\n', '/', '%', '..', 'ü', '\u2028', '😀', '\ud800', '__proto__'),
);

const makers: Readonly<Record<string, (schema: Schema) => fc.Arbitrary<unknown>>> = {
  string: ({ minLength = 0, pattern }) =>
    typeof pattern === 'string'
      ? fc.stringMatching(new RegExp(pattern))
      : fc.string({ minLength: Number(minLength), maxLength: 20, unit: character }),
  integer: ({ minimum = -5, maximum = 2000 }) => fc.integer({ min: Number(minimum), max: Number(maximum) }),
  number: () => fc.double(),
  boolean: () => fc.boolean(),
  array: ({ items = {} }) => fc.array(nearly(items as Schema), { maxLength: 3 }),
  object: fittingObject,
};

function fittingObject(schema: Schema): fc.Arbitrary<object> {
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, Schema>);
  const shape = Object.fromEntries(properties.map(([name, property]) => [name, nearly(property)]));
  const requiredKeys = (schema['required'] ?? []) as string[];
  const extra = fc.dictionary(fc.string(), nearly((schema['additionalProperties'] || {}) as Schema), { maxKeys: 1 });
  const rest = schema['additionalProperties'] === false ? fc.constant({}) : extra;
  return fc.tuple(fc.record(shape, { requiredKeys }), rest).map(([known, more]) => ({ ...known, ...more }));
}

/** The input of an operation as the document describes it: path, query and body in one. */
function inputOf(operation: OperationName): fc.Arbitrary<unknown> {
  const [method = '', path = ''] = operations[operation].route.split(' ');
  const described = document.paths[`/api/cicd${path}`]?.[method.toLowerCase()];
  const parameters = described?.parameters ?? [];
  const body = described?.requestBody?.content['application/json']?.schema ?? {};
  return nearly({
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
  });
}

const runs = { numRuns: 25 };

describe('Whatever comes', () => {
  let rig: ServerRig;
  before(async () => {
    rig = await ServerRig.start();
  });
  after(() => rig[Symbol.asyncDispose]());
  afterEach(() => assert.deepEqual(rig.logLines.splice(0), []));

  for (const operation of Object.keys(operations) as OperationName[]) {
    const [method = '', template = ''] = operations[operation].route.split(' ');

    it(`${operation} over REST never answers with a defect`, async () => {
      const segment = fc.string({ maxLength: 10, unit: character });
      await fc.assert(
        fc.asyncProperty(inputOf(operation), segment, async (input, id) => {
          const path = template.replace(/\{\w+\}/g, encodeURIComponent(id.toWellFormed()));
          if (method === 'POST') assertAnswered(await rig.rest(method, path, { body: JSON.stringify(input) }));
          else assertAnswered(await rig.rest(method, `${path}?${queryOf(input)}`));
        }),
        runs,
      );
    });

    it(`${operation} over JSON-RPC never answers with a defect`, async () => {
      const client = await rig.connect();
      await fc.assert(
        fc.asyncProperty(inputOf(operation), async (input) => {
          try {
            // Any JSON value, fitting or not.
            await client[operation](JSON.parse(JSON.stringify(input)) as never);
          } catch (error) {
            assert.equal(failureOf(error).reason, 'invalid_input');
          }
        }),
        runs,
      );
    });
  }

  it('was near enough to what fits that every operation was reached', () => {
    const reached = new Set(rig.calls.map(({ operation }) => operation));
    assert.deepEqual([...reached].toSorted(), Object.keys(operations).toSorted());
  });

  it('in paths, queries and headers is answered', async () => {
    const path = fc.webPath().map((text) => text.replace(/^\/*/, '/'));
    const value = fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)) });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('GET', 'POST', 'DELETE', 'PUT', 'HEAD'),
        path,
        fc.webQueryParameters(),
        value,
        async (method, target, query, header) => {
          const headers = { Authorization: header, Cookie: header, 'Content-Type': header, Accept: header };
          assertAnswered(await rig.http(method, `${target}?${query}`, { headers }));
          assertAnswered(await rig.http(method, `/api/cicd${target}?${query}`, { headers }));
        },
      ),
      { numRuns: 150 },
    );
  });

  it('in bodies is answered', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), async (body) =>
        assertAnswered(await rig.rest('POST', '/plan', { body })),
      ),
      { numRuns: 100 },
    );
  });

  it('on a WebSocket is answered, and leaves the connection alive', async () => {
    const socket = await rig.greetedSocket();
    const message = fc.record(
      {
        jsonrpc: fc.constantFrom('2.0', '1.0'),
        id: fc.jsonValue(),
        method: fc.oneof(
          fc.constantFrom('noodle/makePlan', 'noodle/hello', '$/cancelRequest', '$/progress', 'exit'),
          fc.string(),
        ),
        params: fc.jsonValue(),
        result: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          message.map((value) => JSON.stringify(value)),
          fc.json(),
          fc.string(),
        ),
        async (text) => {
          socket.socket.send(text);
          socket.send({ id: 'end', method: 'noodle/listAlerts', params: {} });
          for (let answer = await socket.next(); answer.id !== 'end'; answer = await socket.next()) {
            assert.notEqual(answer.error?.data?.reason, 'internal');
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

function queryOf(input: unknown): string {
  if (typeof input !== 'object' || input === null) return new URLSearchParams({ input: String(input) }).toString();
  return new URLSearchParams(
    Object.entries(input).map(([key, value]): [string, string] => [key, String(JSON.stringify(value))]),
  ).toString();
}

function assertAnswered(answer: RestAnswer): void {
  assert.ok(answer.status < 500, answer.text);
  const isProblem = answer.headers['content-type']?.startsWith('application/problem+json') === true;
  assert.ok(
    answer.status < 400 || isProblem || answer.headers['content-type']?.startsWith('text/html') === true,
    answer.text,
  );
}
