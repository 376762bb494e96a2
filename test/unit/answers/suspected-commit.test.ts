import assert from 'node:assert/strict';
import { parseCommits, suspectedCommit, type CommitInRange } from '../../../agent/answers/triage/suspected-commit.ts';
import { RepoPath } from '../../../agent/protocol/ids.ts';
import type { PlanRevision } from '../../../agent/protocol/plan.ts';

function commit(sha: string, ...files: string[]): CommitInRange {
  return { sha, subject: `commit ${sha}`, author: 'a', files: files.map((file) => RepoPath.parse(file)) };
}

interface Case {
  readonly commits: readonly CommitInRange[];
  readonly failed?: PlanRevision;
  readonly isChangeSuspected?: boolean;
}

const later: PlanRevision = { head: 'b', isClean: true };

async function suspect({ commits, failed = later, isChangeSuspected = false }: Case): Promise<string | null> {
  const found = await suspectedCommit({
    passed: { head: 'a', isClean: true },
    failed,
    isChangeSuspected,
    commitsBetween: async () => commits,
    reaches: async (files) => files.some((file) => file === 'src/a.js'),
  });
  return found === null ? null : `${found.sha}: ${found.because}`;
}

describe('the suspected commit', () => {
  it('is the one from which the graph leads to the test', async () => {
    const commits = [commit('3', 'notes'), commit('2', 'src/a.js'), commit('1', 'src/b.js')];
    assert.equal(
      await suspect({ commits }),
      '2: of 3 commits since it passed, the only one from which the graph leads to it',
    );
    assert.equal(
      await suspect({ commits: [commit('4', 'src/a.js'), ...commits] }),
      '4: of 4 commits since it passed, the newest of 2 from which the graph leads to it',
    );
  });

  it('is the only one there is, whatever the graph says', async () => {
    assert.equal(await suspect({ commits: [commit('1', 'notes')] }), '1: the only commit since it passed');
  });

  it('is none where the records do not say', async () => {
    assert.equal(await suspect({ commits: [commit('2', 'notes'), commit('1', 'x')] }), null);
    assert.equal(await suspect({ commits: [] }), null);
  });

  it('is none where the change was not committed', async () => {
    const commits = [commit('1', 'src/a.js')];
    assert.equal(await suspect({ commits, failed: { head: 'a', isClean: false } }), null);
    const dirty = { head: 'b', isClean: false };
    assert.equal(await suspect({ commits, failed: dirty, isChangeSuspected: true }), null);
    assert.equal(await suspect({ commits, failed: dirty }), '1: the only commit since it passed');
  });
});

describe('commits of git log', () => {
  it('are read with their files, whatever the subject holds', () => {
    const output = '\u0001s1\0a | b\0me\n\nsrc/a.js\nsrc/b c.js\n\n\u0001s2\0merge\0you\n';
    assert.deepEqual(parseCommits(output), [
      { sha: 's1', subject: 'a | b', author: 'me', files: ['src/a.js', 'src/b c.js'] },
      { sha: 's2', subject: 'merge', author: 'you', files: [] },
    ]);
  });
});
