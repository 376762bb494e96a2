import assert from 'node:assert/strict';
import { createDiffer } from '../../../agent/graph/difference/difference.ts';
import type { CodeDifference, Lines } from '../../../agent/graph/difference/difference.ts';

const differ = await createDiffer();

/** `3-4 f7-9`: lines 3 to 4, and the function in lines 7 to 9. */
function shown(difference: CodeDifference, side: 'base' | 'current' = 'base'): string {
  if (difference.kind !== 'bodies') return difference.kind;
  const range = ([start, end]: Lines) => (start === end ? String(start) : `${start}-${end}`);
  const { lines, functions } = difference[side];
  return [...lines.map(range), ...functions.map((each) => `f${range(each)}`)].join(' ');
}

function compare(path: string, base: string, current: string): CodeDifference {
  return differ({ path, base, current });
}

function script(base: string, current: string): string {
  return shown(compare('a.ts', base, current));
}

function python(base: string, current: string): string {
  return shown(compare('a.py', base, current));
}

describe('the difference of JavaScript', () => {
  it('is nothing for comments, formatting and quotes', () => {
    const base = "// one\nexport function f(a) { return a + 'x' }\n";
    assert.equal(script(base, '/* two */\nexport function f(a) {\n  return (a + "x");\n}\n'), 'nothing');
  });

  it('counts comments that tools obey', () => {
    assert.equal(script('/** @vitest-environment node */\nf();', '/** @vitest-environment jsdom */\nf();'), 'module');
  });

  it('is one of types for annotations, interfaces and type imports', () => {
    assert.equal(
      script('export const f = (a: number) => a;', 'export const f = (a: string): string => a as any;'),
      'types',
    );
    assert.equal(
      script(
        'interface A { a: 1 }\nexport const a = f();',
        "import type { B } from './b';\ninterface A { a: B }\nexport const a = f();",
      ),
      'types',
    );
    assert.equal(script('f(a as any);', 'f(a!);'), 'types');
  });

  it('counts types beside decorators, which may be there at run time', () => {
    assert.equal(script('@d\nclass A { constructor(a: B) {} }', '@d\nclass A { constructor(a: C) {} }'), 'module');
  });

  it('is the statement that differs inside of a function', () => {
    assert.equal(
      script(
        'function f(a) {\n  g();\n  if (a > 1)\n    return 1;\n  return 2;\n}',
        'function f(a) {\n  g();\n  if (a >= 1)\n    return 1;\n  return 2;\n}',
      ),
      '3',
    );
    assert.equal(script('const f = (a) =>\n  a\n    ? 1\n    : 2;', 'const f = (a) =>\n  a\n    ? 1\n    : 3;'), '4');
    assert.equal(script('class A {\n  m() {\n    return 1;\n  }\n}', 'class A {\n  m() {\n    return 2;\n  }\n}'), '3');
  });

  it('is where the next statement begins for a new one, and the old one for one that went', () => {
    const without = 'function f(a) {\n  g();\n  h();\n}';
    const withMore = 'function f(a) {\n  g();\n  a();\n  h();\n}';
    assert.equal(script(without, withMore), '3');
    assert.equal(script(withMore, without), '3');
    assert.equal(script('function f() {\n  g();\n}', 'function f() {\n  g();\n  h();\n}'), '1-3');
  });

  it('is the whole function for defaults, names that it declares and directives', () => {
    assert.equal(script('function f(a = 1) {\n  g();\n}', 'function f(a = 2) {\n  g();\n}'), 'f1-3');
    assert.equal(script('function f() {\n  g(x);\n}', 'function f() {\n  const x = 1;\n  g(x);\n}'), 'f1-3');
  });

  it('is the whole switch when its cases differ', () => {
    assert.equal(
      script(
        "function f(a) {\n  switch (a) {\n    case 1:\n      return 'a';\n  }\n}",
        "function f(a) {\n  switch (a) {\n    case 2:\n      return 'a';\n  }\n}",
      ),
      '2-5',
    );
  });

  it('is the module for what happens when it is loaded', () => {
    for (const [base, current] of [
      ['export const a = 1;', 'export const a = 2;'],
      ['function f(a) {}', 'function f(a, b) {}'],
      ['function f() {}', 'async function f() {}'],
      ['class A { m() {} }', 'class A { m() {} n() {} }'],
      ['class A extends B {}', 'class A extends C {}'],
      ['class A { x = 1 }', 'class A { x = 2 }'],
      ["import { a } from './a';\na();", "import { a } from './b';\na();"],
      ['f();', 'f();\nfunction g() {}'],
      ['enum E { A }', 'enum E { B }'],
      ['f(', 'f()'],
    ] as const)
      assert.equal(script(base, current), 'module', current);
  });

  it('tells the places of the new version too', () => {
    const difference = compare('a.js', 'function f(a) {\n  h();\n}', '\n\nfunction f(a) {\n  a();\n  h();\n}');
    assert.equal(shown(difference), '2');
    assert.equal(shown(difference, 'current'), '4');
  });

  it('names what is touched, and everything where a statement acts', () => {
    const touched = (base: string, current: string) => {
      const difference = compare('a.ts', base, current);
      assert.ok('touched' in difference);
      return difference.touched === 'everything' ? 'everything' : [...difference.touched].join();
    };
    assert.equal(
      touched(
        'export function f() { return 1 }\nexport const g = 1;',
        'export function f() { return 2 }\nexport const g = 1;',
      ),
      'f',
    );
    assert.equal(
      touched('export const { a, b: [c] } = { a: 1, b: [2] };', 'export const { a, b: [c] } = { a: 1, b: [3] };'),
      'a,c',
    );
    assert.equal(touched('on(() => 1);', 'on(() => 2);'), 'everything');
    assert.equal(touched('export const a = make(() => 1);', 'export const a = make(() => 2);'), 'everything');
  });
});

