import assert from 'node:assert/strict';
import { Attribution, type UsedFiles } from '../../../../agent/tests/evidence/attribution.ts';
import type { MarkedFile, MarkedWindow } from '../../../../agent/tests/evidence/read-window.ts';

let number = 0;

describe('what a test file used', () => {
  it('is what ran in its own windows', () => {
    const used = add([window('a', [file('src/x')]), window('b', [file('src/y')], { isLast: true })]);
    assert.deepEqual(coveredBy(used, 'a'), ['src/x']);
    assert.deepEqual(coveredBy(used, 'b'), ['src/y']);
  });

  it('has what an earlier test file loaded, where it imports it', () => {
    const used = add([
      window('a', [file('a'), file('src/x'), file('src/deep')], {
        edges: [
          ['a', 'src/x'],
          ['src/x', 'src/deep'],
        ],
      }),
      window('b', [file('b')], { edges: [['b', 'src/x']] }),
      window('c', [file('c')], { isLast: true }),
    ]);
    assert.deepEqual(coveredBy(used, 'b'), ['b', 'src/deep', 'src/x']);
    assert.deepEqual(coveredBy(used, 'c'), ['c']);
  });

  it('has its part of what ran while all test files were loaded together', () => {
    const used = add([
      window(null, [file('a'), file('src/x'), file('b'), file('src/y')], {
        isLoading: true,
        edges: [
          ['a', 'src/x'],
          ['b', 'src/y'],
        ],
      }),
      window('a', []),
      window('b', [], { isLast: true }),
    ]);
    assert.deepEqual(coveredBy(used, 'a'), ['a', 'src/x']);
    assert.deepEqual(coveredBy(used, 'b'), ['b', 'src/y']);
  });

  it('has all that was loaded, where imports are not known', () => {
    const used = add([
      window('a', [file('a'), file('src/x')], { knowsImports: false }),
      window('b', [file('b')], { knowsImports: false, isLast: true }),
    ]);
    assert.deepEqual(coveredBy(used, 'b'), ['a', 'b', 'src/x']);
  });

  it('has nothing of others where each has modules of its own, but for those of the runner', () => {
    const own = { sharesModules: false };
    const used = add([
      window('a', [file('src/x'), file('environment')], { ...own, native: ['environment'] }),
      window('b', [file('src/x')], { ...own, isLast: true }),
    ]);
    assert.deepEqual(coveredBy(used, 'b'), ['environment', 'src/x']);
  });

  it('has what belongs to no test file', () => {
    const used = add([window(null, [file('setup')], { reads: ['data'] }), window('a', [file('a')], { isLast: true })]);
    assert.deepEqual(coveredBy(used, 'a'), ['a', 'setup']);
    assert.deepEqual([...(used.get('a')?.reads ?? [])], ['data']);
  });

  it('is not what the tests wrote themselves, in whichever window', () => {
    const used = add([
      window('a', [file('a')], { reads: ['out', 'in'], folders: ['made', 'listed'] }),
      window('b', [file('b')], { written: ['out', 'made'], isLast: true }),
    ]);
    assert.deepEqual([...(used.get('a')?.reads ?? [])], ['in']);
    assert.deepEqual([...(used.get('a')?.folders ?? [])], ['listed']);
  });

  it('is not all when the process was cut off, or a child did not say what it used', () => {
    assert.equal(add([window('a', [file('a')])]).get('a')?.isComplete, false);
    assert.equal(add([window('a', [file('a')], { isLast: true, isComplete: false })]).get('a')?.isComplete, false);
    const parent = window('a', [file('a')], { isLast: true, children: ['p:0'] });
    assert.equal(add([parent]).get('a')?.isComplete, false);
    const child = { ...window('a', [file('src/child')], { isLast: true, child: 'p:0' }), process: 'q' };
    const used = add([parent, child]);
    assert.equal(used.get('a')?.isComplete, true);
    assert.deepEqual(coveredBy(used, 'a'), ['a', 'src/child']);
  });

  it('is not all where a program was started that serves all test files', () => {
    const setUp = window(null, [file('src/setup')], { children: ['p:0'] });
    const child = { ...window(null, [file('src/server')], { isLast: true, child: 'p:0' }), process: 'q' };
    const used = add([setUp, window('a', [file('a')], { isLast: true }), child]);
    assert.equal(used.get('a')?.isComplete, false);
  });
});

function add(windows: readonly MarkedWindow[]): Map<string, UsedFiles> {
  const attribution = new Attribution();
  for (const each of windows) attribution.add(each);
  return attribution.finish();
}

function coveredBy(used: ReadonlyMap<string, UsedFiles>, test: string): string[] {
  return [...(used.get(test)?.covered.keys() ?? [])].toSorted();
}

function file(name: string): MarkedFile {
  return { file: name, marks: Uint8Array.from([2]), functions: [], isNew: true };
}

function window(test: string | null, files: readonly MarkedFile[], more: Partial<MarkedWindow> = {}): MarkedWindow {
  return {
    process: 'p',
    number: number++,
    test,
    sharesModules: true,
    knowsImports: true,
    isLast: false,
    isLoading: false,
    isComplete: true,
    edges: [],
    native: [],
    reads: [],
    folders: [],
    written: [],
    children: [],
    files,
    ...more,
  };
}
