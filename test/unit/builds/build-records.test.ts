import assert from 'node:assert/strict';
import { BuildRecords } from '../../../agent/builds/build-records.ts';
import { ExecutionId, Fingerprint, TargetId } from '../../../agent/protocol/ids.ts';
import type { FinishedBuild } from '../../../agent/store/builds.ts';
import type { Store } from '../../../agent/store/store.ts';

const buildOf = (target: string): FinishedBuild => ({
  executionId: ExecutionId.parse('run-1'),
  result: {
    target: TargetId.parse(target),
    status: 'unchanged',
    durationMs: 0,
    cached: true,
    fingerprint: Fingerprint.parse('0'.repeat(64)),
    reason: 'unchanged',
    problems: [],
    changedInputs: [],
  },
  inputs: {},
  finishedAt: 1,
});

/** Counts transactions, and refuses those that write `broken`. */
function scriptedStore(): { readonly store: Pick<Store, 'transact'>; readonly written: string[][] } {
  const written: string[][] = [];
  const transact: Store['transact'] = async (work) => {
    const targets: string[] = [];
    const note = (values: readonly unknown[]) =>
      targets.push(...values.filter((value) => typeof value === 'string' && value.startsWith('t-')).map(String));
    const tx = {
      run: (_: string, values: readonly unknown[] = []) => void note(values),
      get: (_: string, values: readonly unknown[] = []) => (note(values), { key: 1 }),
      all: () => [],
    };
    // The statements that a build is recorded with are all that this store knows.
    const value = work(tx as unknown as Parameters<typeof work>[0]);
    if (targets.includes('t-broken')) throw new Error('cannot be written');
    written.push([...new Set(targets)]);
    return value;
  };
  return { store: { transact }, written };
}

describe('records of builds', () => {
  it('are written together where they end together', async () => {
    const { store, written } = scriptedStore();
    const records = new BuildRecords(store);
    await Promise.all(['t-a', 't-b', 't-c'].map((target) => records.save(buildOf(target))));
    assert.deepEqual(written, [['t-a', 't-b', 't-c']]);
    await records.save(buildOf('t-d'));
    assert.deepEqual(written[1], ['t-d']);
  });

  it('that cannot be written do not take others along', async () => {
    const { store, written } = scriptedStore();
    const records = new BuildRecords(store);
    const ended = await Promise.allSettled(['t-a', 't-broken', 't-c'].map((target) => records.save(buildOf(target))));
    assert.deepEqual(
      ended.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    assert.deepEqual(written, [['t-a'], ['t-c']]);
  });
});
