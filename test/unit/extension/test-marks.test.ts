import assert from 'node:assert/strict';
import { FlakyTest } from '../../../agent/protocol/flakiness.ts';
import { TestId } from '../../../agent/protocol/ids.ts';
import { TestFile } from '../../../agent/protocol/test.ts';
import { TestMarks } from '../../../extension/test-explorer/test-marks.ts';

const file = TestId.parse('mocha:test/cart.test.ts');
const [fast, late] = [TestId.parse(`${file} > fast`), TestId.parse(`${file} > late`)];
const day = Date.UTC(2027, 0, 31);

describe('the marks of tests', () => {
  it('say what is planned, and whose marks are others now', () => {
    const marks = new TestMarks();
    const other = TestId.parse('mocha:test/other.test.ts');
    assert.deepEqual(marks.planned(new Set([file])), [file]);
    assert.deepEqual(marks.ofFile(file), ['impacted']);
    assert.deepEqual(marks.ofCase(file, fast), ['impacted']);
    assert.deepEqual(marks.planned(new Set([other])).toSorted(), [file, other].toSorted());
    assert.deepEqual(marks.ofFile(file), []);
  });

  it('call a case slow that took a second, and its file with it, until it no longer does', () => {
    const marks = new TestMarks();
    marks.recorded(fileWith({ fast: 10, late: 1500 }));
    assert.deepEqual(
      [marks.ofFile(file), marks.ofCase(file, late), marks.ofCase(file, fast)],
      [['slow'], ['slow'], []],
    );
    assert.equal(marks.ran(file, late, 1200), false);
    assert.equal(marks.ran(file, late, 999), true);
    assert.deepEqual(marks.ofFile(file), []);
    assert.equal(marks.ran(file, fast, 1000), true);
    assert.deepEqual(marks.ofCase(file, fast), ['slow']);
    marks.forget(file);
    assert.deepEqual(marks.ofFile(file), []);
  });

  it('tell what fails by chance from what is in quarantine', () => {
    const marks = new TestMarks();
    const known = [flaky(fast, 4, null), flaky(late, 0, { since: 1, until: day, reason: '' })];
    assert.deepEqual(
      marks.flaky(known, () => file),
      [file],
    );
    assert.deepEqual(marks.ofCase(file, fast), ['flaky']);
    assert.deepEqual(marks.ofCase(file, late), ['quarantined']);
    assert.deepEqual(marks.ofFile(file), ['flaky', 'quarantined']);
    assert.equal(marks.descriptionOf(file, fast), 'fails by chance, 25 %');
    assert.equal(marks.descriptionOf(file, late), 'quarantined until 2027-01-31');
    assert.deepEqual(
      marks.flaky([], () => file),
      [file],
    );
    assert.deepEqual([marks.ofFile(file), marks.descriptionOf(file, fast)], [[], '']);
  });

  it('leave out what stands in no file that is known', () => {
    const marks = new TestMarks();
    assert.deepEqual(
      marks.flaky([flaky(fast, 4, null)], () => null),
      [],
    );
    assert.deepEqual(marks.ofFile(file), []);
  });
});

function fileWith(durations: Readonly<Record<string, number>>): TestFile {
  const cases = Object.entries(durations).map(([title, lastDurationMs]) => ({
    id: `${file} > ${title}`,
    titlePath: [title],
    line: null,
    lastStatus: 'passed',
    lastDurationMs,
  }));
  return TestFile.parse({ id: file, file: 'test/cart.test.ts', framework: 'mocha', project: '', cases });
}

function flaky(test: TestId, trials: number, quarantine: FlakyTest['quarantine']): FlakyTest {
  return FlakyTest.parse({
    test,
    probability: 0.25,
    trials,
    failures: 1,
    cause: 'time',
    evidence: [],
    seenAt: 1,
    quarantine,
  });
}
