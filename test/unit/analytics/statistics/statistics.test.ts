import assert from 'node:assert/strict';
import { anomaliesIn, judgeLast } from '../../../../agent/analytics/statistics/anomalies.ts';
import { levelChanges } from '../../../../agent/analytics/statistics/change-points.ts';
import { coverage, forecast, naiveMethod } from '../../../../agent/analytics/statistics/forecast.ts';
import {
  deviation,
  mannWhitney,
  median,
  quantile,
  twoSidedNormal,
} from '../../../../agent/analytics/statistics/ranks.ts';
import { seasonOf } from '../../../../agent/analytics/statistics/season.ts';
import { autocorrelation, trendOf } from '../../../../agent/analytics/statistics/trend.ts';
import { autoregressive, Chance, steadySeries, withSteps } from '../../../rig/generated-series.ts';

const indexed = (values: readonly number[]) => values.map((value, at) => ({ at, value }));

describe('order statistics', () => {
  it('lie between values', () => {
    assert.deepEqual([quantile([1, 2, 3, 4], 0.5), quantile([5], 0.9), median([3, 1, 2])], [2.5, 5, 2]);
    assert.ok(Number.isNaN(quantile([], 0.5)));
    assert.ok(Math.abs(deviation([1, 2, 3, 4, 5]) - 1.4826) < 1e-9);
  });

  it('have the probabilities of the tables', () => {
    assert.ok(Math.abs(twoSidedNormal(1.959964) - 0.05) < 1e-6);
    assert.ok(Math.abs(twoSidedNormal(-2.575829) - 0.01) < 1e-6);
    assert.equal(twoSidedNormal(0), 1);
  });

  it('compare samples, with ties', () => {
    // R: wilcox.test(c(1,2,3,4,5), c(6,7,8,9,10), exact=FALSE, correct=FALSE): p = 0.009023
    const { z, pValue } = mannWhitney([1, 2, 3, 4, 5], [6, 7, 8, 9, 10]);
    assert.ok(z > 0 && Math.abs(pValue - 0.009023) < 1e-5, `p ${pValue}`);
    assert.deepEqual(mannWhitney([1, 1], [1, 1]), { z: 0, pValue: 1 });
  });
});

describe('trends', () => {
  it('have the slope of Theil and Sen, which an outlier does not move', () => {
    const values = Array.from({ length: 40 }, (_, index) => 2 * index + (index % 3));
    values[20] = 1e6;
    const trend = trendOf(indexed(values));
    assert.equal(trend.direction, 'rising');
    assert.ok(Math.abs(trend.slope - 2) < 0.05, `slope ${trend.slope}`);
    assert.equal(trendOf(indexed(values.toReversed())).direction, 'falling');
  });

  it('are none of chance, of a constant, and unknown of too little', () => {
    assert.equal(trendOf(indexed(steadySeries(new Chance(1), 100, 'normal'))).direction, 'steady');
    assert.equal(trendOf(indexed(Array.from({ length: 20 }, () => 5))).direction, 'steady');
    assert.equal(trendOf(indexed([1, 2, 3])).direction, 'unknown');
  });

  it('of slow wandering are told as seldom as is stated, be it strong or none', () => {
    for (const phi of [0, 0.3, 0.6]) {
      const chance = new Chance(9);
      let told = 0;
      for (let turn = 0; turn < 400; turn += 1)
        if (trendOf(indexed(autoregressive(chance, { length: 40, phi }))).direction !== 'steady') told += 1;
      assert.ok(told <= 9, `${phi}: ${told} of 400, stated are 4`);
    }
  });

  it('know how values resemble those before them', () => {
    const alternating = Array.from({ length: 100 }, (_, index) => index % 2);
    assert.ok(autocorrelation(alternating, 1) < -0.9);
    assert.ok(autocorrelation(alternating, 2) > 0.9);
    assert.equal(autocorrelation([1, 1, 1], 1), 0);
  });
});

