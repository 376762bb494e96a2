import assert from 'node:assert/strict';
import { judgedHistory } from '../../../agent/builds/failure-estimate.ts';
import { verdictOf, verdictRecord } from '../../../agent/builds/failure-verdict.ts';

/** `x` failed, `.` passed; the latest first; each with inputs of its own. */
function outcomes(text: string) {
  return judgedHistory(text.split('').map((each, index) => ({ hasFailed: each === 'x', fingerprint: `${index}` })));
}

describe('what is said before a build', () => {
  it('is that it will fail where that was mostly right, with precision and recall', () => {
    const record = verdictRecord([...outcomes('x'.repeat(20)), ...outcomes('.'.repeat(20))]);
    const { says, because } = verdictOf(0.9, record);
    assert.equal(says, 'fail-likely');
    // The first of the failing builds came as a surprise.
    assert.match(
      because,
      /right in 19 of 19 builds \(precision 1\.00\), of 20 failures that found 19 \(recall 0\.95\)/,
    );
    assert.equal(verdictOf(0.02, record).says, 'fine');
  });

  it('is not known between the two, from few builds, and where it was mostly wrong', () => {
    const few = verdictRecord(outcomes('xx'));
    assert.equal(verdictOf(0.3, few).says, "don't know");
    assert.match(verdictOf(0.9, few).because, /of only 1 build here, 10 are needed/);
    const wrong = verdictRecord([...outcomes('xx.'.repeat(40)), ...outcomes('x.'.repeat(40))]);
    assert.equal(verdictOf(0.05, wrong).says, "don't know");
    assert.equal(verdictOf(0.9, verdictRecord([])).says, "don't know");
  });
});
