import assert from 'node:assert/strict';
import { judge, overall, significance, type MeasuredSet } from '../../../agent/performance/judgement.ts';
import type { Measured } from '../../../agent/performance/samples.ts';

/** Numbers from 0 to 1 that are the same each time (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Times as benchmarks have them: a long tail to the slow side. */
function times(random: () => number, scale = 1): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return scale * Math.exp(0.05 * normal) * (random() < 0.1 ? 1.5 : 1);
}

const measured = (name: string, value: number, more: Partial<Measured> = {}): Measured => ({
  name,
  unit: 'ms',
  better: 'lower',
  samples: [value],
  ...more,
});

function rounds(count: number, benchmarks: (round: number) => readonly Measured[]): Measured[][] {
  return Array.from({ length: count }, (_, round) => [...benchmarks(round)]);
}

const set = (base: MeasuredSet['base'], work: MeasuredSet['work']): MeasuredSet => ({
  id: 'parse',
  base,
  work,
  notes: [],
});

function verdictOf(base: readonly number[], work: readonly number[], better: Measured['better'] = 'lower') {
  const side = (values: readonly number[]) => values.map((value) => [measured('a', value, { better })]);
  return judge([set(side(base), side(work))], 0.05)[0]?.benchmarks[0];
}

const steady = [10, 10.1, 10.2, 9.9, 9.8, 10.3, 9.7, 10.05, 9.95, 10.15];

describe('the verdict on benchmarks', () => {
  it('is a false alarm in less than one of two hundred comparisons without a difference', () => {
    const random = generator(20261123);
    const comparisons = 2000;
    const names = ['a', 'b', 'c', 'd', 'e'];
    const noise = () => rounds(10, () => names.map((name) => measured(name, times(random))));
    let alarms = 0;
    for (let each = 0; each < comparisons; each++)
      if (overall(judge([set(noise(), noise())], 0)) === 'slower') alarms++;
    assert.ok(alarms / comparisons <= significance / 2, `${alarms} false alarms`);
    // A test that never alarms would not be one.
    assert.ok(alarms > 0);
  });

  it('finds a slow-down of 15 % among noise of 5 %', () => {
    const random = generator(7);
    let found = 0;
    for (let each = 0; each < 200; each++) {
      const side = (scale: number) => rounds(20, () => [measured('a', times(random, scale))]);
      if (overall(judge([set(side(1), side(1.15))], 0.05)) === 'slower') found++;
    }
    assert.ok(found >= 180, `${found} of 200`);
  });

  it('says slower, faster or neither, with the figures', () => {
    const slower = verdictOf(
      steady,
      steady.map((value) => value * 1.2),
    );
    assert.equal(slower?.verdict, 'slower');
    assert.match(
      slower?.reason ?? '',
      /^\+20(\.\d)? % \(\+\d+(\.\d)? % to \+\d+(\.\d)? %\), 10 → 12 ms, p 0\.0000108$/,
    );
    assert.equal(slower?.test?.delta, 1);
    const half = steady.map((value) => value / 2);
    assert.equal(verdictOf(steady, half)?.verdict, 'faster');
    assert.equal(verdictOf(steady, half, 'higher')?.verdict, 'slower');
    assert.equal(verdictOf(steady, steady.toReversed())?.verdict, 'no_difference');
  });

  it('lets a certain but small difference pass', () => {
    const values = steady.map((value) => 10 + value / 1000);
    const small = verdictOf(
      values,
      values.map((value) => value * 1.04),
    );
    assert.equal(small?.verdict, 'no_difference');
    assert.match(small?.reason ?? '', /^less than 5 %: \+4 %/);
  });

  it('counts what was nothing before', () => {
    const before = steady.map(() => 0);
    const after = steady.map(() => 1);
    assert.equal(verdictOf(before, after)?.verdict, 'slower');
    assert.equal(verdictOf(before, after)?.test?.relative, null);
    assert.equal(verdictOf(before, before)?.verdict, 'no_difference');
  });

  it('says where rounds are too few, of many benchmarks sooner', () => {
    const few = steady.slice(0, 4);
    const slow = few.map((value) => value * 3);
    assert.equal(verdictOf(few, slow)?.verdict, 'too_few');
    const five = (scale: number) =>
      rounds(5, (round) => ['a', 'b'].map((name) => measured(name, scale * (steady[round] ?? 0))));
    const [both] = judge([set(five(1), five(3))], 0.05);
    assert.deepEqual(
      both?.benchmarks.map(({ verdict }) => verdict),
      ['too_few', 'too_few'],
    );
    assert.equal(both?.outcome, 'not_compared');
  });

  it('is not corrected for benchmarks in which nothing could be found', () => {
    const side = (scale: number) =>
      rounds(6, (round) => [
        measured('a', scale * (steady[round] ?? 0)),
        ...Array.from({ length: 50 }, (_, index) => measured(`allocations ${index}`, 3)),
      ]);
    const found = judge([set(side(1), side(2))], 0.05)[0]?.benchmarks.map(({ verdict }) => verdict);
    assert.deepEqual([found?.[0], new Set(found?.slice(1))], ['slower', new Set(['no_difference'])]);
  });

  it('takes one value of each round, however many samples it took', () => {
    const side = () => rounds(4, (round) => [measured('a', 0, { samples: [round, round + 1, round + 500] })]);
    const [found] = judge([set(side(), side())], 0.05);
    assert.deepEqual(found?.benchmarks[0]?.work, { values: [1, 2, 3, 4], median: 2.5, samples: 12 });
  });

  it('compares a benchmark with nothing but itself', () => {
    const base = rounds(10, (round) => [measured('gone', round), measured('a', round)]);
    const work = rounds(10, (round) => [measured('new', round), measured('a', round, { unit: 's' })]);
    const [found] = judge([set(base, work)], 0.05);
    assert.deepEqual(
      found?.benchmarks.map(({ name, unit, verdict }) => `${name} ${unit} ${verdict}`),
      ['new ms new', 'a s new', 'gone ms gone', 'a ms gone'],
    );
    assert.equal(found?.outcome, 'not_compared');
  });
});
