import assert from 'node:assert/strict';
import type { Limits } from '../../../agent/store/durable-store.ts';
import type { Store } from '../../../agent/store/store.ts';
import { addNote, notesIn, StoreRig } from '../../rig/store-rig.ts';

/** A frame a file, and no snapshots. */
const frameAFile: Limits = { segmentBytes: 1, journalBytes: () => Infinity };
/** One file, and no snapshots. */
const oneFile: Limits = { segmentBytes: Infinity, journalBytes: () => Infinity };
const eager: Limits = { segmentBytes: 1, journalBytes: () => 1 };

describe('damage to the state', () => {
  let rig: StoreRig;
  beforeEach(async () => (rig = await StoreRig.create()));
  afterEach(() => rig[Symbol.asyncDispose]());

  it('of a torn last record costs nothing and is not worth a word', async () => {
    await record(['a', 'b'], oneFile);
    const [journal = ''] = await rig.names(/^journal/);
    const frame = Buffer.from('NDLF\x40\0\0\0 torn off here');
    await rig.edit(journal, (content) => Buffer.concat([content, frame]));
    const store = await rig.open({ limits: oneFile });
    assert.deepEqual(notesIn(store), ['a', 'b']);
    await store.transact((tx) => addNote(tx, 'c'));
    assert.deepEqual(notesIn(await rig.reopen(store)), ['a', 'b', 'c']);
    assert.deepEqual(rig.notices, []);
    await rig.edit(journal, (content) => {
      assert.equal(content.includes('torn off here'), false, 'what was torn off is cut away');
      return content;
    });
  });

  it('of a last record cut anywhere costs that record alone', async () => {
    await record(['a', 'b'], oneFile);
    const [journal = ''] = await rig.names(/^journal/);
    await rig.edit(journal, (content) => content.subarray(0, content.length - 5));
    const store = await rig.open({ limits: oneFile });
    assert.deepEqual(notesIn(store), ['a']);
    await store.transact((tx) => addNote(tx, 'c'));
    assert.deepEqual(notesIn(await rig.reopen(store)), ['a', 'c']);
    assert.deepEqual(rig.notices, []);
  });

  it('of a journal that was only begun costs nothing', async () => {
    await record(['a'], frameAFile);
    for (const [index, content] of [
      [8, ''],
      [9, 'NOOD'],
      [10, 'NOODLEJ1'],
    ] as const) {
      await rig.put(`journal-0000000${index}-00000000000000${index}.log`.replace('010-', '10-'), Buffer.from(content));
    }
    const store = await rig.open();
    await store.transact((tx) => addNote(tx, 'b'));
    assert.deepEqual(notesIn(await rig.reopen(store)), ['a', 'b']);
    assert.deepEqual(rig.notices, []);
  });

  it('of a record in the middle costs that record, is told, and is told once', async () => {
    await record(['a', 'b', 'c', 'd'], frameAFile);
    const damaged = (await rig.names(/^journal/))[2] ?? '';
    await rig.edit(damaged, flipLastByte);
    const store = await rig.open();
    assert.deepEqual(notesIn(store), ['a', 'c', 'd']);
    assert.deepEqual(
      rig.notices.map(({ id, severity }) => [id, severity]),
      [['state_damaged', 'error']],
    );
    assert.match(
      rig.notices[0]?.message ?? '',
      /4 of 5 recorded changes were saved, 1 are lost.*journal-00000003.*damaged-/,
    );
    assert.equal((await rig.names(/damaged/)).length, 1);
    await store.transact((tx) => addNote(tx, 'e'));
    assert.deepEqual(notesIn(await rig.reopen(store)), ['a', 'c', 'd', 'e']);
    assert.equal(rig.notices.length, 1);
  });

  it('in the middle of one file costs what was there', async () => {
    await record(['first', 'second', 'third', 'fourth'], oneFile);
    const [journal = ''] = await rig.names(/^journal/);
    await rig.edit(journal, (content) => content.fill(0, content.indexOf('second'), content.indexOf('third')));
    assert.deepEqual(notesIn(await rig.open()), ['first', 'fourth']);
    assert.match(rig.notices[0]?.message ?? '', /3 of 5 recorded changes were saved, 2 are lost/);
  });

  it('that removes what later changes build upon drops those too, and says so', async () => {
    const store = await rig.open({ limits: frameAFile });
    await store.transact((tx) => tx.run('CREATE TABLE noodle.tags (name TEXT)'));
    await store.transact((tx) => {
      addNote(tx, 'with a tag');
      tx.run('INSERT INTO tags VALUES (?)', ['x']);
    });
    await store.transact((tx) => addNote(tx, 'a'));
    await rig.close(store);
    await rig.edit((await rig.names(/^journal/))[1] ?? '', flipLastByte);
    assert.deepEqual(notesIn(await rig.open()), ['a']);
    assert.match(
      rig.notices[0]?.message ?? '',
      /2 of 4 recorded changes were saved, 2 are lost.*1 of the lost ones were readable/,
    );
  });

  it('of the only snapshot costs nothing: the journal reaches back to the beginning', async () => {
    await record(['a', 'b', 'c'], eager);
    for (const name of await rig.names(/^snapshot/)) await rig.edit(name, flipLastByte);
    const store = await rig.open();
    assert.deepEqual(notesIn(store), ['a', 'b', 'c']);
    assert.deepEqual(
      rig.notices.map(({ id, severity }) => [id, severity]),
      [['state_damaged', 'warning']],
    );
    assert.match(rig.notices[0]?.message ?? '', /Everything was restored/);
    await rig.reopen(store);
    assert.equal(rig.notices.length, 1);
  });

  it('of the latest of several snapshots costs nothing', async () => {
    for (const text of ['a', 'b', 'c', 'd']) await record([text], eager);
    const [, latest = ''] = await rig.names(/^snapshot/);
    await rig.edit(latest, (content) => content.subarray(0, 4096));
    assert.deepEqual(notesIn(await rig.open()), ['a', 'b', 'c', 'd']);
    assert.match(rig.notices[0]?.message ?? '', /Everything was restored/);
  });

  it('of all snapshots leaves what SQLite can still read', async () => {
    for (const text of ['a', 'b', 'c', 'd']) await record([text], eager);
    const names = await rig.names(/^snapshot/);
    assert.equal(names.length, 2);
    // Behind the last row: the checksum is wrong and the structure is sound.
    for (const name of names) await rig.edit(name, (content) => content.fill(1, 300, 301));
    assert.equal(notesIn(await rig.open()).length, 4);
    assert.equal(rig.notices[0]?.id, 'state_damaged');
  });

  it('of everything leaves a store that works', async () => {
    for (const text of ['a', 'b', 'c', 'd']) await record([text], eager);
    for (const name of await rig.names(/./)) await rig.edit(name, (content) => content.fill(7));
    const store = await rig.open();
    assert.deepEqual(notesIn(store), []);
    assert.equal(rig.notices[0]?.id, 'state_damaged');
    await store.transact((tx) => addNote(tx, 'new'));
    assert.deepEqual(notesIn(await rig.reopen(store)), ['new']);
  });

  it('of a missing journal file is told', async () => {
    await record(['a', 'b', 'c'], frameAFile);
    await rig.drop((await rig.names(/^journal/))[2] ?? '');
    assert.deepEqual(notesIn(await rig.open()), ['a', 'c']);
    assert.match(rig.notices[0]?.message ?? '', /3 of 4 recorded changes were saved, 1 are lost/);
  });

  it('that happens while the store is open is mended from memory', async () => {
    const noted = new Promise<void>((resolve) => (rig.onNotice = resolve));
    let isDue = false;
    const store = await rig.open({ limits: { segmentBytes: 1, journalBytes: () => (isDue ? 1 : Infinity) } });
    await fill(store, ['a', 'b', 'c']);
    await rig.edit((await rig.names(/^journal/))[1] ?? '', flipLastByte);
    isDue = true;
    await fill(store, ['d']);
    await noted;
    assert.match(rig.notices[0]?.message ?? '', /Nothing is lost/);
    assert.equal((await rig.names(/journal.*damaged/)).length, 1);
    assert.deepEqual(notesIn(await rig.reopen(store)), ['a', 'b', 'c', 'd']);
    assert.equal(rig.notices.length, 1);
  });

  it('that cannot be repaired for a full disk is told, and repaired at the next start', async () => {
    await record(['a', 'b', 'c'], frameAFile);
    await rig.edit((await rig.names(/^journal/))[1] ?? '', flipLastByte);
    rig.files.fault = 'ENOSPC';
    const store = await rig.open();
    assert.deepEqual(notesIn(store), ['b', 'c']);
    rig.files.fault = null;
    await store.transact((tx) => addNote(tx, 'd'));
    assert.deepEqual(notesIn(await rig.reopen(store)), ['b', 'c', 'd']);
    assert.equal((await rig.names(/damaged/)).length, 1);
  });

  async function record(texts: readonly string[], limits: Limits): Promise<void> {
    const store = await rig.open({ limits });
    await fill(store, texts);
    await rig.close(store);
  }
});

async function fill(store: Store, texts: readonly string[]): Promise<void> {
  for (const text of texts) await store.transact((tx) => addNote(tx, text));
}

function flipLastByte(content: Buffer): Buffer {
  const last = content.length - 1;
  content.writeUInt8(content.readUInt8(last) ^ 0xff, last);
  return content;
}
