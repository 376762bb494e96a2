import assert from 'node:assert/strict';
import { searchFirstBad, type Verdict } from '../../../agent/cli/bisect/search.ts';

/** `f` fails, `p` passes, `u` cannot be run; the newest commit first. */
async function search(history: string) {
  const verdicts: Record<string, Verdict> = { f: 'fails', p: 'passes', u: 'unknown' };
  const probed: number[] = [];
  const found = await searchFirstBad(history.length, async (index) => {
    probed.push(index);
    return verdicts[history[index] ?? ''] ?? null;
  });
  return { found, probed };
}

describe('the search for the first bad commit', () => {
  it('finds it at every place', async () => {
    for (let bad = 1; bad < 40; bad++) {
      const { found, probed } = await search('f'.repeat(bad) + 'p'.repeat(40 - bad));
      assert.deepEqual(found, { kind: 'found', index: bad - 1, doubtful: 0 });
      assert.ok(probed.length <= 14, `${probed.length} probes`);
      assert.equal(new Set(probed).size, probed.length);
    }
  });

  it('passes over what cannot be run', async () => {
    assert.deepEqual((await search('ffuufpp')).found, { kind: 'found', index: 4, doubtful: 0 });
    assert.deepEqual((await search('fuuuppp')).found, { kind: 'found', index: 3, doubtful: 3 });
    assert.deepEqual((await search('fuuuuuu')).found.kind, 'never_passed');
  });

  it('says when there is nothing to find', async () => {
    assert.deepEqual((await search('pp')).found, { kind: 'passes_now' });
    assert.deepEqual((await search('f')).found, { kind: 'never_passed', tried: 1 });
    assert.deepEqual((await search('fff')).found, { kind: 'never_passed', tried: 3 });
    assert.deepEqual((await search('fx')).found, { kind: 'stopped' });
  });
});
