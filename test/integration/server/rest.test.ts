// REST: what comes from outside and does not fit gets a clear problem+json, and changes nothing.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { success } from '../../../agent/protocol/failure.ts';
import { operations } from '../../../agent/protocol/operations.ts';
import { execution } from '../../rig/contract-examples.ts';
import { ServerRig, tokens, type RestAnswer, type RestRequest } from '../../rig/server-rig.ts';

interface Problem {
  readonly status: number;
  readonly reason: string;
  readonly detail: string;
  readonly place?: string;
}

function problemIn(answer: RestAnswer): Problem {
  assert.equal(answer.headers['content-type'], 'application/problem+json; charset=utf-8', answer.text);
  const problem = answer.json() as Problem;
  assert.equal(problem.status, answer.status);
  return problem;
}

describe('REST', () => {
  let rig: ServerRig;
  beforeEach(async () => {
    rig = await ServerRig.start({ limits: { messageBytes: 1000 } });
  });
  afterEach(() => rig[Symbol.asyncDispose]());

  async function refusal(method: string, path: string, request: RestRequest = {}): Promise<Problem> {
    const problem = problemIn(await rig.rest(method, path, request));
    assert.deepEqual(rig.calls, []);
    return problem;
  }

  describe('credentials', () => {
    it('are asked for', async () => {
      const answer = await rig.rest('GET', '/status', { role: null });
      assert.equal(answer.headers['www-authenticate'], 'Bearer realm="noodle"');
      assert.deepEqual([problemIn(answer).status, problemIn(answer).reason], [401, 'unauthorized']);
    });

    for (const header of [
      'Bearer wrong',
      'Bearer ',
      `Basic ${tokens.admin}`,
      `Bearer ${tokens.admin}x`,
      'Bearer \u00fc',
      `Bearer ${'x'.repeat(300)}`,
    ]) {
      it(`are refused when they are ${JSON.stringify(header.slice(0, 30))}`, async () => {
        const problem = await refusal('GET', '/status', { role: null, headers: { Authorization: header } });
        assert.deepEqual([problem.status, problem.place], [401, 'Authorization']);
      });
    }

    it('are checked before a body is read', async () => {
      assert.equal((await refusal('POST', '/runs', { role: null, body: '{"broken' })).status, 401);
    });
  });

  describe('addresses', () => {
    for (const host of ['evil.example', `evil.example:1`, '127.0.0.1', '127.0.0.1:1']) {
      it(`of another host (${host}) are refused`, async () => {
        const problem = await refusal('GET', '/status', { headers: { Host: host } });
        assert.deepEqual([problem.status, problem.place], [403, 'Host']);
      });
    }

    for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:1', 'http://127.0.0.1', 'file://']) {
      it(`of pages from elsewhere (${origin}) are refused`, async () => {
        const problem = await refusal('GET', '/status', { headers: { Origin: origin } });
        assert.deepEqual([problem.status, problem.place], [403, 'Origin']);
      });
    }

    it('of our own page and of webviews are taken', async () => {
      for (const Origin of [`http://127.0.0.1:${rig.port}`, `http://localhost:${rig.port}`, 'vscode-webview://abc']) {
        assert.equal((await rig.rest('GET', '/status', { headers: { Origin } })).status, 200);
      }
      assert.equal((await rig.rest('GET', '/status', { headers: { Host: `localhost:${rig.port}` } })).status, 200);
    });

    it('that are no paths are refused', async () => {
      for (const path of ['//evil.example/status', 'http://127.0.0.1/api/cicd/status', '*']) {
        assert.equal(problemIn(await rig.http('GET', path)).status, 400, path);
      }
    });
  });

  describe('paths and methods', () => {
    for (const path of [
      '/nothing',
      '',
      '/',
      '/executions//status',
      '/executions/a/b/status',
      '/executions/%/status',
      '/status/',
    ]) {
      it(`${path || '(empty)'} is unknown`, async () => {
        const problem = await refusal('GET', path);
        assert.deepEqual([problem.status, problem.reason], [404, 'unknown_method']);
      });
    }

    for (const [method, path, allowed] of [
      ['POST', '/status', 'GET, HEAD'],
      ['GET', '/runs', 'POST'],
      ['DELETE', '/runs', 'POST'],
      ['OPTIONS', '/runs', 'POST'],
      ['PUT', '/executions/run-1/cancel', 'POST'],
      ['POST', '/openapi.json', 'GET, HEAD'],
      ['POST', '/events', 'GET'],
    ] as const) {
      it(`${method} ${path} says what is allowed`, async () => {
        const answer = await rig.rest(method, path);
        assert.deepEqual(
          [answer.status, answer.headers.allow, problemIn(answer).reason],
          [405, allowed, 'wrong_method'],
        );
      });
    }

    it('HEAD is answered like GET, without the body', async () => {
      const answer = await rig.rest('HEAD', '/executions/run-1/status');
      assert.deepEqual([answer.status, answer.text], [200, '']);
      assert.ok(Number(answer.headers['content-length']) > 0);
    });

    it('are answered plainly when another upgrade was offered', async () => {
      const answer = await rig.rest('GET', '/status', {
        headers: { Connection: 'Upgrade, HTTP2-Settings', Upgrade: 'h2c' },
      });
      assert.equal(answer.status, 200);
    });

    it('HEAD of the event stream is refused: it would never end', async () => {
      const answer = await rig.rest('HEAD', '/events');
      assert.deepEqual([answer.status, answer.headers.allow], [405, 'GET']);
    });

    it('/rpc asks for a WebSocket', async () => {
      assert.match((await refusal('GET', '/rpc')).detail, /expected a WebSocket/);
    });
  });

  describe('parameters', () => {
    it('of the path are decoded', async () => {
      rig.script('getExecutionStatus', async ({ id }) => success({ ...execution, name: id }));
      const answer = await rig.rest('GET', `/executions/${encodeURIComponent('a/b ü%')}/status`);
      assert.equal((answer.json() as { name: string }).name, 'a/b ü%');
    });

    it('of the query are read as what they mean', async () => {
      await rig.rest('GET', '/executions?limit=7');
      assert.deepEqual(rig.calls[0]?.input, { limit: 7 });
    });

    for (const [query, detail] of [
      ['limit=many', '`limit`: expected a number, found "many".'],
      ['limit=0', '`limit`: expected a number of at least 1, found "0".'],
      ['limit=2000', '`limit`: expected a number of at most 1000, found "2000".'],
      ['limit=1.5', '`limit`: expected an integer, found "1.5".'],
      ['limt=1', 'The input: unknown key "limt"; perhaps `limit` is meant.'],
      ['limit=1&limit=2', 'Query `limit`: expected once, found 2 times.'],
    ] as const) {
      it(`?${query} is refused with a sentence`, async () => {
        const problem = await refusal('GET', `/executions?${query}`);
        assert.deepEqual([problem.status, problem.detail], [400, detail]);
      });
    }

    it('of a body do not come in the query', async () => {
      assert.match((await refusal('POST', '/runs?all=true')).detail, /`all`: expected in the body, found in the query/);
    });

    it('of path and body agree', async () => {
      assert.match(
        (await refusal('POST', '/alerts/slow/resolve', { body: '{"id":"other"}' })).detail,
        /`id`: expected "slow" as in the path/,
      );
      assert.equal((await rig.rest('POST', '/alerts/slow/resolve', { body: '{"id":"slow"}' })).status, 200);
    });
  });

  describe('bodies', () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/json; charset=latin1',
      'application/jsonp',
      null,
    ]) {
      it(`of type ${type ?? '(none)'} are refused`, async () => {
        const problem = await refusal('POST', '/runs', { body: '{}', contentType: type });
        assert.deepEqual([problem.status, problem.place], [415, 'Content-Type']);
      });
    }

    it('may say their character set', async () => {
      assert.equal(
        (
          await rig.rest('POST', '/runs', {
            body: '{}',
            headers: { 'Content-Type': 'Application/JSON; charset="UTF-8"' },
          })
        ).status,
        202,
      );
    });

    for (const body of ['{"all":', '[]', 'null', '1', '"text"', '{"all":tru}', ' ']) {
      it(`that are not a JSON object (${body}) are refused`, async () => {
        const problem = await refusal('POST', '/runs', { body });
        assert.equal(problem.status, 400);
        assert.match(problem.detail, /^The body: expected .*JSON.*found/);
      });
    }

    it('that are not UTF-8 are refused', async () => {
      assert.match(
        (await refusal('POST', '/runs', { body: Buffer.from([0x7b, 0xff, 0x7d]) })).detail,
        /expected UTF-8/,
      );
    });

    it('that are nested too deeply are refused', async () => {
      const depth = 150;
      const problem = await refusal('POST', '/plan', { body: `{"base":${'['.repeat(depth)}${']'.repeat(depth)}}` });
      assert.match(problem.detail, /at most 100 levels of nesting/);
    });

    for (const [body, detail] of [
      ['{"all":"yes"}', '`all`: expected a boolean, found "yes".'],
      ['{"tests":[]}', '`tests`: expected at least 1 entry, found an array of 0.'],
      ['{"tests":["a",""]}', '`tests.1`: expected at least 1 character, found "".'],
      ['{"trigger":"cron"}', '`trigger`: expected "command" or "editor" or "watch" or "api", found "cron".'],
      ['{"base":5,"all":1}', '`base`: expected a string, found 5 (and 1 more).'],
      [
        '{"__proto__":{"all":true}}',
        `The input: unknown key "__proto__"; expected one of ${Object.keys(operations.startRun.input.shape)
          .map((key) => `\`${key}\``)
          .join(', ')}.`,
      ],
    ] as const) {
      it(`${body} is refused with place, found and expected`, async () => {
        const problem = await refusal('POST', '/runs', { body });
        assert.deepEqual([problem.status, problem.reason, problem.detail], [400, 'invalid_input', detail]);
      });
    }

    it('that are too large are refused, announced or not', async () => {
      const body = JSON.stringify({ base: 'x'.repeat(2000) });
      for (const headers of [{}, { 'Transfer-Encoding': 'chunked' }]) {
        const answer = await rig.rest('POST', '/runs', { body, headers });
        assert.deepEqual(
          [answer.status, answer.headers.connection, problemIn(answer).reason],
          [413, 'close', 'too_large'],
        );
      }
    });
  });

  describe('answers', () => {
    it('are never used unasked, sniffed or embedded elsewhere', async () => {
      const { headers } = await rig.rest('GET', '/status');
      assert.deepEqual(
        [
          headers['cache-control'],
          headers['x-content-type-options'],
          headers['cross-origin-resource-policy'],
          headers['access-control-allow-origin'],
        ],
        ['private, no-cache', 'nosniff', 'same-origin', undefined],
      );
    });

    it('are not awaited by a client that left: the handler is told', async () => {
      const began = Promise.withResolvers<void>();
      const aborted = Promise.withResolvers<void>();
      rig.script('getConfiguration', async (_input, caller) => {
        caller.signal.addEventListener('abort', () => aborted.resolve());
        began.resolve();
        return await new Promise(() => {});
      });
      const socket = connect(rig.port, '127.0.0.1');
      socket.write(
        `GET /api/cicd/configuration HTTP/1.1\r\nHost: 127.0.0.1:${rig.port}\r\nAuthorization: Bearer ${tokens.admin}\r\n\r\n`,
      );
      await began.promise;
      socket.destroy();
      await aborted.promise;
    });
  });

  describe('what is not HTTP', () => {
    for (const [name, bytes] of [
      ['garbage', 'hello?\r\n\r\n'],
      ['headers of 20 kB', `GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`],
    ] as const) {
      it(`gets a problem: ${name}`, async () => {
        const text = await new Promise<string>((resolve) => {
          let received = '';
          const socket = connect(rig.port, '127.0.0.1', () => socket.write(bytes));
          socket.on('data', (chunk) => (received += chunk.toString()));
          socket.on('close', () => resolve(received));
        });
        assert.match(text, /^HTTP\/1\.1 4\d\d .*\r\nContent-Type: application\/problem\+json/);
      });
    }
  });
});
