import assert from 'node:assert/strict';
import { CoChanges, parseCommits, withCommits } from '../../../agent/graph/history/commit-files.ts';
import { RepoPath } from '../../../agent/protocol/ids.ts';

const none = { files: [], commits: [] };
const path = (text: string) => RepoPath.parse(text);

describe('files that changed together', () => {
  it('are read from what git prints, without commits of very many files', () => {
    const many = Array.from({ length: 60 }, (_, index) => `f${index}`).join('\0');
    assert.deepEqual(parseCommits(`\u0001c2\0\na.ts\0a.test.ts\0\u0001c1\0\n${many}\0\u0001c0\0\na.ts\0`), [
      ['a.ts', 'a.test.ts'],
      ['a.ts'],
    ]);
    assert.deepEqual(parseCommits(''), []);
  });

  it('have support and confidence, by the file that is asked from', () => {
    const changes = new CoChanges(withCommits(none, [['a', 't'], ['a'], ['a', 't'], ['t', 'b']], 100));
    assert.deepEqual(changes.between(path('a'), path('t')), { together: 2, of: 3, confidence: 2 / 3 });
    assert.deepEqual(changes.between(path('b'), path('t')), { together: 1, of: 1, confidence: 1 });
    assert.equal(changes.between(path('a'), path('b')), null);
    assert.equal(changes.between(path('x'), path('t')), null);
  });

  it('grow by newer commits, up to a number', () => {
    const grown = withCommits(
      withCommits(none, [['a', 't']], 2),
      [
        ['a', 'b'],
        ['b', 't'],
      ],
      2,
    );
    assert.deepEqual(grown.commits.length, 2);
    const changes = new CoChanges(grown);
    assert.equal(changes.between(path('a'), path('t')), null);
    assert.equal(changes.between(path('b'), path('t'))?.of, 2);
  });
});
