import assert from 'node:assert/strict';
import path from 'node:path';
import { createWorkerPool } from '../../../agent/platform/worker-pool.ts';
import type { WorkerPool } from '../../../agent/platform/worker-pool.ts';
import { ManualClock } from '../../rig/manual-clock.ts';

interface Answer {
  readonly task: string;
  readonly threadId: number;
}

function open(size: number): { pool: WorkerPool<string, Answer>; clock: ManualClock } {
  const clock = new ManualClock();
  const entry = path.resolve(import.meta.dirname, '../../rig/worker-pool-worker.mjs');
  return { pool: createWorkerPool({ entry, size, idleMs: 1_000, clock }), clock };
}

describe('a worker pool', () => {
  it('starts no thread before the first task, and at most its size', async () => {
    const { pool } = open(2);
    assert.equal(pool.threads, 0);
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map((task) => pool.run(task)));
    assert.deepEqual(
      answers.map(({ task }) => task),
      ['a', 'b', 'c', 'd'],
    );
    assert.equal(pool.threads, 2);
    await pool.dispose();
    assert.equal(pool.threads, 0);
  });

  it('ends its threads when they were idle long enough, and starts new ones', async () => {
    const { pool, clock } = open(1);
    const first = await pool.run('a');
    clock.advance(999);
    assert.equal(pool.threads, 1);
    clock.advance(1);
    assert.equal(pool.threads, 0);
    const second = await pool.run('b');
    assert.notEqual(first.threadId, second.threadId);
    await pool.dispose();
  });

  it('rejects the task that threw or ended its thread, and goes on with the others', async () => {
    const { pool } = open(1);
    const [thrown, ended, fine] = await Promise.allSettled([pool.run('throw'), pool.run('exit'), pool.run('c')]);
    assert.match(String(thrown.status === 'rejected' && thrown.reason), /the task threw/);
    assert.match(String(ended.status === 'rejected' && ended.reason), /ended with code 3/);
    assert.equal(fine.status, 'fulfilled');
    await pool.dispose();
  });

  it('rejects what waits when it is disposed, and whatever comes after', async () => {
    const { pool } = open(1);
    const waiting = [pool.run('a'), pool.run('b')];
    const settled = Promise.allSettled(waiting);
    await pool.dispose();
    assert.deepEqual(
      (await settled).map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    await assert.rejects(pool.run('c'), /disposed/);
  });
});
