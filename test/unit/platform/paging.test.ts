import assert from 'node:assert/strict';
import { cursorOf, keyIn, pageOf } from '../../../agent/platform/paging.ts';

const keyOf = (item: string) => item;

function page(items: readonly string[], limit: number, cursor?: string) {
  const result = pageOf(items, keyOf, { limit, cursor });
  return result.ok ? result.value : assert.fail(result.failure.message);
}

describe('pages', () => {
  it('follow each other without a gap, whatever is added or removed meanwhile', () => {
    const first = page(['a', 'b', 'c', 'd'], 2);
    assert.deepEqual(first.items, ['a', 'b']);
    assert.deepEqual(page(['a', 'aa', 'c', 'd'], 2, first.nextCursor ?? ''), { items: ['c', 'd'], nextCursor: null });
  });

  it('end with the last item', () => {
    assert.deepEqual(page(['a', 'b'], 2), { items: ['a', 'b'], nextCursor: null });
    assert.deepEqual(page([], 2), { items: [], nextCursor: null });
  });

  it('take only cursors that they gave', () => {
    assert.deepEqual(keyIn(cursorOf('ü > 1')), { ok: true, value: 'ü > 1' });
    for (const cursor of ['!', 'YQ==', 'Y', '']) assert.equal(keyIn(cursor).ok, false, cursor);
    assert.equal(pageOf(['a'], keyOf, { limit: 1, cursor: '?' }).ok, false);
  });
});
