import assert from 'node:assert/strict';
import { RepoPath } from '../../../agent/protocol/ids.ts';
import { ResultNumbering } from '../../../agent/tests/results.ts';

const file = RepoPath.parse('test/a.js');
const passed = (...titlePath: string[]) => ({ file, titlePath, status: 'passed', durationMs: 1 }) as const;

describe('ResultNumbering', () => {
  it('gives the second case of one title a number', () => {
    const numbering = new ResultNumbering('mocha');
    const ids = [passed('s', 'x'), passed('s', 'x'), passed('s', 'y'), passed('s', 'x')].map(
      (each) => numbering.number(each, 0).result.id,
    );
    assert.deepEqual(ids, [
      'mocha:test/a.js > s > x',
      'mocha:test/a.js > s > x #2',
      'mocha:test/a.js > s > y',
      'mocha:test/a.js > s > x #3',
    ]);
  });

  it('numbers titles that read alike', () => {
    const numbering = new ResultNumbering('mocha');
    const ids = [passed('a > b'), passed('a', 'b')].map((each) => numbering.number(each, 0).result.id);
    assert.deepEqual(ids, ['mocha:test/a.js > a > b', 'mocha:test/a.js > a > b #2']);
  });

  it('lets a correction take the place of the last result of its title', () => {
    const numbering = new ResultNumbering('mocha');
    numbering.number(passed('x'), 0);
    const { result, replaced } = numbering.number({ ...passed('x'), status: 'failed', isCorrection: true }, 5);
    assert.equal(result.id, 'mocha:test/a.js > x');
    assert.equal(replaced, 'passed');
    assert.ok(!('isCorrection' in result));
  });

  it('has one result for a file itself, named after it', () => {
    const numbering = new ResultNumbering('node:test');
    numbering.number(passed(), 0);
    const { result } = numbering.number(passed(), 0);
    assert.equal(result.id, 'node:test:test/a.js');
    assert.equal(result.name, 'test/a.js');
  });

  it('gives files that run once more the ids that they had', () => {
    const numbering = new ResultNumbering('mocha');
    numbering.number(passed('x'), 0);
    numbering.restart(new Set(['test/a.js']));
    const { result, replaced } = numbering.number(passed('x'), 0);
    assert.equal(result.id, 'mocha:test/a.js > x');
    assert.equal(replaced, 'passed');
  });
});
