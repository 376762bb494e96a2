// Every operation of the contract, over every transport alike: what fits, what does not, what fails, who may not.
import assert from 'node:assert/strict';
import { failureOf, type Client } from '../../../agent/protocol/client.ts';
import { failure, failureCatalogue, success, type Failure } from '../../../agent/protocol/failure.ts';
import { operations, type OperationName, type Role } from '../../../agent/protocol/operations.ts';
import { createLocalClient } from '../../../agent/server/local-client.ts';
import { exampleInputs, exampleOutputs } from '../../rig/contract-examples.ts';
import { ServerRig, type RestAnswer } from '../../rig/server-rig.ts';

type Answer = { readonly value: unknown } | { readonly failure: Failure };
type Transport = (rig: ServerRig, operation: OperationName, input: object, role?: Role) => Promise<Answer>;

const transports: Readonly<Record<string, Transport>> = {
  'JSON-RPC': async (rig, operation, input, role) => answerOf(await rig.connect(role), operation, input),
  REST: async (rig, operation, input, role) => restAnswer(await callRest(rig, operation, input, role)),
  'the local client': async (rig, operation, input) => answerOf(localClient(rig), operation, input),
};

const names = Object.keys(operations) as OperationName[];

for (const [transport, call] of Object.entries(transports)) {
  describe(`Operations over ${transport}`, () => {
    let rig: ServerRig;
    beforeEach(async () => {
      rig = await ServerRig.start();
    });
    afterEach(() => rig[Symbol.asyncDispose]());

    for (const operation of names) {
      describe(operation, () => {
        it('answers what the handler answers to an input that fits', async () => {
          const answer = await call(rig, operation, exampleInputs[operation]);
          assert.deepEqual(answer, { value: exampleOutputs[operation] });
          assert.deepEqual(
            rig.calls.map(({ input }) => input),
            [operations[operation].input.parse(exampleInputs[operation])],
          );
        });

        it('refuses an unknown key, naming it', async () => {
          const answer = failureIn(await call(rig, operation, { ...exampleInputs[operation], surprise: 'x' }));
          assert.equal(answer.reason, 'invalid_input');
          assert.match(answer.message, /surprise/);
          assert.deepEqual(rig.calls, []);
        });

        it('answers the failure of the handler', async () => {
          rig.script(operation, async () =>
            failure('conflict', 'core: expected to be idle, found a build.', { place: 'core', hint: 'Wait.' }),
          );
          const answer = failureIn(await call(rig, operation, exampleInputs[operation]));
          assert.deepEqual(answer, {
            reason: 'conflict',
            message: 'core: expected to be idle, found a build.',
            place: 'core',
            hint: 'Wait.',
          });
        });

        it('hides a defect behind a sentence and logs its cause', async () => {
          rig.script(operation, async () => {
            throw new TypeError('secret cause at /home/somebody');
          });
          const answer = failureIn(await call(rig, operation, exampleInputs[operation]));
          assert.equal(answer.reason, 'internal');
          assert.doesNotMatch(JSON.stringify(answer), /secret|\/home/);
          assert.match(rig.logLines.join('\n'), /TypeError: secret cause/);
        });
      });
    }
  });
}

describe('Roles', () => {
  const rank: readonly Role[] = ['viewer', 'developer', 'operator', 'admin'];

  for (const [transport, call] of Object.entries(transports).slice(0, 2)) {
    it(`decide over ${transport} who may call what`, async () => {
      for (const operation of names) {
        // One for each, so that the clients of all operations are not too many for it.
        await using rig = await ServerRig.start();
        for (const role of rank) {
          const answer = await call(rig, operation, exampleInputs[operation], role);
          const isAllowed = rank.indexOf(role) >= rank.indexOf(operations[operation].role);
          assert.equal(
            'failure' in answer ? answer.failure.reason : 'ok',
            isAllowed ? 'ok' : 'forbidden',
            `${operation} as ${role}`,
          );
        }
      }
    });
  }
});

