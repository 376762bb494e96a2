import assert from 'node:assert/strict';
import { codeOwners } from '../../../agent/answers/triage/code-owners.ts';
import {
  clusterFailures,
  firstLine,
  isOfEnvironment,
  normalized,
} from '../../../agent/answers/triage/failure-clusters.ts';
import { reproductionOf } from '../../../agent/answers/triage/reproduction.ts';
import { triageLines } from '../../../agent/cli/triage-output.ts';
import { ExecutionId, RepoPath } from '../../../agent/protocol/ids.ts';
import { TestResult } from '../../../agent/protocol/test.ts';
import { FailureCluster } from '../../../agent/protocol/triage.ts';

function failure(title: string, message: string, more: object = {}): { result: TestResult } {
  const file = 'test/a.test.js';
  const base = { id: `vitest:${file} > ${title}`, file, framework: 'vitest', name: title, titlePath: [title] };
  return { result: TestResult.parse({ ...base, status: 'failed', durationMs: 1, atMs: 1, message, ...more }) };
}

describe('clusters of failures', () => {
  it('have the same message but for its values, and the same code that threw', () => {
    const found = clusterFailures([
      failure('a', 'expected 3 to be 4', { failureAt: { file: 'src/sum.js', line: 5 } }),
      failure('b', 'expected 12 to be -1.5', { failureAt: { file: 'src/sum.js', line: 5 } }),
      failure('c', 'expected 3 to be 4', { failureAt: { file: 'src/other.js', line: 9 } }),
      failure('d', 'no price for "apple"'),
      failure('e', "no price for 'pear'"),
      failure('f', 'no price for "apple"', { status: 'errored' }),
    ]);
    assert.deepEqual(
      found.map((each) => each.map(({ result }) => result.name)),
      [['a', 'b'], ['c'], ['d', 'e'], ['f']],
    );
  });

  it('leave words that differ apart', () => {
    assert.notEqual(normalized('x is not a function'), normalized('y is not a function'));
    assert.equal(normalized('open /tmp/a1/b failed at 0x7f'), normalized('open /var/x/y failed at 0x80'));
  });

  it('show one short line', () => {
    assert.equal(firstLine('\n  broken\n  at x'), 'broken');
    assert.equal(firstLine('x'.repeat(500)).length, 200);
  });

  it('know what comes from outside the code', () => {
    const messages = [
      'connect ECONNREFUSED 127.0.0.1:5432',
      "Cannot find package 'left-pad' imported from x",
      'No module named requests',
    ];
    for (const message of messages) assert.equal(isOfEnvironment(failure('a', message).result), true, message);
    for (const message of ['expected 1 to be 2', "Cannot find module './gone.js'"])
      assert.equal(isOfEnvironment(failure('a', message).result), false, message);
  });
});

describe('code owners', () => {
  const owners = codeOwners(
    '# who\n* @all\n*.py @py  # comment\n/src/ @src\ndocs/* @docs\nbuild/ @build\n/src/free.js\n',
  );
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['readme.md', ['@all']],
    ['src/a.js', ['@src']],
    ['lib/src/a.js', ['@all']],
    ['lib/deep/x.py', ['@py']],
    ['docs/a.md', ['@docs']],
    ['docs/deep/a.md', ['@all']],
    ['lib/build/x.js', ['@build']],
    ['src/free.js', []],
  ];
  for (const [file, expected] of cases)
    it(`of ${file} are ${expected.join(' ') || 'none'}`, () =>
      assert.deepEqual(owners(RepoPath.parse(file)), expected));
});

describe('a command that reproduces a failure', () => {
  const command = (framework: string, title: string, project = '') =>
    reproductionOf(failure(title, 'x', { framework, file: `${project === '' ? '' : `${project}/`}test/a.js` }).result, {
      project,
    });
  it('is the framework’s own, quoted for a shell', () => {
    assert.equal(command('vitest', 'adds (1)'), String.raw`npx vitest run test/a.js -t 'adds \(1\)'`);
    assert.equal(command('mocha', "it's fine"), String.raw`npx mocha test/a.js -f 'it'\''s fine'`);
    assert.equal(command('pytest', 'test_a'), 'python -m pytest test/a.js::test_a');
  });
  it('names a test of Go in its package', () => {
    assert.equal(command('go', 'TestSum'), `go test -run '^TestSum$' ./test`);
    assert.equal(command('go', 'TestSum', 'tools'), `cd tools && go test -run '^TestSum$' ./test`);
  });
  it('enters the folder of the project', () => {
    assert.equal(command('jest', 'adds', 'packages/a'), 'cd packages/a && npx jest test/a.js -t adds');
  });
});

describe('the lines about causes', () => {
  const runId = ExecutionId.parse('run-1');
  const cluster = FailureCluster.parse({
    kind: 'new',
    message: 'x',
    at: null,
    tests: ['mocha:a > b'],
    failingSince: 1,
    executionId: runId,
    suspects: ['src/a.js'],
    owners: ['@a'],
    reproduce: 'npx mocha a',
  });
  it('are few, and of this run alone', () => {
    const other = { ...cluster, executionId: ExecutionId.parse('run-2') };
    assert.deepEqual(triageLines([cluster, other], runId), ['cause   new, 1 test · from src/a.js · @a · npx mocha a']);
    assert.equal(triageLines([cluster, cluster, cluster, cluster, cluster], runId).length, 4);
  });
});
