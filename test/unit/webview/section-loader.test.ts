import assert from 'node:assert/strict';
import type { Client } from '../../../agent/protocol/client.ts';
import type { NoodleEvent } from '../../../agent/protocol/events.ts';
import { SectionLoader } from '../../../webview/section-loader.ts';
import type { Action } from '../../../webview/state/reduce.ts';
import { firstFilters } from '../../../webview/state/sections.ts';

const filters = { ...firstFilters, section: 'models' } as const;
const changed: NoodleEvent[] = [{ type: 'workspace.changed', changedFiles: 1, branch: 'main' }];

describe('the loader of sections', () => {
  /** A loader whose readings wait for `answer`. */
  function loading() {
    const readings: ((models: { models: [] }) => void)[] = [];
    const shown: Action[] = [];
    // The section asks for no more than this.
    const client = {
      listModels: () => new Promise((resolve) => readings.push(resolve)),
      getChangeRisk: () => Promise.resolve(null),
    } as unknown as Client;
    const loader = new SectionLoader({ client, dispatch: (action) => void shown.push(action), now: () => 0 });
    const answer = async (index: number) => {
      readings[index]?.({ models: [] });
      await new Promise((resolve) => setImmediate(resolve));
    };
    return { loader, readings, shown, answer };
  }

  it('reads once more for all that happens while it reads, and shows what it has until then', async () => {
    const { loader, readings, shown, answer } = loading();
    loader.open(filters);
    for (let count = 0; count < 50; count++) loader.follow(filters, changed);
    assert.equal(readings.length, 1);
    await answer(0);
    assert.deepEqual([readings.length, shown.length], [2, 1]);
    await answer(1);
    assert.deepEqual([readings.length, shown.length], [2, 2]);
    loader.follow(filters, changed);
    assert.equal(readings.length, 3);
    await answer(2);
  });

  it('does not show the answer for filters that were left', async () => {
    const { loader, readings, shown, answer } = loading();
    loader.open(filters);
    loader.follow(filters, changed);
    loader.open({ ...filters, days: 7 });
    await answer(0);
    assert.deepEqual([readings.length, shown.length], [2, 0]);
    await answer(1);
    assert.deepEqual([readings.length, shown.length], [2, 1]);
  });
});
