import assert from 'node:assert/strict';
import { ExecutionId, RepoPath } from '../../../../agent/protocol/ids.ts';
import type { ReadPath, TestEvidence } from '../../../../agent/store/evidence.ts';
import { testId } from '../../../../agent/tests/adapter.ts';
import { dependenciesOf, type DependencyQuestions } from '../../../../agent/tests/reuse/dependencies.ts';

const path = (text: string) => RepoPath.parse(text);
const test = {
  id: testId('mocha', path('a.test.js')),
  file: path('a.test.js'),
  framework: 'mocha' as const,
  project: '',
  cases: [],
};

interface Case {
  readonly recorded?: Partial<TestEvidence> | null;
  readonly imports?: Record<string, readonly string[]>;
  /** Texts now; those that ran are `was <path>`. */
  readonly texts?: Record<string, string>;
  readonly ignored?: readonly string[];
  readonly notes?: Record<string, string>;
}

const read = (file: string, more: Partial<ReadPath> = {}): ReadPath => ({
  path: path(file),
  contentHash: `was ${file}`,
  isFolder: false,
  ...more,
});

function ask({ recorded = {}, imports = {}, texts = {}, ignored = [], notes = {} }: Case = {}) {
  const covered = ['a.test.js', 'a.js'].map((file) => ({
    path: path(file),
    contentHash: `was ${file}`,
    executed: [],
    missed: [],
    functions: [],
  }));
  const evidence = {
    test: test.id,
    executionId: ExecutionId.parse('run-1'),
    recordedAt: 1,
    covered,
    reads: [],
    isComplete: true,
    ...recorded,
  };
  const textOf = (file: string) => texts[file] ?? `was ${file}`;
  const questions: DependencyQuestions = {
    recorded: recorded === null ? null : evidence,
    sources: new Set(
      ['a.test.js', 'a.js', 'b.js', 'data.json', 'dist/a.js'].filter((file) => !ignored.includes(file)).map(path),
    ),
    importsOf: (file) => (imports[file] ?? []).map(path),
    notesOn: (file) => (notes[file] === undefined ? [] : [notes[file]]),
    contentOnDisk: textOf,
    says: (file, pattern) => pattern.test(textOf(file)),
  };
  const found = dependenciesOf(test, questions);
  return found.isKnown ? [...found.files, ...[...found.folders].map((folder) => `${folder}/`)] : found.because;
}

describe('what a test file depends on', () => {
  it('is what it used and what its imports lead to', () => {
    const reads = [read('data.json'), read('gone.json', { contentHash: null }), read('data', { isFolder: true })];
    assert.deepEqual(ask({ recorded: { reads }, imports: { 'a.js': ['b.js'] } }), [
      'a.test.js',
      'a.js',
      'b.js',
      'data.json',
      'gone.json',
      'data/',
    ]);
  });

  it('is not known without a recording that is complete', () => {
    assert.match(String(ask({ recorded: null })), /^what it uses was never recorded/);
    assert.equal(ask({ recorded: { isComplete: false } }), 'its last recording is not complete');
  });

  it('is not known of what is built, or of what a build may write', () => {
    assert.equal(ask({ ignored: ['a.test.js'] }), 'it is built from other files');
    assert.equal(
      ask({ ignored: ['dist/a.js'], recorded: { reads: [read('dist/a.js')] } }),
      'it uses dist/a.js, which git ignores',
    );
  });

  it('is known after a change that reaches nothing but by imports', () => {
    assert.deepEqual(ask({ texts: { 'a.js': 'exports.a = /https/.exec(x)' }, imports: { 'a.js': ['b.js'] } }), [
      'a.test.js',
      'a.js',
      'b.js',
    ]);
  });

  it('is not known when what changed, or came with the change, may reach further', () => {
    assert.match(String(ask({ texts: { 'a.js': "require('fs')" } })), /a\.js may use more than it imports$/);
    assert.match(
      String(ask({ texts: { 'a.js': 'x', 'b.js': '__dirname' }, imports: { 'a.js': ['b.js'] } })),
      /b\.js may use more/,
    );
    assert.match(
      String(ask({ texts: { 'a.js': 'x' }, notes: { 'a.js': 'imports what it works out' } })),
      /a\.js may use more/,
    );
  });

  it('is not known after a change of anything when the test reads files', () => {
    const recorded = { reads: [read('data.json')] };
    assert.equal(
      ask({ recorded, texts: { 'a.js': 'x' } }),
      'it reads files, and its last recording is older than a.js',
    );
    assert.equal(
      ask({ recorded, texts: { 'data.json': '{}' } }),
      'it reads files, and its last recording is older than data.json',
    );
  });

  it('is not known of a test that works with random values', () => {
    assert.equal(ask({ texts: { 'a.test.js': 'Math.random()' } }), 'it works with random values');
  });
});
