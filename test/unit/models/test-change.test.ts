import assert from 'node:assert/strict';
import { similarities, wordsIn } from '../../../models/features/similarity.ts';
import {
  changeFeatureCount,
  CoFailures,
  testChangeFeatures,
  testChangeRow,
  type ChangeFacts,
  type TestChangeFacts,
} from '../../../models/features/test-change.ts';
import { TestPast } from '../../../models/features/test-failure.ts';
import { judgeable, ordered, scoresOfOrder, simpleWays } from '../../../models/training/change-orders.ts';
import { RecordWay } from '../../../models/training/record-way.ts';
import { UnseenWeight } from '../../../models/training/unseen-weight.ts';

const change: ChangeFacts = { files: 1, lines: 1, sourceShare: 1, reachedShare: 0.5, coveredShare: null };
const beside: TestChangeFacts = {
  distance: null,
  isEdited: false,
  isFixtureEdited: false,
  reachedBy: 0,
  covered: null,
  focus: null,
  coChange: 0,
  coFailure: 0,
  textSimilarity: 0,
  nameSimilarity: 0,
  subjectSimilarity: 0,
};

describe('what a change means for tests', () => {
  it('makes words of identifiers, without those that all code uses', () => {
    assert.deepEqual(
      [...wordsIn('const parseURL_path = test(HTTPServer, ab)').keys()],
      ['parse', 'url', 'path', 'http', 'server'],
    );
  });

  it('finds the text that speaks of the same, whatever its length', () => {
    const [near, far, none] = similarities(wordsIn('parse url'), [
      wordsIn('parse url'),
      wordsIn(`parse ${'other '.repeat(50)}`),
      wordsIn('nothing'),
    ]);
    assert.equal(near, 1);
    assert.ok((far ?? 0) > 0 && (far ?? 1) < 0.5);
    assert.equal(none, 0);
    assert.deepEqual(similarities(new Map(), [wordsIn('parse')]), [0]);
  });

  it('says in the row what is not known, of the change as of the history', () => {
    const history = new TestPast().features('a');
    const whole = testChangeRow(change, { ...beside, distance: 2 }, history);
    assert.equal(whole.length, testChangeFeatures.length);
    assert.equal(whole[0], 2);
    assert.ok(
      testChangeRow(null, null, history)
        .subarray(0, changeFeatureCount)
        .every((value) => value === -1),
    );
    assert.ok(
      testChangeRow(change, beside, null)
        .subarray(changeFeatureCount)
        .every((value) => value === -1),
    );
    assert.ok((testChangeRow(change, beside, history)[0] ?? 0) > 2, 'not reached is further than any distance');
  });

  it('remembers which tests failed when which files had changed', () => {
    const past = new CoFailures();
    assert.equal(past.of(['a'], 'test'), 0);
    past.add(['a', 'b'], ['test']);
    past.add(['a'], []);
    assert.equal(past.of(['a'], 'test'), 1 / 3);
    assert.equal(past.of(['a', 'b'], 'test'), 1 / 2);
    assert.equal(past.of(['a'], 'another'), 0);
  });
});

describe('orders of the tests of a change', () => {
  const row = (test: string, distance: number, durationMs: number, hasFailed = false) => ({
    repository: 'r',
    change: 'c',
    test,
    durationMs,
    hasFailed,
    isImpacted: true,
    features: testChangeRow(change, { ...beside, distance }, new TestPast().features(test)),
  });
  const tests = [row('far', 5, 10), row('near', 1, 10, true), ...['b', 'c', 'd', 'e'].map((name) => row(name, 3, 20))];

  it('are judged by when the failure comes and by what a third of the time finds', () => {
    const [judged] = judgeable([{ repository: 'r', change: 'c', tests }], 'planned');
    assert.ok(judged !== undefined);
    const near = ordered(judged, simpleWays.get('graph distance') ?? (() => 0));
    assert.equal(near[0]?.test, 'near');
    assert.deepEqual(scoresOfOrder(judged, near), { apfdc: 0.95, firstFailure: 0.1, caught: 1, isCaught: true });
    const late = scoresOfOrder(judged, near.toReversed());
    assert.deepEqual([late.caught, late.isCaught, late.firstFailure], [0, false, 1]);
  });

  it('cannot be judged without a failure, or with few tests', () => {
    assert.deepEqual(judgeable([{ repository: 'r', change: 'c', tests: tests.slice(0, 3) }], 'planned'), []);
    const passing = tests.map((each) => ({ ...each, hasFailed: false }));
    assert.deepEqual(judgeable([{ repository: 'r', change: 'c', tests: passing }], 'reached'), []);
  });
});

describe('the weight of tests that never failed', () => {
  it('stays while their failures come no later than by chance, and is raised as far as needed', () => {
    const calm = new UnseenWeight();
    for (let cycle = 0; cycle < 5; cycle += 1) calm.learn(() => 0.6);
    assert.equal(calm.current(), 1);
    const sinking = new UnseenWeight();
    for (let cycle = 0; cycle < 5; cycle += 1) sinking.learn((weight) => (weight < 3 ? 0.1 + cycle / 100 : 0.7));
    assert.equal(sinking.current(), 3);
  });
});

describe('how the record of tests that failed is read', () => {
  it('by their rate, until another way has surely had failures earlier', () => {
    const way = new RecordWay();
    for (let cycle = 0; cycle < 9; cycle += 1) way.learn((each) => (each === 'recent' ? 0.9 : 0.5));
    assert.equal(way.current(), 'rate', 'nine cycles say nothing');
    way.learn((each) => (each === 'recent' ? 0.9 : 0.5));
    assert.equal(way.current(), 'recent');
  });

  it('by their rate where another way is better by chance only', () => {
    const way = new RecordWay();
    for (let cycle = 0; cycle < 40; cycle += 1) way.learn((each) => 0.5 + (each === 'both' ? (cycle % 3) - 0.95 : 0));
    assert.equal(way.current(), 'rate');
  });
});
