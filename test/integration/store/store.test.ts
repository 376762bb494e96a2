import assert from 'node:assert/strict';
import { FailureError } from '../../../agent/protocol/failure.ts';
import { migrations as ownMigrations, type Migration } from '../../../agent/store/migrations/migrations.ts';
import type { Limits } from '../../../agent/store/durable-store.ts';
import type { Store } from '../../../agent/store/store.ts';
import { addNote, notesIn, notesMigration, StoreRig } from '../../rig/store-rig.ts';

/** Every frame closes its file, and a snapshot follows at once. */
const eager: Limits = { segmentBytes: 1, journalBytes: () => 1 };

describe('the store', () => {
  let rig: StoreRig;
  beforeEach(async () => (rig = await StoreRig.create()));
  afterEach(() => rig[Symbol.asyncDispose]());

  describe('transactions', () => {
    it('are there at the next start, in order', async () => {
      const store = await rig.open();
      for (const text of ['a', 'b', 'c']) await store.transact((tx) => addNote(tx, text));
      const again = await rig.reopen(store);
      assert.deepEqual(notesIn(again), ['a', 'b', 'c']);
    });

    it('are on disk when they are acknowledged', async () => {
      const store = await rig.open();
      await store.transact((tx) => addNote(tx, 'a'));
      await using crashed = await rig.crashed();
      void store.transact((tx) => addNote(tx, 'b'));
      assert.deepEqual(notesIn(await crashed.open()), ['a']);
    });

    it('give back what their work returns', async () => {
      const store = await rig.open();
      assert.equal(await store.transact((tx) => addNote(tx, 'a')), 1);
    });

    it('that wait together share one fsync', async () => {
      const store = await rig.open();
      const before = rig.files.synced.length;
      await Promise.all(
        Array.from({ length: 100 }, (_, index) => store.transact((tx) => addNote(tx, `note ${index}`))),
      );
      assert.equal(rig.files.synced.length - before, 1);
    });

    it('that are made while others are written are written next', async () => {
      const store = await rig.open();
      const first = store.transact((tx) => addNote(tx, 'a'));
      // A chain of transactions, each made when the one before was acknowledged.
      await first
        .then(() => store.transact((tx) => addNote(tx, 'b')))
        .then(() => store.transact((tx) => addNote(tx, 'c')));
      const again = await rig.reopen(store);
      assert.deepEqual(notesIn(again), ['a', 'b', 'c']);
    });

    it('that throw change nothing, and others beside them do', async () => {
      const store = await rig.open();
      const good = store.transact((tx) => addNote(tx, 'good'));
      const bad = store.transact((tx) => {
        addNote(tx, 'bad');
        throw new RangeError('no');
      });
      await assert.rejects(bad, RangeError);
      await good;
      await store.transact((tx) => addNote(tx, 'after'));
      const again = await rig.reopen(store);
      assert.deepEqual(notesIn(again), ['good', 'after']);
    });

    it('can go on after a statement that failed', async () => {
      const store = await rig.open();
      await store.transact((tx) => {
        addNote(tx, 'a');
        assert.throws(() => tx.run('INSERT INTO notes (key) VALUES (1)'));
        addNote(tx, 'b');
      });
      assert.deepEqual(notesIn(await rig.reopen(store)), ['a', 'b']);
    });

    it('see their own changes, and bytes as they were when they were handed over', async () => {
      const store = await rig.open();
      const bytes = new Uint8Array([1, 2, 3]);
      await store.transact((tx) => {
        tx.run('INSERT INTO notes (key, text) VALUES (?, ?)', [1, bytes]);
        bytes[0] = 9;
        assert.deepEqual(tx.get('SELECT text FROM notes'), { text: new Uint8Array([1, 2, 3]) });
      });
      assert.deepEqual((await rig.reopen(store)).all('SELECT text FROM notes'), [{ text: new Uint8Array([1, 2, 3]) }]);
    });

    it('take what RETURNING returns', async () => {
      const store = await rig.open();
      const row = await store.transact((tx) => tx.get('INSERT INTO notes (text) VALUES (?) RETURNING key', ['a']));
      assert.deepEqual(row, { key: 1 });
      assert.deepEqual(notesIn(await rig.reopen(store)), ['a']);
    });

    it('have to be synchronous, and are over when their work is', async () => {
      const store = await rig.open();
      await assert.rejects(
        store.transact((tx) => Promise.resolve(addNote(tx, 'a'))),
        TypeError,
      );
      assert.deepEqual(notesIn(store), []);
      const escaped = await store.transact((tx) => tx);
      assert.throws(() => escaped.run('DELETE FROM notes'), /used after its end/);
    });

    it('cannot be nested', async () => {
      const store = await rig.open();
      const inner = await store.transact(() => [store.transact((tx) => addNote(tx, 'inner'))]);
      await assert.rejects(Promise.all(inner), /inside of another/);
      assert.equal(await store.transact((tx) => addNote(tx, 'a')), 1);
    });

    it('refuse changes that would not replay, and readers refuse changes', async () => {
      const store = await rig.open();
      await assert.rejects(
        store.transact((tx) => tx.run('INSERT INTO notes (text) VALUES (random())')),
        /replayed/,
      );
      assert.throws(() => store.all('DELETE FROM notes'), /needs a transaction/);
    });
  });

  describe('snapshots', () => {
    it('replace the journal, and removed files are those that nothing needs', async () => {
      const store = await rig.open({ limits: eager });
      await fill(store, 6);
      await rig.close(store);
      const snapshots = await rig.names(/^snapshot/);
      assert.ok(snapshots.length === 1 || snapshots.length === 2, `${snapshots.length} snapshots`);
      const again = await rig.open();
      assert.equal(notesIn(again).length, 6);
      assert.deepEqual(await rig.names(/tmp|damaged/), []);
    });

    it('keep two generations and no more', async () => {
      let store = await rig.open({ limits: eager });
      for (let round = 0; round < 4; round += 1) {
        await fill(store, 2);
        store = await rig.reopen(store, { limits: eager });
      }
      await rig.close(store);
      assert.equal((await rig.names(/^snapshot/)).length, 2);
      assert.equal(notesIn(await rig.open()).length, 8);
    });

    it('survive a crash before the journal they contain is removed', async () => {
      const store = await rig.open({ limits: { segmentBytes: 1, journalBytes: () => Infinity } });
      await fill(store, 5);
      await using crashed = await rig.crashed();
      const made = await crashed.open({ limits: eager });
      await crashed.close(made);
      const [snapshot = ''] = await crashed.names(/^snapshot/);
      await rig.close(store);
      await rig.take(crashed, snapshot);
      assert.equal(notesIn(await rig.open()).length, 5);
      assert.deepEqual(rig.notices, []);
    });

    it('that were not finished are cleared away', async () => {
      const store = await rig.open();
      await fill(store, 2);
      await rig.close(store);
      await rig.put('snapshot-000000000000003-00000000.db.1234abcd.tmp', Buffer.from('half'));
      assert.equal(notesIn(await rig.open()).length, 2);
      assert.deepEqual(await rig.names(/tmp/), []);
      assert.deepEqual(rig.notices, []);
    });
  });

  describe('versions', () => {
    const tags: Migration = {
      version: 2,
      name: 'tags',
      apply(tx) {
        tx.run('ALTER TABLE noodle.notes ADD COLUMN tag TEXT');
        tx.run('UPDATE notes SET tag = ?', ['old']);
      },
    };

    it('of an older Noodle are migrated, once, with what was recorded', async () => {
      const store = await rig.open();
      await fill(store, 2);
      const migrations = [notesMigration, tags];
      const migrated = await rig.reopen(store, { migrations });
      await migrated.transact((tx) => tx.run('INSERT INTO notes (key, text, tag) VALUES (?, ?, ?)', [3, 'c', 'new']));
      const again = await rig.reopen(migrated, { migrations });
      assert.deepEqual(
        again.all('SELECT tag FROM notes ORDER BY key').map((row) => row['tag']),
        ['old', 'old', 'new'],
      );
      assert.equal(again.statistics().transactions, 0);
    });

    it('that fail to migrate leave what was', async () => {
      const store = await rig.open();
      await fill(store, 2);
      const broken = {
        ...tags,
        apply: () => {
          throw new Error('no');
        },
      };
      await rig.close(store);
      await assert.rejects(rig.open({ migrations: [notesMigration, broken] }), /no/);
      assert.equal(notesIn(await rig.open()).length, 2);
    });

    it('of a later Noodle are refused, and nothing is changed', async () => {
      const store = await rig.open({ migrations: [notesMigration, tags] });
      await rig.close(store);
      const before = await rig.contents();
      await assert.rejects(rig.open(), (error: unknown) => {
        assert.ok(error instanceof FailureError);
        assert.equal(error.failure.reason, 'version_mismatch');
        assert.match(error.message, /version 2 where this one knows 1/);
        return true;
      });
      assert.deepEqual(await rig.contents(), before);
    });

    it('of the journal that are later are refused', async () => {
      const store = await rig.open();
      await rig.close(store);
      const [journal = ''] = await rig.names(/^journal/);
      await rig.edit(journal, (content) => Buffer.concat([Buffer.from('NOODLEJ2'), content.subarray(8)]));
      await assert.rejects(rig.open(), /later format of the journal/);
    });

    it('that put a table beside the database are a defect', async () => {
      const stray = {
        version: 1,
        name: 'stray',
        apply: (tx: { run(sql: string): void }) => tx.run('CREATE TABLE stray (a)'),
      };
      await assert.rejects(rig.open({ migrations: [stray] }), /outside of the database/);
    });
  });

  it('opens with its own schema, writes nothing more, and tells its sizes', async () => {
    const store = await rig.open({ migrations: undefined });
    assert.equal(store.get<{ count: number }>('SELECT count(*) AS count FROM pipeline_executions')?.count, 0);
    const { databaseBytes, journalBytes, stateBytes, transactions, isDurable } = store.statistics();
    assert.ok(databaseBytes > 0 && journalBytes > 0 && stateBytes === journalBytes);
    assert.deepEqual([transactions, isDurable], [ownMigrations.length, true]);
    const again = await rig.reopen(store, { migrations: undefined });
    assert.deepEqual([again.statistics().transactions, again.statistics().journalBytes], [0, journalBytes]);
  });

  it('fails clearly when it is closed', async () => {
    const store = await rig.open();
    await rig.close(store);
    const isClosed = (error: unknown) => error instanceof FailureError && error.failure.reason === 'shutting_down';
    assert.throws(() => store.get('SELECT 1'), isClosed);
    await assert.rejects(
      store.transact(() => 1),
      isClosed,
    );
    await store.dispose();
  });

  it('says so when its folder cannot be read', async () => {
    rig.files.list = () => Promise.reject(Object.assign(new Error('EACCES: no'), { code: 'EACCES' }));
    await assert.rejects(
      rig.open(),
      (error: unknown) => error instanceof FailureError && error.failure.reason === 'state_damaged',
    );
  });
});

async function fill(store: Store, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) await store.transact((tx) => addNote(tx, `note ${index}`));
}