describe('The audit trail', () => {
  it('names who asked for what and what came of it, for audited operations alone', async () => {
    await using rig = await ServerRig.start();
    const client = await rig.connect('developer');
    await client.startRun({});
    await client.listTests({});
    rig.script('cancelExecution', async () => failure('not_found', 'run-1: expected an execution, found none.'));
    await rig.rest('POST', '/executions/run-1/cancel', { role: 'operator', headers: { 'User-Agent': 'curl/8' } });
    await rig.rest('POST', '/stop', { role: 'viewer' });
    const at = rig.clock.now();
    assert.deepEqual(rig.audit, [
      { at, client: 'test', role: 'developer', via: 'rpc', operation: 'startRun', subject: null, outcome: 'ok' },
      {
        at,
        client: 'curl/8',
        role: 'operator',
        via: 'rest',
        operation: 'cancelExecution',
        subject: 'run-1',
        outcome: 'not_found',
      },
      { at, client: 'rest', role: 'viewer', via: 'rest', operation: 'stopAgent', subject: null, outcome: 'forbidden' },
    ]);
  });

  it('does not stand in the way when it cannot be written', async () => {
    await using rig = await ServerRig.start({
      audit: () => {
        throw new Error('disk full');
      },
    });
    assert.equal((await rig.rest('POST', '/runs')).status, 202);
    assert.match(rig.logLines.join('\n'), /disk full/);
  });
});

describe('Answers that do not fit the contract', () => {
  it('are a defect while developing', async () => {
    await using rig = await ServerRig.start();
    rig.script('stopAgent', async () => success({ stopping: false } as never));
    assert.equal((await rig.rest('POST', '/stop')).status, 500);
  });
});

async function answerOf(client: Client, operation: OperationName, input: object): Promise<Answer> {
  try {
    // The inputs of all operations in one type.
    return { value: await client[operation](input as never) };
  } catch (error) {
    return { failure: failureOf(error) };
  }
}

function localClient(rig: ServerRig): Client {
  const { clock, events } = rig;
  const log = {
    debug: ignore,
    info: ignore,
    warn: ignore,
    error: (message: string, details: object = {}) => void rig.logLines.push(`${message} ${stackIn(details)}`),
  };
  return createLocalClient({
    handlers: rig.handlers(),
    clock,
    events,
    log,
    audit: ignore,
    client: 'test',
    checksOutput: true,
  });
}

function ignore(): void {}

function stackIn(details: object): string {
  return 'cause' in details && details.cause instanceof Error ? (details.cause.stack ?? '') : '';
}

/** Puts the input where REST wants it: path, query or body. */
async function callRest(
  rig: ServerRig,
  operation: OperationName,
  input: object,
  role: Role = 'admin',
): Promise<RestAnswer> {
  const [method = '', template = ''] = operations[operation].route.split(' ');
  const rest: Record<string, unknown> = { ...input };
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = String(rest[name]);
    delete rest[name];
    return encodeURIComponent(value);
  });
  if (method === 'POST') return rig.rest(method, path, { role, body: JSON.stringify(rest) });
  const query = new URLSearchParams(Object.entries(rest).map(([key, value]): [string, string] => [key, String(value)]));
  return rig.rest(method, `${path}?${query.toString()}`, { role });
}

function restAnswer(answer: RestAnswer): Answer {
  if (answer.status < 300) return { value: answer.json() };
  assert.equal(answer.headers['content-type'], 'application/problem+json; charset=utf-8');
  const { reason, detail, place, hint, status, title } = answer.json() as Record<string, string>;
  const kind = failureCatalogue[reason as Failure['reason']];
  assert.deepEqual([answer.status, Number(status), title], [kind.httpStatus, kind.httpStatus, kind.title]);
  const isOwnHint = hint !== kind.hint;
  return {
    failure: {
      reason: reason as Failure['reason'],
      message: detail ?? '',
      ...(place === undefined ? {} : { place }),
      ...(isOwnHint ? { hint } : {}),
    },
  };
}

function failureIn(answer: Answer): Failure {
  assert.ok('failure' in answer, `expected a failure, found ${JSON.stringify(answer)}`);
  return answer.failure;
}
