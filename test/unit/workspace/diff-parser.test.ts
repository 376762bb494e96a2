import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseDiff } from '../../../agent/workspace/diff-parser.ts';

const object = '0'.repeat(40);

function raw(modes: string, status: string, ...paths: string[]): string {
  return `:${modes} ${object} ${object} ${status}\0${paths.join('\0')}\0`;
}

const modified = '100644 100644';

describe('parseDiff', () => {
  it('reads nothing as no change', () => {
    assert.deepEqual(parseDiff(''), []);
  });

  it('reads kinds, and ranges of the new version', () => {
    const output = `${raw(modified, 'M', 'a.ts')}${raw('000000 100644', 'A', 'b.ts')}${raw('100644 000000', 'D', 'c.ts')}\0${[
      'diff --git a/a.ts b/a.ts',
      'index 1..2 100644',
      '--- a/a.ts',
      '+++ b/a.ts',
      '@@ -3 +3 @@ function f() {',
      '-old',
      '+new',
      '@@ -7,2 +7,0 @@',
      '-x',
      '-y',
      '@@ -20,0 +19,3 @@',
      '+1',
      '+2',
      '+3',
      '\\ No newline at end of file',
      'diff --git a/b.ts b/b.ts',
      'new file mode 100644',
      '--- /dev/null',
      '+++ b/b.ts',
      '@@ -0,0 +1,2 @@',
      '+1',
      '+2',
      'diff --git a/c.ts b/c.ts',
      'deleted file mode 100644',
      '',
    ].join('\n')}`;
    assert.deepEqual(parseDiff(output), [
      {
        path: 'a.ts',
        kind: 'modified',
        from: null,
        isSubmodule: false,
        lines: [
          [3, 3],
          [19, 21],
        ],
      },
      { path: 'b.ts', kind: 'added', from: null, isSubmodule: false, lines: [[1, 2]] },
      { path: 'c.ts', kind: 'deleted', from: null, isSubmodule: false, lines: [] },
    ]);
  });

  it('takes no line of a file for a header', () => {
    const lines = ['diff --git a/x b/x', '@@ -1 +1,99 @@', ':100644 100644', '--- a', '+++ b', '\0'];
    const patch = `@@ -0,0 +1,${lines.length} @@\n${lines.map((line) => `+${line}\n`).join('')}`;
    const output = `${raw(modified, 'M', 'a')}${raw(modified, 'M', 'b')}\0diff --git a/a b/a\n${patch}diff --git a/b b/b\n@@ -5 +5 @@\n-x\n+y\n`;
    assert.deepEqual(
      parseDiff(output).map((entry) => entry.lines),
      [[[1, lines.length]], [[5, 5]]],
    );
  });

  it('reads a rename with where it came from', () => {
    const output = `${raw(modified, 'R090', 'old name', 'new\nname')}\0diff --git a/old name "b/new\\nname"\nsimilarity index 90%\n@@ -2 +2 @@\n-x\n+y\n`;
    assert.deepEqual(parseDiff(output), [
      { path: 'new\nname', kind: 'renamed', from: 'old name', isSubmodule: false, lines: [[2, 2]] },
    ]);
  });

  it('knows the file of a patch by its quoted name', () => {
    const names = ['tab\t', 'quote"', 'back\\slash', 'bell\x07', 'escape\x1b', 'delete\x7f', 'ünïcode', 'two  spaces'];
    const quotedNames = [
      '"X/tab\\t"',
      '"X/quote\\""',
      '"X/back\\\\slash"',
      '"X/bell\\a"',
      '"X/escape\\033"',
      '"X/delete\\177"',
      'X/ünïcode',
      'X/two  spaces',
    ];
    const patches = quotedNames.map(
      (name, index) =>
        `diff --git ${name.replace('X', 'a')} ${name.replace('X', 'b')}\n@@ -1 +${index + 1} @@\n-x\n+y\n`,
    );
    const output = `${names.map((name) => raw(modified, 'M', name)).join('')}\0${patches.join('')}`;
    assert.deepEqual(
      parseDiff(output).map(({ path, lines }) => [path, lines]),
      names.map((name, index) => [name, [[index + 1, index + 1]]]),
    );
  });

  it('reads a copy as an addition', () => {
    assert.deepEqual(
      parseDiff(raw(modified, 'C100', 'a', 'b')).map(({ path, kind, from }) => [path, kind, from]),
      [['b', 'added', null]],
    );
  });

  it('reads a change of type, which is printed as two patches', () => {
    const output = `${raw('120000 100644', 'T', 'link')}${raw(modified, 'M', 'z')}\0${[
      'diff --git a/link b/link',
      'deleted file mode 120000',
      'diff --git a/link b/link',
      'new file mode 100644',
      '@@ -0,0 +1 @@',
      '+text',
      'diff --git a/z b/z',
      '@@ -9 +9 @@',
      '-x',
      '+y',
      '',
    ].join('\n')}`;
    assert.deepEqual(
      parseDiff(output).map(({ path, kind, lines }) => [path, kind, lines]),
      [
        ['link', 'modified', [[1, 1]]],
        ['z', 'modified', [[9, 9]]],
      ],
    );
  });

  it('gives binary files, symbolic links and submodules no lines', () => {
    const output = `${raw(modified, 'M', 'a.bin')}${raw('120000 120000', 'M', 'link')}${raw('160000 160000', 'M', 'sub')}\0${[
      'diff --git a/a.bin b/a.bin',
      'Binary files a/a.bin and b/a.bin differ',
      'diff --git a/link b/link',
      '@@ -1 +1 @@',
      '-x',
      '+y',
      'diff --git a/sub b/sub',
      '@@ -1 +1 @@',
      '-Subproject commit 1',
      '+Subproject commit 2',
      '',
    ].join('\n')}`;
    assert.deepEqual(
      parseDiff(output).map(({ path, lines, isSubmodule }) => [path, lines, isSubmodule]),
      [
        ['a.bin', [], false],
        ['link', [], false],
        ['sub', [], true],
      ],
    );
  });

  it('leaves out files of which only the time changed', () => {
    const output = `${raw(modified, 'M', 'touched')}${raw('100644 100755', 'M', 'mode')}${raw(modified, 'M', 'z')}\0${[
      'diff --git a/mode b/mode',
      'old mode 100644',
      'new mode 100755',
      'diff --git a/z b/z',
      '@@ -9 +9 @@',
      '-x',
      '+y',
      '',
    ].join('\n')}`;
    assert.deepEqual(
      parseDiff(output).map(({ path, lines }) => [path, lines]),
      [
        ['mode', []],
        ['z', [[9, 9]]],
      ],
    );
  });

  it('lists a path in conflict once', () => {
    const output = `${raw('000000 000000', 'U', 'a')}${raw(modified, 'M', 'a')}${raw('000000 100644', 'U', 'only')}${raw(modified, 'M', 'z')}\0* Unmerged path a\n${[
      'diff --git a/a b/a',
      '@@ -1 +1 @@',
      '-x',
      '+y',
      '* Unmerged path only',
      'diff --git a/z b/z',
      '@@ -2 +2 @@',
      '-x',
      '+y',
      '',
    ].join('\n')}`;
    assert.deepEqual(
      parseDiff(output).map(({ path, kind, lines }) => [path, kind, lines]),
      [
        ['a', 'modified', [[1, 1]]],
        ['only', 'modified', []],
        ['z', 'modified', [[2, 2]]],
      ],
    );
  });

  it('reads the files alone when there are no patches', () => {
    assert.deepEqual(
      parseDiff(`${raw(modified, 'M', 'a')}${raw('100644 000000', 'D', 'b')}`, false).map(({ path, kind, lines }) => [
        path,
        kind,
        lines,
      ]),
      [
        ['a', 'modified', []],
        ['b', 'deleted', []],
      ],
    );
  });

  it('throws for no input', () => {
    const fragment = fc.constantFrom(
      ':',
      '\0',
      '\n',
      '@@ ',
      '@@ -1 +1 @@',
      'diff --git ',
      'a',
      raw(modified, 'M', 'x'),
      raw(modified, 'R1', 'x', 'y'),
      ':100644',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(fragment), (parts) => void parseDiff(parts.join(''))),
      { numRuns: 500 },
    );
  });
});
