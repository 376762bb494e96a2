import assert from 'node:assert/strict';
import { createPythonExtractor } from '../../../agent/graph/extractors/python.ts';

const extractor = createPythonExtractor();

function facts(text: string, kinds: readonly string[] = ['module', 'module-types', 'member']): string[] {
  const { imports } = extractor.extract('pkg/file.py', text);
  return imports.filter(({ kind }) => kinds.includes(kind)).map(({ kind, specifier }) => `${kind} ${specifier}`);
}

describe('facts of Python', () => {
  it('are modules and the members that may be modules', () => {
    assert.deepEqual(facts('import os, a.b as c\nfrom .x import y as z\nfrom .. import w\nfrom m import *'), [
      'module os',
      'module a.b',
      'module .x',
      'member .x.y',
      'module ..',
      'member ..w',
      'module m',
      'member m.*',
    ]);
  });

  it('follow parentheses and continued lines, in functions and after colons', () => {
    assert.deepEqual(
      facts(
        'def f():\n    from a import (  # why\n        b,\n        c,\n    )\ntry: import d\nexcept ImportError: import e\nfrom g \\\n    import h\n',
      ),
      ['module a', 'member a.b', 'member a.c', 'module d', 'module e', 'module g', 'member g.h'],
    );
  });

  it('leave out strings, docstrings and comments', () => {
    assert.deepEqual(
      facts('"""\nimport a\n"""\n# import b\nx = "import c"\ny = \'\'\'\nfrom d import e\n\'\'\'\n'),
      [],
    );
  });

  it('know the blocks that only a type checker sees', () => {
    assert.deepEqual(
      facts('if typing.TYPE_CHECKING:\n    from a import (\n        B,\n    )\n\n    import c\nimport d\n'),
      ['module-types a', 'module-types a.B', 'module-types c', 'module d'],
    );
  });

  it('hold modules named in strings', () => {
    const text =
      'import_module("a.b")\n__import__("c")\npytest_plugins = ["p.q", "r"]\nsubprocess.run([sys.executable, "-m", "tool"])\nimport_module(f".{name}", __name__)\n';
    assert.deepEqual(facts(text, ['module']), [
      'module a.b',
      'module c',
      'module p.q',
      'module r',
      'module tool',
      'module tool.__main__',
    ]);
    assert.ok(facts(text, ['member']).includes('member .**'));
  });

  it('hold paths', () => {
    const text =
      'open("tests/data/x.txt")\nHERE = Path(__file__).parent / "data"\nos.path.join(os.path.dirname(__file__), "a", "b.json")\n';
    assert.deepEqual(facts(text, ['mention', 'folder']).toSorted(), [
      'folder .',
      'mention a/b.json',
      'mention b.json',
      'mention data',
      'mention tests/data/x.txt',
    ]);
  });

  it('say whether tests are defined, and what a star import takes', () => {
    assert.equal(extractor.extract('a.py', 'def test_x(): pass').definesTests, true);
    assert.equal(extractor.extract('a.py', 'def x(): pass').definesTests, undefined);
    assert.deepEqual(extractor.extract('a.py', '__all__ = ["x", \'y\']').exported, ['x', 'y']);
  });

  it('survive what does not parse', () => {
    assert.deepEqual(facts('import a\nx = "unclosed\nimport b\ndef f(:\nimport c\n"""never closed\nimport d'), [
      'module a',
      'module b',
      'module c',
    ]);
  });
});

describe('symbols of Python', () => {
  it('are functions, classes and methods with their lines', async () => {
    const text =
      'def a(\n    x,\n):\n    def inner(): pass\n    return 1\n\nclass B:\n    async def m(self):\n        pass\n\n    x = 1\n\nd = 1\ndef c(): pass\n';
    assert.deepEqual(
      (await extractor.symbols('x.py', text)).map(
        ({ name, kind, startLine, endLine }) => `${kind} ${name} ${startLine}-${endLine}`,
      ),
      ['function a 1-5', 'class B 7-11', 'method B.m 8-9', 'function c 14-14'],
    );
  });
});
