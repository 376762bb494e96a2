import assert from 'node:assert/strict';
import { createFileList } from '../../../agent/workspace/file-list.ts';

function start(disk: string[]) {
  let readings = 0;
  const list = createFileList(async () => {
    readings += 1;
    return [...disk];
  });
  return { list, disk, readings: () => readings };
}

describe('the list of files', () => {
  it('is read anew each time, and once for those who ask together, until it is kept', async () => {
    const { list, disk, readings } = start(['b', 'a']);
    assert.deepEqual(await list.all(), ['a', 'b']);
    disk.push('c');
    assert.deepEqual(await Promise.all([list.all(), list.all()]), [
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
    ]);
    assert.equal(readings(), 2);
  });

  it('is remembered and brought up to date while it is kept', async () => {
    const { list, disk, readings } = start(['src/a', 'b']);
    list.keep(true);
    await list.all();
    list.apply({ added: ['src/new/c', 'B'], removed: ['b', 'unknown'] });
    assert.deepEqual(await list.all(), ['B', 'src/a', 'src/new/c']);
    assert.equal(readings(), 1);
    disk.push('late');
    list.reset();
    assert.deepEqual(await list.all(), ['b', 'late', 'src/a']);
    list.keep(false);
    disk.push('later');
    assert.equal((await list.all()).length, 4);
  });

  it('knows its files, their folders and what is below them', async () => {
    const { list } = start(['src/deep/a', 'src/b', 'srcx', 'src2/c']);
    await list.all();
    assert.deepEqual(
      [list.has('src/b'), list.has('src'), list.hasFolder('src/deep'), list.hasFolder('src/b'), list.hasFolder('')],
      [true, false, true, false, true],
    );
    assert.deepEqual(list.below('src'), ['src/b', 'src/deep/a']);
    assert.deepEqual(list.below('nowhere'), []);
    assert.equal(list.below('').length, 4);
    assert.deepEqual([...list.folders()].sort(), ['', 'src', 'src/deep', 'src2']);
  });

  it('is read again when something changed while it was read', async () => {
    let finish: (files: string[]) => void = () => {};
    let readings = 0;
    const list = createFileList(async () => {
      readings += 1;
      return readings === 1 ? await new Promise<string[]>((resolve) => (finish = resolve)) : ['a', 'new'];
    });
    list.keep(true);
    const files = list.all();
    list.apply({ added: ['new'], removed: [] });
    finish(['a']);
    assert.deepEqual(await files, ['a', 'new']);
  });

  it('does not read without end while changes keep coming', async () => {
    let readings = 0;
    const list = createFileList(async () => {
      readings += 1;
      list.reset();
      return ['a'];
    });
    list.keep(true);
    assert.deepEqual(await list.all(), ['a']);
    assert.equal(readings, 3);
  });

  it('hands on a failure, and can be asked again', async () => {
    let fails = true;
    const list = createFileList(async () => {
      if (fails) throw new Error('no disk');
      return ['a'];
    });
    await assert.rejects(list.all(), /no disk/);
    fails = false;
    assert.deepEqual(await list.all(), ['a']);
  });
});
