import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { silentLog } from '../../../agent/platform/log.ts';
import { openStore } from '../../../agent/store/store.ts';
import { ManualClock } from '../../rig/manual-clock.ts';
import { addNote, notesIn, notesMigration, StoreRig } from '../../rig/store-rig.ts';

const hour = 3_600_000;

describe('a full disk', () => {
  let rig: StoreRig;
  beforeEach(async () => (rig = await StoreRig.create()));
  afterEach(() => rig[Symbol.asyncDispose]());

  it('lets work go on, and is told once', async () => {
    const store = await rig.open();
    rig.files.fault = 'ENOSPC';
    for (const text of ['a', 'b', 'c']) await store.transact((tx) => addNote(tx, text));
    assert.deepEqual(notesIn(store), ['a', 'b', 'c']);
    assert.equal(store.statistics().isDurable, false);
    rig.clock.advance(hour);
    await store.flush();
    assert.deepEqual(
      rig.notices.map(({ id, severity }) => [id, severity]),
      [['disk_full', 'error']],
    );
  });

  it('is written to as soon as it takes it, and that is told too', async () => {
    const writable = new Promise<void>(
      (resolve) => (rig.onNotice = () => rig.notices.at(-1)?.id === 'state_writable_again' && resolve()),
    );
    const store = await rig.open();
    rig.files.fault = 'ENOSPC';
    await store.transact((tx) => addNote(tx, 'a'));
    await store.transact((tx) => addNote(tx, 'b'));
    rig.files.fault = null;
    rig.clock.advance(1000);
    await writable;
    assert.equal(store.statistics().isDurable, true);
    await using crashed = await rig.crashed();
    assert.deepEqual(notesIn(await crashed.open()), ['a', 'b']);
    await store.transact((tx) => addNote(tx, 'c'));
    assert.deepEqual(notesIn(await rig.reopen(store)), ['a', 'b', 'c']);
    assert.deepEqual(crashed.notices, []);
  });

  for (const tornBytes of [0, 3, 40]) {
    it(`in the middle of a write (after ${tornBytes} bytes) loses nothing that fits later`, async () => {
      const store = await rig.open();
      await store.transact((tx) => addNote(tx, 'a'));
      Object.assign(rig.files, { fault: 'ENOSPC', tornBytes });
      await store.transact((tx) => addNote(tx, 'b'));
      rig.files.fault = null;
      await store.flush();
      await store.transact((tx) => addNote(tx, 'c'));
      assert.equal(store.statistics().isDurable, true);
      // After a failed write or fsync nobody knows what of a file is on disk, so it is never gone on with.
      assert.equal((await rig.names(/^journal/)).length, 2);
      assert.deepEqual(notesIn(await rig.reopen(store)), ['a', 'b', 'c']);
    });
  }

  it('from the first moment on is no reason not to open', async () => {
    rig.files.fault = 'ENOSPC';
    const store = await rig.open();
    await store.transact((tx) => addNote(tx, 'a'));
    assert.equal(rig.notices[0]?.id, 'disk_full');
    rig.files.fault = null;
    assert.deepEqual(notesIn(await rig.reopen(store)), ['a']);
  });

  it('at the end loses what was written last, and nothing before', async () => {
    const store = await rig.open();
    await store.transact((tx) => addNote(tx, 'a'));
    rig.files.fault = 'ENOSPC';
    await store.transact((tx) => addNote(tx, 'b'));
    await rig.close(store);
    rig.files.fault = null;
    assert.deepEqual(notesIn(await rig.open()), ['a']);
    assert.deepEqual(
      rig.notices.map(({ id }) => id),
      ['disk_full'],
    );
  });

  it('is told apart from a disk that fails', async () => {
    const store = await rig.open();
    rig.files.fault = 'EIO';
    await store.transact((tx) => addNote(tx, 'a'));
    assert.equal(rig.notices[0]?.id, 'state_not_writable');
    assert.match(rig.notices[0]?.message ?? '', /EIO/);
    rig.files.fault = null;
    assert.deepEqual(notesIn(await rig.reopen(store)), ['a']);
  });

  it('of a real file system is one like any other', async function () {
    const folder = await mkdtemp(path.join(tmpdir(), 'noodle-full-'));
    const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', folder]);
    if (mount.status !== 0) {
      await rm(folder, { recursive: true });
      this.skip();
    }
    try {
      const notices: string[] = [];
      const options = {
        directory: path.join(folder, 'noodle'),
        clock: new ManualClock(),
        log: silentLog,
        migrations: [notesMigration],
      };
      const store = await openStore({ ...options, onNotice: ({ id }) => notices.push(id) });
      const filler = path.join(folder, 'filler');
      await writeFile(filler, Buffer.alloc(200_000));
      const texts = Array.from({ length: 20 }, (_, index) => `${index} ${'x'.repeat(5000)}`);
      for (const text of texts) await store.transact((tx) => addNote(tx, text));
      assert.deepEqual([notices, store.statistics().isDurable], [['disk_full'], false]);
      await rm(filler);
      await store.flush();
      assert.equal(store.statistics().isDurable, true);
      await store.dispose();
      const again = await openStore({ ...options, onNotice: ({ id }) => notices.push(id) });
      assert.deepEqual(notesIn(again), texts);
      assert.deepEqual(notices, ['disk_full', 'state_writable_again']);
      await again.dispose();
    } finally {
      spawnSync('umount', [folder]);
      await rm(folder, { recursive: true });
    }
  });
});
