import assert from 'node:assert/strict';
import { createHistory } from '../../../agent/graph/graph.ts';
import { silentLog } from '../../../agent/platform/log.ts';
import { RepoPath } from '../../../agent/protocol/ids.ts';
import { GitRig } from '../../rig/git-rig.ts';
import { StoreRig } from '../../rig/store-rig.ts';

const path = (text: string) => RepoPath.parse(text);

describe('the history of a repository', () => {
  it('is read from git, kept, and read on from where it was', async () => {
    await using repository = await GitRig.create({ 'a.ts': '1', 'b.ts': '1' });
    await using state = await StoreRig.create();
    const store = await state.open({ migrations: undefined });
    await repository.commit('Both', { 'a.ts': '2', 'b.ts': '2' });
    await repository.commit('One', { 'a.ts': '3' });
    const asked: string[] = [];
    const open = () =>
      createHistory({
        store,
        log: silentLog,
        readGit: async (args) => {
          asked.push(args.find((each) => each.includes('..')) ?? String(args[0]));
          try {
            return await repository.git(...args);
          } catch {
            return null;
          }
        },
      });
    const first = open();
    first.follow(await repository.head());
    await first.settled();
    assert.deepEqual(first.coChange(path('a.ts'), path('b.ts')), { together: 2, of: 3, confidence: 2 / 3 });
    assert.deepEqual(asked, ['log']);
    const before = await repository.head();
    await repository.commit('Again', { 'a.ts': '4', 'b.ts': '4' });
    const second = open();
    assert.equal(second.coChange(path('b.ts'), path('a.ts'))?.of, 2);
    second.follow(await repository.head());
    await second.settled();
    assert.deepEqual(second.coChange(path('a.ts'), path('b.ts')), { together: 3, of: 4, confidence: 3 / 4 });
    assert.ok(asked.includes(`${before}..${await repository.head()}`));
    second.follow(await repository.head());
    assert.equal(asked.length, 3);
  });
});