describe('the difference of Python', () => {
  it('is nothing for comments, formatting and line breaks', () => {
    assert.equal(
      python('# one\ndef f(a):\n    return g(a,1)\n', 'def f(a):\n\n    # two\n    return g(a, 1)  # three\n'),
      'nothing',
    );
  });

  it('is the statement that differs, all its lines', () => {
    assert.equal(
      python(
        'def f(a):\n    b = g(\n        a,\n        1)\n    return b\n',
        'def f(a):\n    b = g(\n        a,\n        2)\n    return b\n',
      ),
      '2-4',
    );
    assert.equal(
      python('def f(a):\n    if a > 1:\n        return 1\n', 'def f(a):\n    if a >= 1:\n        return 1\n'),
      '2',
    );
    assert.equal(
      python('class A:\n    def m(self):\n        return 1\n', 'class A:\n    def m(self):\n        return 2\n'),
      '3',
    );
  });

  it('is where the next statement begins for a new one', () => {
    assert.equal(python('def f(a):\n    g()\n    h()\n', 'def f(a):\n    g()\n    a()\n    h()\n'), '3');
  });

  it('is the whole function for names that it binds and for clauses', () => {
    assert.equal(python('def f(a):\n    g(x)\n', 'def f(a):\n    x = 1\n    g(x)\n'), 'f1-2');
    assert.equal(
      python(
        '@d\ndef f(a):\n    if a:\n        g()\n',
        '@d\ndef f(a):\n    if a:\n        g()\n    else:\n        h()\n',
      ),
      'f1-4',
    );
  });

  it('is the module for what happens at import, for signatures, documentation, generators and what is kept', () => {
    for (const [base, current] of [
      ['A = 1\n', 'A = 2\n'],
      ['def f(a):\n    pass\n', 'def f(a=1):\n    pass\n'],
      ['def f():\n    """One."""\n', 'def f():\n    """Two."""\n'],
      ['def f():\n    return 1\n', 'def f():\n    yield 1\n'],
      ['@cache\ndef f():\n    return 1\n', '@cache\ndef f():\n    return 2\n'],
      ['def f():\n    global x\n    x = 1\n', 'def f():\n    global x\n    x = 2\n'],
      ['class A:\n    x = 1\n', 'class A:\n    x = 2\n'],
      ['@a\ndef f():\n    pass\n', '@b\ndef f():\n    pass\n'],
      ['def f():\n    pass\n', 'def f():\n    pass\ndef g():\n    pass\n'],
      ['x = "a  b"\n', 'x = "a b"\n'],
    ] as const)
      assert.equal(python(base, current), 'module', current);
  });

  it('is the module where what differs goes into a cache', () => {
    const file = (value: number, decorator = '@functools.lru_cache(maxsize=None)') =>
      `def deep():\n    return ${value}\n\nclass A:\n    ${decorator}\n    def kept(self):\n        return self.middle()\n    def middle(self):\n        return deep()\n`;
    assert.equal(python(file(1), file(2)), 'module');
    assert.equal(python(file(1, '@property'), file(2, '@property')), '2');
    assert.equal(python(file(1, '@cached_property'), file(2, '@cached_property')), '2');
    const aside = (value: number) => `@cache\ndef kept():\n    return 1\n\ndef other():\n    return ${value}\n`;
    assert.equal(python(aside(1), aside(2)), '6');
  });

  it('is the module where what differs is worked out once and kept in a variable', () => {
    const around = (keep: string, value: number) =>
      `known = {}\n\ndef compute(key):\n    return ${value}\n\ndef make():\n    own = None\n    def get(key):\n${keep}        return own\n    return get\n`;
    const kept = [
      '        nonlocal own\n        if own is None:\n            own = compute(key)\n',
      '        if key not in known:\n            known[key] = compute(key)\n',
      '        known.setdefault(key, compute(key))\n',
      '        known.latest = compute(key)\n',
    ];
    for (const keep of kept) assert.equal(python(around(keep, 1), around(keep, 2)), 'module', keep);
    for (const keep of ['        own = compute(key)\n', '        own = {}\n        own[key] = compute(key)\n', ''])
      assert.equal(python(around(keep, 1), around(keep, 2)), '4', keep);
  });
});
