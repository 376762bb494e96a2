import assert from 'node:assert/strict';
import { RepoPath } from '../../../agent/protocol/ids.ts';
import type { Framework } from '../../../agent/protocol/test.ts';
import { areAmbiguous, claimFiles, type Claimant } from '../../../agent/tests/claims.ts';

const claimant = (args: string, files: string, framework: Framework = 'jest', folder = ''): Claimant => ({
  project: { framework, folder, files: [], configFiles: [], args: args.split(' ').filter(Boolean), foundIn: 'x' },
  candidates: files
    .split(' ')
    .filter(Boolean)
    .map((file) => RepoPath.parse(file)),
});

const claimed = (claimants: readonly Claimant[], excluded = '') =>
  claimFiles(claimants, (file) => file === excluded).map(
    (claim) => `${claim.claimant.project.args.join(' ')}: ${claim.files.join(' ')}${claim.isPartial ? ' (part)' : ''}`,
  );

describe('claimFiles', () => {
  it('gives a file to the first project that has it', () => {
    assert.deepEqual(claimed([claimant('--config a', 'x y'), claimant('--config b', 'y z')]), [
      '--config a: x y',
      '--config b: z (part)',
    ]);
  });

  it('prefers the widest of those that differ only in the files that they name', () => {
    assert.deepEqual(claimed([claimant('x', 'x'), claimant('y', 'y'), claimant('', 'x y z')]), [': x y z']);
  });

  it('keeps projects of different frameworks apart, and one of which no file is known', () => {
    assert.deepEqual(claimed([claimant('1', 'x'), claimant('2', 'x', 'mocha'), claimant('3', '', 'mocha', 'p')]), [
      '1: x',
      '2: x',
      '3: ',
    ]);
  });

  it('leaves out what is excluded, and a project of which nothing is left', () => {
    assert.deepEqual(claimed([claimant('1', 'x y'), claimant('2', 'x', 'mocha')], 'x'), ['1: y (part)']);
  });
});

describe('areAmbiguous', () => {
  it('is true where projects of one folder and framework share a file', () => {
    assert.equal(areAmbiguous([claimant('1', 'x'), claimant('2', 'x y')]), true);
    assert.equal(areAmbiguous([claimant('1', 'x'), claimant('2', 'y')]), false);
    assert.equal(areAmbiguous([claimant('1', 'p/x'), claimant('2', 'p/x', 'jest', 'p')]), false);
    assert.equal(areAmbiguous([claimant('1', 'x'), claimant('2', 'x', 'mocha')]), false);
  });
});
