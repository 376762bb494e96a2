// Whatever comes from outside, the server answers for it: never a defect, never silence.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { failureOf } from '../../../agent/protocol/client.ts';
import { operations, type OperationName } from '../../../agent/protocol/operations.ts';
import { character, fittingInputOf, fuzzSeed, nearInputOf } from '../../rig/contract-arbitraries.ts';
import { ServerRig, type RestAnswer } from '../../rig/server-rig.ts';

const runs = { numRuns: 25, seed: fuzzSeed };

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
        fc.asyncProperty(nearInputOf(operation), segment, async (input, id) => {
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
        fc.asyncProperty(fc.oneof(fittingInputOf(operation), nearInputOf(operation)), async (input) => {
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
      { numRuns: 150, seed: fuzzSeed },
    );
  });

  it('in bodies is answered', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), async (body) =>
        assertAnswered(await rig.rest('POST', '/plan', { body })),
      ),
      { numRuns: 100, seed: fuzzSeed },
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
      { numRuns: 300, seed: fuzzSeed },
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
