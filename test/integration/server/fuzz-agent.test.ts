// The real agent behind the API, fuzzed from outside: every answer is one that the document promises, and none is a defect.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { TargetId } from '../../../agent/protocol/ids.ts';
import { operations, type OperationName } from '../../../agent/protocol/operations.ts';
import { maximumMessageBytes } from '../../../agent/protocol/wire.ts';
import { AgentRig } from '../../rig/agent-rig.ts';
import { fittingInputOf, fuzzSeed, nearInputOf } from '../../rig/contract-arbitraries.ts';
import { createDocumentCheck, type DocumentedAnswer, type OpenApi } from '../../rig/document-check.ts';

const files = {
  'package.json': JSON.stringify({
    name: 'shop',
    type: 'module',
    scripts: { test: 'node --test', build: 'node build.js' },
  }),
  'build.js': 'process.exitCode = 0;\n',
  'src/price.js': 'export const price = 1;\n',
  'test/price.test.js': "import test from 'node:test';\nimport '../src/price.js';\ntest('price', () => {});\n",
};

/** It would end the agent; what it answers is tested elsewhere. */
const left: readonly OperationName[] = ['stopAgent'];
const fuzzed = (Object.keys(operations) as OperationName[]).filter((name) => !left.includes(name));

describe('The agent under a fuzzer', () => {
  let rig: AgentRig;
  let token: string;
  let address: string;
  /** Of what is there, each of some kind. */
  let ids: fc.Arbitrary<string>;
  let check: ReturnType<typeof createDocumentCheck>;
  before(async () => {
    rig = await AgentRig.create(files, { isServing: true });
    ({ address } = await rig.client.getAgentStatus({}));
    const { executionId } = await rig.ended((await rig.client.startRun({ all: true })).executionId);
    await rig.client.createBuildConfig({ id: 'config', targets: [TargetId.parse('shop')] });
    await rig.client.createTestSuite({ id: 'suite' });
    await rig.client.createMetricDefinition({
      id: 'fuzz.value',
      name: 'Value',
      description: '',
      type: 'gauge',
      unit: '1',
    });
    ids = fc.constantFrom('config', 'suite', 'fuzz.value', 'run.duration', 'default', 'shop', executionId);
    token = new URL(rig.host.dashboardAddress).searchParams.get('token') ?? '';
    // What it is like is looked at in its own test.
    check = createDocumentCheck((await (await request('GET', '/api/cicd/openapi.json')).json()) as OpenApi);
  });
  after(() => rig[Symbol.asyncDispose]());

  function request(method: string, path: string, body?: string, headers: Readonly<Record<string, string>> = {}) {
    return fetch(`${address}${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    });
  }

  async function answered(response: Response): Promise<DocumentedAnswer> {
    return {
      status: response.status,
      contentType: response.headers.get('content-type') ?? '',
      body: await response.json(),
    };
  }

  async function send(operation: OperationName, input: unknown): Promise<DocumentedAnswer> {
    const [method = '', template = ''] = operations[operation].route.split(' ');
    const values = new Map(typeof input === 'object' && input !== null ? Object.entries(input) : []);
    const path = template.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = values.get(name);
      values.delete(name);
      return encodeURIComponent(String(typeof value === 'string' && value !== '' ? value : 'none').toWellFormed());
    });
    const rest = Object.fromEntries(values);
    const query = new URLSearchParams(
      Object.entries(rest).map(([name, value]): [string, string] => [
        name,
        typeof value === 'string' ? value : String(JSON.stringify(value)),
      ]),
    );
    return await answered(
      method === 'POST'
        ? await request(method, `/api/cicd${path}`, JSON.stringify(rest))
        : await request(method, `/api/cicd${path}?${query.toString()}`),
    );
  }

  for (const operation of fuzzed) {
    it(`${operation} answers as the document says`, async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.oneof(fittingInputOf(operation), nearInputOf(operation)),
          fc.option(ids, { nil: undefined }),
          async (input, id) => {
            const known = typeof input === 'object' && id !== undefined ? { ...input, id } : input;
            const answer = await send(operation, known);
            // What a person has to do something about is no defect: a disk that is full, a file that is damaged.
            assert.ok(answer.status < 500, JSON.stringify(answer).slice(0, 500));
            check(operation, answer);
          },
        ),
        { numRuns: 20, seed: fuzzSeed },
      );
    });
  }

  for (const operation of fuzzed) {
    it(`${operation} answers a value of another kind at each place`, async () => {
      const [sample] = fc.sample(fittingInputOf(operation), { numRuns: 1, seed: fuzzSeed });
      const names = Object.keys(operations[operation].input.shape);
      for (const name of names) {
        for (const value of otherKinds) {
          const answer = await send(operation, { ...(sample as object), [name]: value });
          assert.ok(answer.status < 500, `${name}: ${JSON.stringify(answer).slice(0, 500)}`);
          check(operation, answer);
        }
      }
    });
  }

  it('refuses bodies beyond the limit, announced or not, and goes on', async () => {
    const huge = JSON.stringify({ id: 'huge', steps: { a: { command: 'x'.repeat(maximumMessageBytes) } } });
    const announced = await request('POST', '/api/cicd/pipelines', huge).catch(() => null);
    if (announced !== null) assert.equal(announced.status, 413);
    const nested = `{"id":${'['.repeat(5000)}${']'.repeat(5000)}}`;
    assert.equal((await request('POST', '/api/cicd/pipelines', nested)).status, 400);
    assert.equal((await request('GET', '/api/cicd/status')).status, 200);
  });

  it('refuses the key of one request for another, over all of them', async () => {
    const headers = { 'Idempotency-Key': 'one key' };
    const body = (command: string) => JSON.stringify({ id: 'keyed', steps: { a: { command } } });
    const create = async (text: string) => answered(await request('POST', '/api/cicd/pipelines', text, headers));
    const first = await create(body('true'));
    assert.equal(first.status, 201, JSON.stringify(first));
    assert.deepEqual(await create(body('true')), first);
    const other = await create(body('false'));
    assert.deepEqual([other.status, (other.body as { reason: string }).reason], [422, 'key_reused']);
    const elsewhere = await answered(await request('POST', '/api/cicd/pipelines/keyed/execute', '{}', headers));
    assert.equal(elsewhere.status, 422);
    const { pipelines } = await rig.client.listPipelines({ limit: 1000 });
    assert.equal(pipelines.find(({ id }) => id === 'keyed')?.steps['a']?.command, 'true');
  });

  it('cancels what many clients cancel at once, and tells each the same', async () => {
    await rig.client.createPipeline({
      id: 'long',
      steps: { a: { command: 'sleep 600' }, b: { command: 'sleep 600' } },
    });
    const { executionId } = await rig.client.executePipeline({ id: 'long' });
    const cancel = () => request('POST', `/api/cicd/executions/${executionId}/cancel`, '{}').then(answered);
    const answers = await Promise.all(Array.from({ length: 8 }, cancel));
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]), JSON.stringify(answers));
    for (const answer of answers) check('cancelExecution', answer);
    await rig.event(
      'execution.changed',
      ({ execution }) => execution.id === executionId && execution.state === 'cancelled',
    );
    assert.equal((await cancel()).status, 200, 'what has ended is left as it is');
  });
});

/** One of each kind, and what breaks things. */
const otherKinds: readonly unknown[] = [
  null,
  true,
  -1,
  1.5,
  Number.MAX_SAFE_INTEGER + 1,
  '',
  '\u0000../%2e\u2028',
  'x'.repeat(70_000),
  [],
  [[[[[[null]]]]]],
  {},
  { __proto__: { x: 1 }, constructor: 1 },
];
