// REST for scripts: keys that make repeating safe, entity tags, locations of what was made, and the rate limit.
import assert from 'node:assert/strict';
import { failure, success } from '../../../agent/protocol/failure.ts';
import { ExecutionId } from '../../../agent/protocol/ids.ts';
import { ServerRig, type RestAnswer } from '../../rig/server-rig.ts';

const run = (rig: ServerRig, key: string, body: object = {}): Promise<RestAnswer> =>
  rig.rest('POST', '/runs', { body: JSON.stringify(body), headers: { 'Idempotency-Key': key } });

/** Every run gets an id of its own. */
function scriptRuns(rig: ServerRig): void {
  let count = 0;
  rig.script('startRun', async () => success({ executionId: ExecutionId.parse(`run-${++count}`) }));
}

describe('REST for scripts', () => {
  describe('a request with an idempotency key', () => {
    it('sent again is answered again, and not done again', async () => {
      await using rig = await ServerRig.start();
      scriptRuns(rig);
      const first = await run(rig, 'a', { all: true, base: 'HEAD' });
      const second = await run(rig, 'a', { base: 'HEAD', all: true });
      assert.deepEqual(
        [first.status, first.text, first.headers['idempotency-replayed']],
        [202, '{"executionId":"run-1"}', undefined],
      );
      assert.deepEqual([second.status, second.text, second.headers['idempotency-replayed']], [202, first.text, 'true']);
      assert.equal(second.headers.location, '/api/cicd/executions/run-1/status');
      assert.equal((await run(rig, 'b', { all: true })).text, '{"executionId":"run-2"}');
    });

    it('waits for the same one under way', async () => {
      await using rig = await ServerRig.start();
      const gate = Promise.withResolvers<void>();
      const began = Promise.withResolvers<void>();
      rig.script('startRun', async () => {
        began.resolve();
        await gate.promise;
        return success({ executionId: ExecutionId.parse('run-1') });
      });
      const first = run(rig, 'a');
      await began.promise;
      const second = run(rig, 'a');
      const other = await run(rig, 'a', { all: true });
      gate.resolve();
      assert.deepEqual([(await first).status, (await second).status, other.status], [202, 202, 422]);
      assert.equal(rig.calls.length, 1);
    });

    it('is refused when the key was another request’s', async () => {
      await using rig = await ServerRig.start();
      scriptRuns(rig);
      await run(rig, 'a', { all: true });
      for (const again of [
        await run(rig, 'a', { all: false }),
        await rig.rest('POST', '/runs', {
          body: '{"all":true}',
          role: 'developer',
          headers: { 'Idempotency-Key': 'a' },
        }),
      ]) {
        assert.deepEqual([again.status, (again.json() as { reason: string }).reason], [422, 'key_reused']);
      }
      assert.equal(rig.calls.length, 1);
    });

    it('may be mended when it was refused', async () => {
      await using rig = await ServerRig.start();
      rig.script('startRun', async () => failure('not_trusted', 'not yet'));
      assert.equal((await run(rig, 'a')).status, 403);
      scriptRuns(rig);
      assert.equal((await run(rig, 'a', { all: true })).status, 202);
    });

    it('is not done again when it broke off in the middle: nobody knows what it has done', async () => {
      await using rig = await ServerRig.start();
      rig.script('startRun', async () => {
        throw new Error('a defect after the run was started');
      });
      assert.equal((await run(rig, 'a')).status, 500);
      scriptRuns(rig);
      const again = await run(rig, 'a');
      assert.equal(again.status, 409);
      assert.match(again.text, /was begun and broke off, so its outcome is not known/);
      assert.equal(rig.calls.length, 1);
      assert.equal((await run(rig, 'b')).status, 202);
    });

    it('of an agent that ended meanwhile has no known outcome, and says so', async () => {
      await using rig = await ServerRig.start();
      const began = Promise.withResolvers<void>();
      const gate = Promise.withResolvers<void>();
      rig.script('startRun', async () => {
        began.resolve();
        await gate.promise;
        return failure('shutting_down', 'the agent is leaving');
      });
      const lost = run(rig, 'a');
      await began.promise;
      await using next = await ServerRig.start();
      for (const [key, record] of rig.keyed) next.keyed.set(key, record);
      const answer = await run(next, 'a');
      assert.equal(answer.status, 409);
      assert.match(answer.text, /its outcome is not known/);
      gate.resolve();
      await lost;
    });

    it('is new again after a day', async () => {
      await using rig = await ServerRig.start();
      scriptRuns(rig);
      await run(rig, 'a');
      rig.clock.advance(24 * 3_600_000);
      assert.equal((await run(rig, 'a')).text, '{"executionId":"run-2"}');
    });

    it('is refused when the key is longer than 255 characters', async () => {
      await using rig = await ServerRig.start();
      const answer = await run(rig, 'x'.repeat(256));
      assert.deepEqual([answer.status, (answer.json() as { place: string }).place], [400, 'Idempotency-Key']);
      assert.deepEqual(rig.calls, []);
    });
  });

  it('a read has an entity tag, and is not sent again while it is the same', async () => {
    await using rig = await ServerRig.start();
    const { headers } = await rig.rest('GET', '/tests');
    const tag = String(headers.etag);
    for (const known of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
      const again = await rig.rest('GET', '/tests', { headers: { 'If-None-Match': known } });
      assert.deepEqual([again.status, again.text, again.headers.etag], [304, '', tag]);
    }
    rig.script('listTests', async () => success({ files: [], problems: ['something else'] }));
    const changed = await rig.rest('GET', '/tests', { headers: { 'If-None-Match': tag } });
    assert.equal(changed.status, 200);
    assert.notEqual(changed.headers.etag, tag);
  });

  it('more requests than the limit are refused until time has passed, each credential apart', async () => {
    await using rig = await ServerRig.start({ limits: { rate: { perSecond: 2, burst: 3 } } });
    const statuses = [];
    for (let count = 0; count < 4; count++) statuses.push((await rig.rest('GET', '/tests')).status);
    assert.deepEqual(statuses, [200, 200, 200, 429]);
    const refused = await rig.rest('POST', '/runs', { body: '{}' });
    assert.deepEqual(
      [refused.status, refused.headers['retry-after'], refused.headers['ratelimit']],
      [429, '1', '"default";r=0;t=1'],
    );
    assert.match(refused.text, /at most 2 requests a second/);
    assert.equal((await rig.rest('GET', '/tests', { role: 'viewer' })).status, 200);
    rig.clock.advance(1000);
    assert.equal((await rig.rest('GET', '/tests')).status, 200);
  });
});
