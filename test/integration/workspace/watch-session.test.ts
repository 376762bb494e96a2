import assert from 'node:assert/strict';
import { silentLog } from '../../../agent/platform/log.ts';
import { createFileList } from '../../../agent/workspace/file-list.ts';
import { createFolderIgnoreRules } from '../../../agent/workspace/folder-ignore-rules.ts';
import { walkFolder } from '../../../agent/workspace/folder-walk.ts';
import type { TreeEvent, WatchOutcome } from '../../../agent/workspace/watching/tree-watch.ts';
import { WatchSession, type ChangeBatch, type Notice } from '../../../agent/workspace/watching/watch-session.ts';
import { FakeClock } from '../../rig/fake-clock.ts';
import { GitRig, type Files } from '../../rig/git-rig.ts';

/** A session on a real folder whose events the test makes up: what the system would have told, or would not have. */
class SessionRig implements AsyncDisposable {
  readonly folder: GitRig;
  readonly clock = new FakeClock();
  readonly batches: ChangeBatch[] = [];
  readonly notices: Notice[] = [];
  readonly watched = new Set<string>();
  readonly #session: WatchSession;
  /** Called when the session looks where HEAD is; true: it has moved. */
  onHeadRead: () => boolean = () => false;
  #onEvent: (event: TreeEvent) => void = () => {};

  private constructor(folder: GitRig, watch: (folder: string) => WatchOutcome) {
    this.folder = folder;
    const rules = createFolderIgnoreRules(folder.root);
    this.#session = new WatchSession({
      root: folder.root,
      clock: this.clock,
      log: silentLog,
      rules,
      files: createFileList(async () => await walkFolder(folder.root, rules)),
      openTree: ({ onEvent }) => {
        this.#onEvent = onEvent;
        return {
          isImmediate: true,
          watch: (name) => {
            const outcome = watch(name);
            if (outcome === 'watching') this.watched.add(name);
            return outcome;
          },
          unwatch: (name) => {
            for (const each of this.watched) {
              if (name === '' || each === name || each.startsWith(`${name}/`)) this.watched.delete(each);
            }
          },
          dispose: () => this.watched.clear(),
        };
      },
      openGit: () => ({
        busyWith: async () => null,
        takeHeadMove: () => this.onHeadRead(),
        takeWrites: () => ({ index: false, rules: false }),
        dispose: () => {},
      }),
      onBatch: (batch) => this.batches.push(batch),
      onNotice: (notice) => this.notices.push(notice),
      maximumEvents: 100,
    });
  }

  static async start(files: Files, watch: (folder: string) => WatchOutcome = () => 'watching'): Promise<SessionRig> {
    const rig = new SessionRig(await GitRig.folder(files), watch);
    await rig.#session.start();
    return rig;
  }

  emit(...paths: string[]): void {
    for (const path of paths) this.#onEvent({ path, isEntry: false });
  }

  async pass(durationMs: number): Promise<ChangeBatch[]> {
    await this.#session.settle();
    this.clock.advance(durationMs);
    await this.#session.settle();
    return this.batches.splice(0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session.dispose();
    await this.folder[Symbol.asyncDispose]();
  }
}

describe('a session of watching', () => {
  it('watches all that is not ignored, and nothing else', async () => {
    await using rig = await SessionRig.start({ 'a/b/c.ts': 'x', 'node_modules/x/y.js': 'x', '.git/HEAD': 'x' });
    assert.deepEqual([...rig.watched].sort(), ['', 'a', 'a/b']);
  });

  it('tells everything when the system may have lost events', async () => {
    await using rig = await SessionRig.start({ 'a.ts': 'x' });
    for (let count = 0; count <= 100; count++) rig.emit('a.ts');
    assert.deepEqual(await rig.pass(1000), [{ paths: [], headMoved: false, everything: true }]);
    rig.emit('a.ts');
    assert.deepEqual(await rig.pass(1000), [{ paths: ['a.ts'], headMoved: false, everything: false }]);
  });

  it('tells everything when the system says no path', async () => {
    await using rig = await SessionRig.start({ 'a.ts': 'x' });
    rig.emit('');
    assert.deepEqual(await rig.pass(1000), [{ paths: [], headMoved: false, everything: true }]);
  });

  it('tells what a switch changed with it, although HEAD is seen before the events', async () => {
    await using rig = await SessionRig.start({ 'a.ts': 'x', 'b.ts': 'x' });
    rig.emit('b.ts');
    rig.onHeadRead = () => {
      rig.onHeadRead = () => false;
      setImmediate(() => rig.emit('a.ts'));
      return true;
    };
    assert.deepEqual(await rig.pass(1000), [{ paths: ['a.ts', 'b.ts'], headMoved: true, everything: false }]);
  });

  it('finds folders that came while events were lost', async () => {
    await using rig = await SessionRig.start({ 'a.ts': 'x' });
    await rig.folder.write({ 'new/b.ts': 'x' });
    rig.emit('');
    await rig.pass(1000);
    assert.deepEqual([...rig.watched].sort(), ['', 'new']);
  });

  it('says once that the system watches no more folders, and looks at those itself', async () => {
    await using rig = await SessionRig.start({ 'a.ts': 'x', 'far/b.ts': 'x', 'far/deep/c.ts': 'x' }, (folder) =>
      folder.startsWith('far') ? 'refused' : 'watching',
    );
    assert.deepEqual(
      rig.notices.map(({ id, severity }) => [id, severity]),
      [['watch-limit', 'warning']],
    );
    assert.match(rig.notices[0]?.message ?? '', /limit of watched folders was reached at far:/);
    await rig.folder.write({ 'far/b.ts': 'longer', 'far/deep/new.ts': 'x', 'far/other/d.ts': 'x' });
    await rig.folder.remove('far/deep/c.ts');
    const told: string[] = [];
    // The folders are looked at one by one, so a few rounds go by.
    for (let round = 0; round < 10; round++) told.push(...(await rig.pass(3000)).flatMap(({ paths }) => [...paths]));
    assert.deepEqual([...new Set(told)].sort(), ['far/b.ts', 'far/deep/c.ts', 'far/deep/new.ts', 'far/other/d.ts']);
    assert.equal(rig.notices.length, 1);
  });

  it('has no timer while nothing happens', async () => {
    await using rig = await SessionRig.start({ 'a.ts': 'x' });
    assert.equal(rig.clock.pending, 0);
  });

  it('tells nothing after its end', async () => {
    const rig = await SessionRig.start({ 'a.ts': 'x' });
    rig.emit('a.ts');
    await rig[Symbol.asyncDispose]();
    rig.emit('a.ts');
    rig.clock.advance(10_000);
    assert.deepEqual([rig.batches, rig.clock.pending], [[], 0]);
  });
});
