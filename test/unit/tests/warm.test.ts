import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from '../../../agent/tests/adapter.ts';
import { firstChanged, stampsOf, wasWrittenSince } from '../../../agent/tests/warm/file-stamps.ts';
import { RecalledAnswers } from '../../../agent/tests/warm/recalled-answers.ts';
import { parseStandbyLine } from '../../../agent/tests/warm/standby-messages.ts';
import { watchedFiles } from '../../../agent/tests/warm/watched-files.ts';
import { systemClock } from '../../../agent/platform/clock.ts';

describe('what keeps runners warm', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'noodle-warm-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Writes a file that is older than everything that happens in a test. */
  function write(name: string, text: string): string {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    utimesSync(file, 1000, 1000);
    return file;
  }

  it('sees a file that changed, appeared or went', () => {
    const [kept, edited, missing] = [write('kept', 'a'), write('edited', 'a'), path.join(folder, 'missing')];
    assert.equal(firstChanged(stampsOf([kept, edited, missing])), null);
    const before = stampsOf([kept, edited]);
    write('edited', 'ab');
    assert.equal(firstChanged(before), edited);
    const absent = stampsOf([kept, missing]);
    write('missing', '');
    assert.equal(firstChanged(absent), missing);
    const present = stampsOf([kept]);
    rmSync(kept);
    assert.equal(firstChanged(present), kept);
  });

  it('knows what was written since a time', () => {
    const file = write('a', '');
    assert.equal(wasWrittenSince([file, path.join(folder, 'missing')], 1_000_100), false);
    assert.equal(wasWrittenSince([file], 1_000_000), true);
    // The time of a file lags behind the wall clock.
    assert.equal(wasWrittenSince([file], 1_000_010), true);
  });

  it('keeps an answer until a file that it depends on changes, or another one is watched', async () => {
    const answers = new RecalledAnswers(systemClock);
    const [watched, read, other] = [write('watched', '1'), write('read', '1'), write('other', '1')];
    let asked = 0;
    const ask = async () => ({ value: ++asked, files: [read] });
    const recall = (files: readonly string[], key = 'key') => answers.recall(key, files, ask);
    assert.deepEqual([await recall([watched]), await recall([watched])], [1, 1]);
    write('read', '12');
    assert.equal(await recall([watched]), 2);
    write('watched', '12');
    assert.equal(await recall([watched]), 3);
    assert.equal(await recall([watched, other]), 4);
    assert.equal(await recall([watched], 'another key'), 5);
    assert.equal(await answers.recall('null', [watched], async () => null), null);
  });

  it('does not keep an answer to a file that was written while it was asked for', async () => {
    const answers = new RecalledAnswers(systemClock);
    const watched = write('watched', '1');
    let asked = 0;
    const ask = async () => {
      writeFileSync(watched, String(++asked));
      return { value: asked, files: [] };
    };
    assert.deepEqual(
      [await answers.recall('key', [watched], ask), await answers.recall('key', [watched], ask)],
      [1, 2],
    );
  });

  it('watches configuration and lock files up to the root', () => {
    for (const name of [
      'package.json',
      'package-lock.json',
      'readme.md',
      'packages/a/.mocharc.yml',
      'packages/a/src.js',
      'packages/b/package.json',
    ])
      write(name, '');
    const project: TestProject = {
      framework: 'mocha',
      folder: 'packages/a',
      files: [],
      configFiles: [],
      args: [],
      foundIn: '',
    };
    const found = watchedFiles(project, folder, [path.join(folder, 'more')])
      .map((file) => path.relative(folder, file))
      .filter((file) => !file.includes('node_modules'));
    assert.deepEqual(found.toSorted(), ['more', 'package-lock.json', 'package.json', 'packages/a/.mocharc.yml']);
  });

  it('tells its own messages from those of reporters', () => {
    assert.deepEqual(parseStandbyLine('{"event":"ready","files":["/a"]}'), { event: 'ready', files: ['/a'] });
    assert.deepEqual(parseStandbyLine('{"event": "served"}'), { event: 'served' });
    for (const line of [
      '{"event":"result","file":"/a"}',
      '{"event":"ready"}',
      '{"event":"ready","files":[1]}',
      '',
      '{"event":"ready"',
    ]) {
      assert.equal(parseStandbyLine(line), null, line);
    }
  });
});