describe('changes of level', () => {
  it('are found where they are, up and down, with both medians', () => {
    const values = withSteps(steadySeries(new Chance(7), 240, 'long tail'), [
      { index: 80, factor: 1.5 },
      { index: 160, factor: 0.6 },
    ]);
    const changes = levelChanges(values);
    assert.equal(changes.length, 2);
    for (const [found, at] of [
      [changes[0], 80],
      [changes[1], 160],
    ] as const)
      assert.ok(Math.abs((found?.index ?? 0) - at) <= 3, `${found?.index}, not ${at}`);
    assert.ok(Math.abs((changes[0]?.medianAfter ?? 0) / (changes[0]?.medianBefore ?? 1) - 1.5) < 0.15);
  });

  it('are seldom found where there are none', () => {
    for (const noise of ['normal', 'long tail', 'autocorrelated'] as const) {
      let found = 0;
      for (let seed = 0; seed < 60; seed += 1)
        found += levelChanges(steadySeries(new Chance(seed), 150, noise)).length > 0 ? 1 : 0;
      assert.ok(found <= 6, `${noise}: ${found} of 60, stated are 3`);
    }
  });

  it('are as seldom found in slow wandering', () => {
    for (const phi of [0.3, 0.5, 0.7]) {
      const chance = new Chance(10);
      let found = 0;
      for (let turn = 0; turn < 60; turn += 1)
        found += levelChanges(autoregressive(chance, { length: 150, phi })).length > 0 ? 1 : 0;
      assert.ok(found <= 6, `${phi}: ${found} of 60, stated are 3`);
    }
  });

  it('are none of a slope, and still found where one is beside it', () => {
    for (let seed = 0; seed < 20; seed += 1) {
      const slope = steadySeries(new Chance(seed), 200, 'normal').map((value, index) => value + index / 2);
      assert.deepEqual(levelChanges(slope), [], `seed ${seed}`);
    }
    const level = withSteps(steadySeries(new Chance(3), 100, 'normal'), [{ index: 50, factor: 2 }]);
    const rising = steadySeries(new Chance(4), 100, 'normal').map((value, index) => value + 100 + index / 2);
    const [first] = levelChanges([...level, ...rising]);
    assert.ok(Math.abs((first?.index ?? 0) - 50) <= 3, `${first?.index}, not 50`);
  });

  it('are none of little, and none of a constant', () => {
    assert.deepEqual(levelChanges([1, 2, 3]), []);
    assert.deepEqual(levelChanges(Array.from({ length: 50 }, () => 4)), []);
  });
});

describe('anomalies', () => {
  it('are called no more often than is stated, whatever the noise, as long as nothing changes', () => {
    for (const noise of ['normal', 'long tail'] as const) {
      let [called, looked] = [0, 0];
      for (let seed = 0; seed < 30; seed += 1) {
        const values = steadySeries(new Chance(seed), 500, noise);
        called += anomaliesIn(values, 0.01).length;
        looked += values.length - 99 - 21;
      }
      assert.ok(called / looked <= 0.013, `${noise}: ${called / looked}`);
    }
  });

  it('are found, with what was expected', () => {
    const values = steadySeries(new Chance(3), 300, 'normal');
    values[250] = 400;
    const found = anomaliesIn(values, 0.01).find(({ index }) => index === 250);
    assert.ok(found !== undefined && Math.abs(found.judgement.expected - 100) < 10);
  });

  it('are not judged by too few values, and by their direction', () => {
    const values = steadySeries(new Chance(4), 200, 'normal');
    assert.equal(judgeLast(values.slice(0, 100), 0.01, 'both'), null);
    assert.ok((judgeLast([...values, 300], 0.01, 'up')?.pValue ?? 1) <= 0.01);
    assert.ok((judgeLast([...values, 300], 0.01, 'down')?.pValue ?? 0) > 0.5);
  });
});

describe('seasons', () => {
  it('are found by their period, and not in chance', () => {
    const chance = new Chance(5);
    const days = Array.from(
      { length: 24 * 14 },
      (_, hour) => 100 + 30 * Math.sin((hour / 24) * 2 * Math.PI) + 5 * chance.normal(),
    );
    const season = seasonOf(days, [24, 168]);
    assert.equal(season?.period, 24);
    assert.ok(season.strength > 0.8);
    assert.equal(seasonOf(steadySeries(chance, 300, 'normal'), [24]), null);
  });
});

describe('forecasts', () => {
  it('go on with a trend, better than the last value, and say how much', () => {
    const chance = new Chance(6);
    const result = forecast(
      Array.from({ length: 90 }, (_, day) => 100 + 3 * day + 5 * chance.normal()),
      7,
      null,
    );
    assert.equal(result.isNaive, false);
    assert.ok((result.error ?? 1) < (result.naiveError ?? 0));
    assert.ok(Math.abs((result.points[6]?.value ?? 0) - (100 + 3 * 96)) < 25);
  });

  it('are the last value where nothing is better', () => {
    const chance = new Chance(8);
    let level = 100;
    const walk = Array.from({ length: 120 }, () => (level += chance.normal()));
    const result = forecast(walk, 7, null);
    assert.deepEqual([result.method, result.isNaive], [naiveMethod, true]);
    assert.equal(result.points[0]?.value, walk.at(-1));
  });

  it('keep what they say of their interval', () => {
    let [inside, all] = [0, 0];
    for (let seed = 0; seed < 60; seed += 1) {
      const values = steadySeries(new Chance(seed), 100, 'normal');
      forecast(values.slice(0, 93), 7, null).points.forEach(({ low, high }, step) => {
        const outcome = values[93 + step] ?? 0;
        inside += outcome >= low && outcome <= high ? 1 : 0;
        all += 1;
      });
    }
    assert.ok(Math.abs(inside / all - coverage) < 0.1, `${inside / all}`);
  });

  it('say that little cannot be tested', () => {
    const result = forecast([5, 6], 3, null);
    assert.deepEqual([result.error, result.isNaive, result.points.map(({ value }) => value)], [null, true, [6, 6, 6]]);
  });
});
