import assert from 'node:assert/strict';
import { utimes } from 'node:fs/promises';
import { GraphRig } from '../../rig/graph-rig.ts';
import { StoreRig } from '../../rig/store-rig.ts';

const files = { 'a.ts': "import './b'", 'b.ts': '', 'c.py': 'import d', 'd.py': '' };

/** Lets every file be older than the ticks of its time stamp can blur. */
async function age(rig: GraphRig): Promise<void> {
  for (const file of await rig.files()) await utimes(rig.folder.path(file), 1_600_000_000, 1_600_000_000);
}

describe('the facts of a graph', () => {
  it('are loaded from the store, not read again', async () => {
    await using state = await StoreRig.create();
    const store = await state.open({ migrations: undefined });
    await using rig = GraphRig.over((await GraphRig.create(files)).folder, { store });
    await age(rig);
    assert.equal((await rig.update()).parsed, 4);
    await rig.graph.dispose();
    const reopened = await state.reopen(store, { migrations: undefined });
    await using second = GraphRig.over(rig.folder, { store: reopened });
    assert.equal((await second.update()).parsed, 0);
    assert.deepEqual(second.reached('b.ts'), ['a.ts']);
    assert.deepEqual(second.reached('d.py'), ['c.py']);
  });

  it('are read again where a file has another time, and parsed again where it has another content', async () => {
    await using state = await StoreRig.create();
    const store = await state.open({ migrations: undefined });
    await using rig = GraphRig.over((await GraphRig.create(files)).folder, { store });
    await age(rig);
    await rig.update();
    await rig.folder.write({ 'a.ts': "import './b'", 'c.py': 'import b' });
    assert.equal((await rig.update()).parsed, 1);
  });

  it('of files that are gone are forgotten', async () => {
    await using state = await StoreRig.create();
    const store = await state.open({ migrations: undefined });
    await using rig = GraphRig.over((await GraphRig.create(files)).folder, { store });
    await rig.update();
    await rig.folder.remove('a.ts');
    await rig.update();
    await rig.graph.dispose();
    assert.deepEqual(
      store.all('SELECT path FROM graph_files ORDER BY path').map((row) => row['path']),
      ['b.ts', 'c.py', 'd.py'],
    );
  });

  it('that were written by another version or are damaged are read again', async () => {
    await using state = await StoreRig.create();
    const store = await state.open({ migrations: undefined });
    await using rig = GraphRig.over((await GraphRig.create(files)).folder, { store });
    await age(rig);
    await rig.update();
    await rig.graph.dispose();
    await store.transact((tx) => {
      tx.run("UPDATE graph_files SET extractor_version = 0 WHERE path = 'a.ts'");
      tx.run("UPDATE graph_files SET facts = '{ not json' WHERE path = 'c.py'");
    });
    await using second = GraphRig.over(rig.folder, { store });
    assert.equal((await second.update()).parsed, 2);
    assert.deepEqual(second.reached('b.ts'), ['a.ts']);
  });

  it('are the same from worker threads', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 400 }, (_, index) => [`m${index}.ts`, index === 0 ? '' : `import './m${index - 1}'`]),
    );
    await using rig = await GraphRig.create(many, { threads: 2 });
    assert.equal(rig.reached('m0.ts').length, 399);
    assert.equal(
      rig.impact('m0.ts').reached.get((await rig.files()).find((file) => file === 'm399.ts') ?? assert.fail())
        ?.distance,
      399,
    );
  });
});
