import assert from 'node:assert/strict';
import { buildOutcomeFeatures, BuildHistory } from '../../../models/features/build-outcome.ts';
import { featuresAtStart } from '../../../models/features/build-order.ts';
import {
  ChangePast,
  changeMeasures,
  changeRiskFeatures,
  type ChangeMeasures,
} from '../../../models/features/change-risk.ts';
import { PastRanks } from '../../../models/features/past-ranks.ts';
import { TestPast, testFailureFeatures } from '../../../models/features/test-failure.ts';

const run = (name: string, hasFailed = false, duration: number | null = 1) => ({ name, hasFailed, duration });

describe('features', () => {
  it('have a row of the length of their catalogue, and a name each', () => {
    assert.equal(new TestPast().features('a').length, testFailureFeatures.length);
    assert.equal(new ChangePast().features(measures({})).length, changeRiskFeatures.length);
    assert.equal(new BuildHistory().features(build('a', 0, 1, null)).length, buildOutcomeFeatures.length);
    for (const catalogue of [testFailureFeatures, changeRiskFeatures, buildOutcomeFeatures]) {
      assert.equal(new Set(catalogue.map((feature) => feature.name)).size, catalogue.length);
    }
  });

  describe('of tests', () => {
    it('hold a test that fails often for likelier, and do not sink one that never failed', () => {
      const past = new TestPast();
      for (let cycle = 0; cycle < 20; cycle += 1)
        past.addCycle([run('bad', cycle % 2 === 0), run('good'), run('other')]);
      assert.ok(past.plainEstimate('bad') > past.plainEstimate('good'));
      assert.ok(past.plainEstimate('new') > 0 && past.plainEstimate('good') > 0.4 * past.rate('good'));
    });

    it('are the same whatever the unit of time', () => {
      const [seconds, milliseconds] = [new TestPast(), new TestPast()];
      seconds.addCycle([run('a', true, 2), run('b', false, 4), run('c', false, 8)]);
      milliseconds.addCycle([run('a', true, 2000), run('b', false, 4000), run('c', false, 8000)]);
      assert.deepEqual(seconds.features('a'), milliseconds.features('a'));
    });

    it('stay finite without durations, with durations of zero, and after an empty cycle', () => {
      const past = new TestPast();
      past.addCycle([]);
      past.addCycle([run('a', true, null), run('b', false, 0)]);
      for (const name of ['a', 'b', 'unknown']) {
        assert.ok(past.features(name).every(Number.isFinite));
        assert.ok(Number.isFinite(past.worth(name, past.plainEstimate(name))));
      }
    });
  });

  describe('of changes', () => {
    it('are ranks among the past, and one half without one', () => {
      const past = new ChangePast();
      assert.equal(past.features(measures({ nf: 9 }))[2], 0.5);
      for (let nf = 1; nf <= 98; nf += 1) past.add(measures({ nf }));
      assert.ok((past.features(measures({ nf: 98 }))[2] ?? 0) > 0.95);
      assert.ok((past.features(measures({ nf: 1 }))[2] ?? 1) < 0.05);
    });

    it('take what is unknown for the middle', () => {
      const past = new ChangePast();
      past.add(measures({ nf: 3 }));
      const row = past.features(measures({ nf: null, la: null }));
      assert.ok(row.every(Number.isFinite));
      assert.equal(row[2], 0.5);
    });

    it('forget what is long past', () => {
      const ranks = new PastRanks(3);
      for (const value of [100, 100, 1, 2, 3]) ranks.add(value);
      assert.equal(ranks.count, 3);
      assert.equal(ranks.rank(50), 4 / 5);
      assert.equal(ranks.rank(2), 2.5 / 5);
    });
  });

  describe('of builds', () => {
    it('know nothing of a build before its end', () => {
      const [, during, after] = featuresAtStart([
        build('one', 0, 100, true),
        build('one', 50, 60, false),
        build('one', 200, 210, false),
      ]);
      assert.equal(during?.[0], 0.5);
      // The build that ended last is the first one, at 100.
      assert.equal(after?.[0], 1);
    });

    it('do not learn from a build that somebody stopped', () => {
      const [, next] = featuresAtStart([build('one', 0, 10, null), build('one', 20, 30, true)]);
      assert.equal(next?.[0], 0.5);
    });

    it('count a clock that jumped back as no time', () => {
      const history = new BuildHistory();
      history.add(build('one', 1000, 2000, false));
      assert.ok(history.features(build('one', 500, 600, null)).every(Number.isFinite));
      assert.equal(history.features(build('one', 500, 600, null))[6], 0);
    });
  });
});

function measures(given: Partial<ChangeMeasures>): ChangeMeasures {
  // Every measure is in the list, so the record is complete.
  return { ...(Object.fromEntries(changeMeasures.map((name) => [name, 1])) as ChangeMeasures), ...given };
}

function build(change: string, startedAt: number, endedAt: number, hasFailed: boolean | null) {
  return { change, branch: 'main', number: 1, head: '', trunk: '', startedAt, endedAt, hasFailed };
}
