import assert from 'node:assert/strict';
import { FileTree, foldersUp, inRepository, isWithin } from '../../../agent/builds/paths.ts';
import { baseOf, everythingIn, filesMatching, matcherOf } from '../../../agent/builds/patterns.ts';
import type { RepoPath } from '../../../agent/protocol/ids.ts';

const tree = new FileTree([
  'b/x.ts',
  'a/b.ts',
  'a-b/c.ts',
  'a/b/c.ts',
  'a.ts',
  'a/.env',
  'a0',
  'we(ird)/[x]/y.ts',
  'z.md',
] as RepoPath[]);

describe('paths of the repository', () => {
  it('stay inside of it', () => {
    assert.equal(inRepository('a/b', '../c/./d/'), 'a/c/d');
    assert.equal(inRepository('a', '..'), '');
    assert.equal(inRepository('', '.'), '');
    assert.equal(inRepository('a', '../../c'), null);
    assert.equal(inRepository('', '/etc'), '/etc'.slice(1));
  });

  it('know the folders above them', () => {
    assert.deepEqual(foldersUp('a/b'), ['a/b', 'a', '']);
    assert.deepEqual(foldersUp(''), ['']);
    assert.ok(isWithin('a', 'a/b') && isWithin('', 'x') && isWithin('a', 'a') && !isWithin('a', 'a-b/c.ts'));
  });

  it('are found by folder', () => {
    assert.deepEqual(tree.below('a'), ['a/.env', 'a/b.ts', 'a/b/c.ts']);
    assert.deepEqual(tree.below('a/b'), ['a/b/c.ts']);
    assert.deepEqual(tree.below('nothing'), []);
    assert.equal(tree.below('').length, 9);
  });
});

describe('patterns', () => {
  it('include files that begin with a dot, and take away again', () => {
    assert.deepEqual(filesMatching(['a/**', '!**/c.ts'], tree), ['a/.env', 'a/b.ts']);
    assert.deepEqual(filesMatching(['**/*.ts', '!a*/**'], tree), ['a.ts', 'b/x.ts', 'we(ird)/[x]/y.ts']);
    assert.deepEqual(filesMatching(['z.md', 'missing.md'], tree), ['z.md']);
  });

  it('of a folder whose name has special characters mean that folder', () => {
    const pattern = everythingIn('we(ird)/[x]');
    assert.equal(baseOf(pattern), 'we(ird)/[x]');
    assert.deepEqual(filesMatching([pattern], tree), ['we(ird)/[x]/y.ts']);
    assert.ok(matcherOf([pattern])('we(ird)/[x]/deep/z.ts'));
    assert.ok(!matcherOf([pattern])('weird/x/z.ts'));
  });

  it('begin with a folder', () => {
    assert.deepEqual(['**', 'src/**', './src/*.ts', 'dist/a.js', 'a/{b,c}/d'].map(baseOf), [
      '',
      'src',
      'src',
      'dist/a.js',
      'a',
    ]);
  });
});
