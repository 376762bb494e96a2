import assert from 'node:assert/strict';
import { utimes } from 'node:fs/promises';
import { GitRig } from '../../rig/git-rig.ts';
import { WorkspaceRig } from './open-rig.ts';

describe('a change set of a folder without git', () => {
  it('is everything at first, and then what changed since the state that was remembered', async () => {
    await using folder = await GitRig.folder({ 'a.ts': 'one\n', 'b.ts': 'two\n', 'c.ts': 'three\n', 'd.ts': 'four\n' });
    await using rig = await WorkspaceRig.open(folder.root);
    const first = await rig.changes();
    assert.deepEqual(
      { ...first, files: first.files.length },
      {
        base: 'file times',
        head: null,
        branch: null,
        files: 4,
        notes: [
          'there is no git here: changes are told by the times and sizes of files',
          'nothing is remembered from an earlier run, so every file counts as added',
        ],
      },
    );
    await rig.workspace.markSeen(first);
    assert.deepEqual(await rig.summary(), []);
    await folder.write({ 'a.ts': 'longer\nthan before\n', 'new.ts': 'x\n' });
    await folder.remove('b.ts');
    await folder.rename('c.ts', 'moved/c.ts');
    assert.deepEqual(await rig.summary(), [
      'modified a.ts 1-2',
      'deleted b.ts',
      'renamed c.ts → moved/c.ts',
      'added new.ts 1',
    ]);
  });

  it('tells what changed during a run at the next one', async () => {
    await using folder = await GitRig.folder({ 'a.ts': 'one\n', 'b.ts': 'two\n' });
    await using rig = await WorkspaceRig.open(folder.root);
    const seen = await rig.changes();
    await folder.write({ 'b.ts': 'changed while it ran\n' });
    await rig.changes();
    await rig.workspace.markSeen(seen);
    assert.deepEqual(await rig.summary(), ['modified b.ts 1']);
  });

  it('sees a change that keeps the size by its time', async () => {
    await using folder = await GitRig.folder({ 'a.ts': 'one\n' });
    await using rig = await WorkspaceRig.open(folder.root);
    await rig.workspace.markSeen(await rig.changes());
    await folder.write({ 'a.ts': 'two\n' });
    await utimes(folder.path('a.ts'), 2_000_000_000, 2_000_000_000);
    assert.deepEqual(await rig.summary(), ['modified a.ts 1']);
  });

  it('is everything again when what was remembered cannot be read', async () => {
    await using folder = await GitRig.folder({ 'a.ts': 'one\n' });
    await using state = await GitRig.folder();
    const remembered = async (content: string) => {
      await using rig = await WorkspaceRig.open(folder.root, { XDG_STATE_HOME: state.root });
      await state.write({ [`${rig.workspace.stateDirectory.slice(state.root.length + 1)}/file-times.json`]: content });
      return (await rig.changes()).files.length;
    };
    assert.equal(await remembered('{"version":1,"files":{}}'), 1);
    assert.equal(await remembered('{"version":1,"fil'), 1);
    assert.equal(await remembered('{"version":2}'), 1);
  });

  it('knows no revision', async () => {
    await using folder = await GitRig.folder({ 'a.ts': 'one\n' });
    await using rig = await WorkspaceRig.open(folder.root);
    const result = await rig.workspace.changes('HEAD');
    assert.deepEqual(result.ok ? null : [result.failure.reason, result.failure.message], [
      'unknown_revision',
      '"HEAD" names no commit: there is no git here',
    ]);
  });

  it('writes nothing into the folder', async () => {
    await using folder = await GitRig.folder({ 'a.ts': 'one\n' });
    await using rig = await WorkspaceRig.open(folder.root);
    await rig.workspace.markSeen(await rig.changes());
    assert.deepEqual(await rig.workspace.files(), ['a.ts']);
    assert.equal(rig.workspace.stateDirectory.startsWith(folder.root), false);
  });
});
