import assert from 'node:assert/strict';
import picomatch from 'picomatch';
import { createGlob } from '../../../agent/workspace/glob-match.ts';

const patterns = [
  'src/**',
  '**/*.ts',
  '*.ts',
  'src/*.ts',
  'src/**/*.test.ts',
  '**',
  '*',
  'a?c',
  'src/{a,b}.ts',
  'src/{a,b/**}',
  '[a-c]*',
  '[^a]*.ts',
  'release/*',
  '@(main|release/*)',
  'v+([0-9]).*',
  '!src/**',
  '*.!(js)',
  '?(x)main',
  'docs/',
  '.github/**',
  '**/test/**',
  'a.b',
  '*(ab)c',
];
const texts = [
  'src/a.ts',
  'src/b.ts',
  'src/deep/c.test.ts',
  'src/c.test.ts',
  'a.ts',
  '.hidden.ts',
  'abc',
  'ac',
  'main',
  'xmain',
  'release/1.2',
  'release/1/2',
  'v12.3',
  'v.3',
  'index.js',
  'index.ts',
  'docs/readme.md',
  '.github/workflows/ci.yml',
  'packages/a/test/b.ts',
  'test/x',
  'src',
  'a.b',
  'axb',
  'ababc',
  'c',
];

describe('a glob pattern', () => {
  for (const pattern of patterns)
    it(`fits what others take it to fit: ${pattern}`, () => {
      const fits = createGlob(pattern);
      const expected = texts.filter((text) => picomatch.isMatch(text, pattern, { dot: true }));
      assert.deepEqual(texts.filter(fits), expected);
    });

  it('takes no time worth speaking of, whatever it says', () => {
    const text = `${'a'.repeat(2000)}b`;
    for (const pattern of [
      '(a+)+$',
      '+(+(a))c',
      '*a'.repeat(200),
      '*(*(a)*(a))x',
      '{a,{a,{a,a}}}'.repeat(50),
      '**a'.repeat(100),
    ])
      assert.equal(createGlob(pattern)(text), false, pattern);
  });

  it('may be anything', () => {
    for (const pattern of ['', '[', '[]', '[z-a]', '(', ')', '{', '{a', '\\', '!', '!(', '***', '[\\]', '{,}'])
      assert.equal(typeof createGlob(pattern)('a/b'), 'boolean', pattern);
  });
});
