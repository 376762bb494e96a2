import assert from 'node:assert/strict';
import { readCompiledText } from '../../../../agent/tests/evidence/compiled-text.ts';
import { markLines } from '../../../../agent/tests/evidence/counted-lines.ts';
import {
  executedMark,
  mergeMarks,
  missedMark,
  rangesOf,
  type FileMarks,
} from '../../../../agent/tests/evidence/line-marks.ts';
import type { CountedFunction } from '../../../../agent/tests/evidence/window.ts';

const file = '/r/src/a.js';

describe('the lines that V8 counted', () => {
  it('are those of the file itself where nothing was put into it', () => {
    const source = 'function one() {\n  return 1;\n}\n// a comment\n\nfunction two() {\n  return 2;\n}\none();\n';
    const at = (text: string) => source.indexOf(text);
    const marks = markFile(source, null, [
      ['', 0, source.length, 1],
      ['one', 0, at('// a') - 1, 1],
      ['two', at('function two'), at('one();') - 1, 0],
    ]);
    assert.deepEqual(linesOf(marks), {
      executed: [
        [1, 3],
        [9, 9],
      ],
      missed: [[6, 8]],
    });
    assert.deepEqual(marks.functions, [
      { name: 'one', startLine: 1, endLine: 3, executed: true },
      { name: 'two', startLine: 6, endLine: 8, executed: false },
    ]);
  });

  it('count a line as run when a part of it ran', () => {
    const source = 'if (a) {\n  b();\n} else if (c) {\n  d();\n}\n';
    const block = source.indexOf('{');
    const other = source.lastIndexOf('{');
    const marks = markFile(source, null, [
      ['', 0, source.length, 1, block, source.indexOf('}') + 1, 0, other, source.length - 1, 0],
    ]);
    assert.deepEqual(linesOf(marks), {
      executed: [
        [1, 1],
        [3, 3],
      ],
      missed: [
        [2, 2],
        [4, 5],
      ],
    });
  });

  it('leave out what a runner puts before a module', () => {
    const source = 'exports.f = () => {\n  return 1;\n};\n';
    const head = '({"Object.<anonymous>":function(module,exports,require,__dirname,__filename,jest){';
    const marks = markFile(source, `${head}${source}\n}});`, [
      ['', 0, head.length + source.length + 5, 1],
      ['Object.<anonymous>', 23, head.length + source.length + 2, 1],
      ['Object.<anonymous>.exports.f', head.length + 12, head.length + source.indexOf('};') + 1, 0],
    ]);
    assert.deepEqual(linesOf(marks), {
      executed: [
        [1, 1],
        [3, 3],
      ],
      missed: [[2, 2]],
    });
    assert.deepEqual(marks.functions, [{ name: 'exports.f', startLine: 1, endLine: 3, executed: false }]);
  });

  it('are told in the source by an inline map', () => {
    // `interface A {}` on lines 1 to 3 is gone: generated line 1 is source line 4, line 2 is source line 5, line 3 is 6.
    const map = { version: 3, sources: ['a.ts'], names: [], mappings: 'AAGA;EACE;AACF' };
    const generated = 'function f() {\n  return 1;\n}\n';
    const compiled = `${generated}//# sourceMappingURL=data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString('base64')}\n`;
    const [marks] = marked(
      compiled,
      [
        ['', 0, compiled.length, 1],
        ['f', 0, generated.length - 1, 0],
      ],
      { '/r/src/a.ts': 'unused' },
    );
    assert.ok(marks);
    assert.equal(marks.file, '/r/src/a.ts');
    assert.deepEqual(linesOf(marks), { executed: [], missed: [[4, 6]] });
    assert.deepEqual(marks.functions, [{ name: 'f', startLine: 4, endLine: 6, executed: false }]);
  });

  it('cannot be told where a text differs from the file and no map says how', () => {
    assert.equal(readCompiledText({ file, compiled: 'changed();', read: () => 'original();' }), null);
  });

  it('add up to what any run ran', () => {
    const one: FileMarks = {
      file,
      marks: Uint8Array.from([2, 1, 0, 1]),
      functions: [{ name: 'f', startLine: 1, endLine: 2, executed: false }],
    };
    const other: FileMarks = {
      file,
      marks: Uint8Array.from([1, 2]),
      functions: [{ name: 'f', startLine: 1, endLine: 2, executed: true }],
    };
    const merged = mergeMarks(one, other);
    assert.deepEqual([...merged.marks], [2, 2, 0, 1]);
    assert.deepEqual(merged.functions, other.functions);
  });
});

function markFile(source: string, compiled: string | null, functions: readonly CountedFunction[]): FileMarks {
  const text = readCompiledText({ file, compiled, read: (name) => (name === file ? source : null) });
  assert.ok(text);
  const [marks] = markLines(text, functions);
  assert.ok(marks);
  return marks;
}

function marked(compiled: string, functions: readonly CountedFunction[], disk: Record<string, string>): FileMarks[] {
  const text = readCompiledText({ file, compiled, read: (name) => disk[name] ?? null });
  assert.ok(text);
  return markLines(text, functions);
}

function linesOf({ marks }: Pick<FileMarks, 'marks'>): { executed: unknown; missed: unknown } {
  return { executed: rangesOf(marks, executedMark), missed: rangesOf(marks, missedMark) };
}
