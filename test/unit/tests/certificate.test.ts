import assert from 'node:assert/strict';
import { certificateLines } from '../../../agent/cli/commands/explain.ts';
import type { ChangedFile } from '../../../agent/graph/graph.ts';
import { ExecutionId, RepoPath } from '../../../agent/protocol/ids.ts';
import type { TestEvidence } from '../../../agent/store/evidence.ts';
import { testId } from '../../../agent/tests/adapter.ts';
import { certificateOf, type CertificateInput } from '../../../agent/tests/certificate.ts';
import { impactWith } from '../../rig/impact.ts';

const path = (text: string) => RepoPath.parse(text);
const test = {
  id: testId('mocha', path('a.test.js')),
  file: path('a.test.js'),
  framework: 'mocha' as const,
  project: '',
  cases: [],
};
const whole: ChangedFile = { kind: 'modified', difference: null, baseHash: '1', currentHash: '2' };

const recorded: TestEvidence = {
  test: test.id,
  executionId: ExecutionId.parse('run-1'),
  recordedAt: 5,
  covered: [{ path: path('a.js'), contentHash: 'h1', executed: [[1, 1]], missed: [], functions: [] }],
  reads: [
    { path: path('a.json'), contentHash: 'h2', isFolder: false },
    { path: path('absent.json'), contentHash: null, isFolder: false },
  ],
  isComplete: true,
};

function certificate(
  more: Partial<CertificateInput>,
  change: Record<string, ChangedFile> = { 'a.js': whole, 'b.js': whole },
) {
  const changed = new Map(Object.entries(change).map(([file, each]) => [path(file), each]));
  return certificateOf({
    test,
    impact: impactWith({ changed, contentOf: () => 'now' }),
    recorded: null,
    verdict: null,
    dependencies: [path('a.js'), path('c.js')],
    selectedBy: null,
    ...more,
  });
}

const says = (found: ReturnType<typeof certificate>) => found.changes.map((each) => each.says);

describe('a certificate', () => {
  it('rests on the recording where that holds', () => {
    const found = certificate({ recorded, verdict: { kind: 'unaffected', recordedAt: 5 } });
    assert.equal(found.evidence, 'recording');
    assert.deepEqual(found.dependsOn, [
      { path: 'a.js', how: 'loaded', contentHash: 'h1' },
      { path: 'a.json', how: 'read', contentHash: 'h2' },
    ]);
    assert.deepEqual(says(found), [
      'the test loads it and ran none of the changed lines',
      'the test neither loaded nor read it',
    ]);
  });

  it('rests on the imports without one', () => {
    const found = certificate({});
    assert.equal(found.evidence, 'imports');
    assert.deepEqual(found.dependsOn[1], { path: 'c.js', how: 'imported', contentHash: 'now' });
    assert.deepEqual(says(found), [
      'the names that lead from it to the test are not touched',
      'no import and no path leads from it to the test',
    ]);
  });

  it('rests on both where the recording cannot tell of a file, and says why', () => {
    const verdict = {
      kind: 'unknown',
      files: new Set([path('b.js')]),
      reason: 'recordings cannot tell who uses package-lock.json',
    } as const;
    const found = certificate({ recorded, verdict });
    assert.equal(found.evidence, 'recording and imports');
    assert.equal(found.doubt, 'recordings cannot tell who uses package-lock.json');
    assert.deepEqual(says(found), [
      'the test loads it and ran none of the changed lines',
      'no import and no path leads from it to the test',
    ]);
  });

  it('names changes that nobody runs', () => {
    const found = certificate(
      {},
      { 'a.js': { ...whole, difference: { kind: 'nothing' } }, 'b.js': { ...whole, difference: { kind: 'types' } } },
    );
    assert.deepEqual(says(found), [
      'only comments or formatting changed',
      'only types changed, which are gone when it runs',
    ]);
  });

  it('does not hold for a test that is selected', () => {
    const found = certificate({ selectedBy: ['a.js', 'a.test.js'] });
    assert.equal(found.holds, false);
    assert.deepEqual(says(found), ['it may be affected', 'it may be affected']);
    assert.equal(certificateLines(found)[0], 'mocha:a.test.js: selected');
  });

  it('is read line by line', () => {
    assert.deepEqual(certificateLines(certificate({}, { 'b.js': whole })), [
      'mocha:a.test.js: skipped',
      '  none of the changes reaches it',
      '  evidence: imports (never recorded)',
      '  depends on 2 files:',
      '    imported a.js',
      '    imported c.js',
      '  of what changed (1 file):',
      '    b.js: no import and no path leads from it to the test',
    ]);
  });
});
