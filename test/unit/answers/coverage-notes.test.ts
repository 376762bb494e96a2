import assert from 'node:assert/strict';
import { coverageNotes } from '../../../agent/answers/test-coverage/coverage-notes.ts';
import { ExecutionId, RepoPath, TestId } from '../../../agent/protocol/ids.ts';
import {
  countedFrameworks,
  unfollowedFrameworks,
  type Framework,
  type TestFile,
} from '../../../agent/protocol/test.ts';
import type { TestEvidence } from '../../../agent/store/evidence.ts';
import { adapters } from '../../../agent/tests/registry.ts';

describe('why coverage tells less than there is', () => {
  it('says nothing where every line is known', () => {
    const file = testFile('pytest', 'test_a.py');
    assert.deepEqual(coverageNotes([file], [evidence(file, [[1, 2]])]), []);
  });

  it('says of which tests only modules are known, and what counts lines', () => {
    const [one, other] = [testFile('pytest', 'test_a.py'), testFile('pytest', 'test_b.py')];
    assert.deepEqual(coverageNotes([one, other], [evidence(one, []), evidence(other, [])]), [
      '2 test files of pytest: only the modules that they load are known. Python before 3.12 counts lines only when it is asked to: `noodle run --all --coverage` counts lines',
    ]);
  });

  it('says what was never recorded, and what cannot be', () => {
    const files = [testFile('mocha', 'a.js'), testFile('go', 'a_test.go'), testFile('playwright', 'b.ts')];
    assert.deepEqual(coverageNotes(files, []), [
      '1 test file of mocha: nothing is recorded yet; `noodle run --all --coverage` does',
      '1 test file of go: nothing is recorded yet; `noodle run --all --coverage` does, with go',
      '1 test file of playwright: what such tests run cannot be recorded',
    ]);
  });

  it('knows the frameworks that can be recorded as their adapters do', () => {
    const without = adapters
      .filter((adapter) => adapter.recordsEvidence === undefined)
      .map(({ framework }) => framework);
    assert.deepEqual([...unfollowedFrameworks].toSorted(), without.toSorted());
    const counting = adapters.filter((adapter) => adapter.countsCoverage === true).map(({ framework }) => framework);
    assert.deepEqual([...countedFrameworks.keys()].toSorted(), counting.toSorted());
  });
});

function testFile(framework: Framework, name: string): TestFile {
  return { id: TestId.parse(`${framework}:${name}`), file: RepoPath.parse(name), framework, project: '', cases: [] };
}

function evidence({ id }: TestFile, executed: readonly (readonly [number, number])[]): TestEvidence {
  const covered = [{ path: RepoPath.parse('src/a'), contentHash: 'h', executed, missed: [], functions: [] }];
  return { test: id, executionId: ExecutionId.parse('r'), recordedAt: 1, covered, reads: [], isComplete: true };
}
