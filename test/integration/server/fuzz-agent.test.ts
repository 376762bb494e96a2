// The real agent behind the API, fuzzed from outside: every answer is one that the document promises, and none is a defect.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { TargetId } from '../../../agent/protocol/ids.ts';
import { operations, type OperationName } from '../../../agent/protocol/operations.ts';
import { AgentRig } from '../../rig/agent-rig.ts';
import { fittingInputOf, fuzzSeed, nearInputOf } from '../../rig/contract-arbitraries.ts';

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
  });
  after(() => rig[Symbol.asyncDispose]());

  async function send(operation: OperationName, input: unknown): Promise<{ status: number; body: unknown }> {
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
    const isPost = method === 'POST';
    const response = await fetch(`${address}/api/cicd${path}${isPost ? '' : `?${query.toString()}`}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, ...(isPost ? { 'Content-Type': 'application/json' } : {}) },
      ...(isPost ? { body: JSON.stringify(rest) } : {}),
    });
    return { status: response.status, body: await response.json() };
  }

  for (const operation of fuzzed) {
    it(`${operation} answers as the document says`, async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.oneof(fittingInputOf(operation), nearInputOf(operation)),
          fc.option(ids, { nil: undefined }),
          async (input, id) => {
            const known = typeof input === 'object' && id !== undefined ? { ...input, id } : input;
            const { status, body } = await send(operation, known);
            const text = `${status} ${JSON.stringify(body).slice(0, 500)}`;
            // What a person has to do something about is no defect: a disk that is full, a file that is damaged.
            assert.ok(status < 500, text);
            if (status < 300) operations[operation].output.parse(body);
            else assert.equal((body as { status: number }).status, status, text);
          },
        ),
        { numRuns: 20, seed: fuzzSeed },
      );
    });
  }
});
