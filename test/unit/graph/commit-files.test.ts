import assert from 'node:assert/strict';
import { CoChanges, noCommits, parseCommits, withCommits } from '../../../agent/graph/history/commit-files.ts';
import type { Commit } from '../../../agent/graph/history/commit-files.ts';
import { RepoPath } from '../../../agent/protocol/ids.ts';

const path = (text: string) => RepoPath.parse(text);
/** Commits of these files, the newest first. */
const commitsOf = (...lists: string[][]) => lists.map((files, index) => by('Ada', files, lists.length - index));

function by(author: string, files: readonly string[], at = 0): Commit {
  return { hash: `c${at}`, at, author, files };
}

describe('files that changed together', () => {
  it('are read from what git prints, without commits of very many files', () => {
    const many = Array.from({ length: 60 }, (_, index) => `f${index}`).join('\0');
    assert.deepEqual(
      parseCommits(
        `\u0001c2\u001f7\u001fAda L.\0\na.ts\0a.test.ts\0\u0001c1\u001f6\u001fBob\0\n${many}\0\u0001c0\u001f5\u001fBob\0\na.ts\0`,
      ),
      [
        { hash: 'c2', at: 7000, author: 'Ada L.', files: ['a.ts', 'a.test.ts'] },
        { hash: 'c0', at: 5000, author: 'Bob', files: ['a.ts'] },
      ],
    );
    assert.deepEqual(parseCommits(''), []);
  });

  it('have support and confidence, by the file that is asked from', () => {
    const changes = new CoChanges(withCommits(noCommits, commitsOf(['a', 't'], ['a'], ['a', 't'], ['t', 'b']), 100));
    assert.deepEqual(changes.between(path('a'), path('t')), { together: 2, of: 3, confidence: 2 / 3 });
    assert.deepEqual(changes.between(path('b'), path('t')), { together: 1, of: 1, confidence: 1 });
    assert.equal(changes.between(path('a'), path('b')), null);
    assert.equal(changes.between(path('x'), path('t')), null);
  });

  it('grow by newer commits, up to a number', () => {
    const first = withCommits(noCommits, commitsOf(['a', 't']), 2);
    const grown = withCommits(first, commitsOf(['a', 'b'], ['b', 't']), 2);
    assert.deepEqual(grown.commits.length, 2);
    const changes = new CoChanges(grown);
    assert.equal(changes.between(path('a'), path('t')), null);
    assert.equal(changes.between(path('b'), path('t'))?.of, 2);
  });
});

describe('what the history says of a file', () => {
  const commits = [
    by('Ada', ['a', 'b'], 5),
    by('build[bot]', ['a'], 4),
    by('Bob', ['a', 'b', 'c'], 3),
    by('Ada', ['a'], 2),
    by('Bob', ['c'], 1),
  ];
  const changes = new CoChanges(withCommits(noCommits, commits, 100));

  it('is its last commit, its authors without programs, and what changed with it', () => {
    assert.deepEqual(changes.about([path('a')], 1), {
      commits: 4,
      last: { hash: 'c5', at: 5, author: 'Ada' },
      authors: [
        { name: 'Ada', commits: 2 },
        { name: 'Bob', commits: 1 },
      ],
      recent: 4,
      together: [{ file: 'b', together: 2, of: 4, confidence: 0.5 }],
    });
    assert.equal(changes.about([path('x')], 1), null);
  });

  it('counts a commit of several files of a folder once', () => {
    const about = changes.about([path('b'), path('c')], 5);
    assert.equal(about?.commits, 3);
    assert.deepEqual(about?.together, [{ file: 'a', together: 2, of: 3, confidence: 2 / 3 }]);
  });

  it('names programs where nobody else changed it, and the latest commits decide', () => {
    const old = Array.from({ length: 60 }, (_, index) => by('Bob', ['d'], index));
    const known = withCommits(noCommits, [...Array.from({ length: 40 }, () => by('Ada', ['d'])), ...old], 200);
    assert.deepEqual(new CoChanges(known).about([path('d')], 1)?.authors, [
      { name: 'Ada', commits: 40 },
      { name: 'Bob', commits: 10 },
    ]);
    const made = new CoChanges(withCommits(noCommits, [by('x[bot]', ['e'])], 9));
    assert.equal(made.about([path('e')], 1)?.authors[0]?.name, 'x[bot]');
  });
});
