import assert from 'node:assert/strict';
import { RepoPath } from '../../../../agent/protocol/ids.ts';
import { placesOf } from '../../../../agent/tests/remote-runs/places.ts';

const files = [
  'packages/shop/test/cart.test.ts',
  'test/cart.test.ts',
  'packages/shop/test/order.test.ts',
  'tests/test_cart.py',
  'app/src/test/java/com/shop/CartTest.java',
  'a/util.test.js',
  'b/util.test.js',
].map((file) => RepoPath.parse(file));

describe('places of remote results', () => {
  const placeOf = placesOf(files);
  const cases: readonly (readonly [
    what: string,
    named: Partial<Parameters<typeof placeOf>[0]>,
    place: string | null,
  ])[] = [
    ['a path of the repository', { file: 'test/cart.test.ts' }, 'test/cart.test.ts'],
    [
      'an absolute path of another machine',
      { file: '/home/runner/work/shop/shop/test/cart.test.ts' },
      'test/cart.test.ts',
    ],
    [
      'a path of Windows',
      { file: String.raw`D:\a\shop\packages\shop\test\cart.test.ts` },
      'packages/shop/test/cart.test.ts',
    ],
    ['a path from a project folder', { file: 'test/order.test.ts' }, 'packages/shop/test/order.test.ts'],
    ['a class that is a path', { className: './test/cart.test.ts' }, 'test/cart.test.ts'],
    [
      'a suite that is a path',
      { className: 'total', suites: ['test/order.test.ts', 'total'] },
      'packages/shop/test/order.test.ts',
    ],
    ['a class in a Python module', { className: 'tests.test_cart.TestTotal' }, 'tests/test_cart.py'],
    ['a Python module below its root', { className: 'test_cart' }, 'tests/test_cart.py'],
    ['a nested class of Java', { className: 'com.shop.CartTest$Empty' }, 'app/src/test/java/com/shop/CartTest.java'],
    ['a name that two files have', { file: 'util.test.js' }, null],
    ['a file that is gone', { file: 'test/gone.test.ts' }, null],
    ['the name of a suite', { className: 'applies the discount', suites: ['test'] }, null],
  ];
  for (const [what, named, place] of cases) {
    it(`${place === null ? 'knows none for' : 'reads'} ${what}`, () => {
      assert.equal(placeOf({ file: null, className: '', suites: [], ...named }), place);
    });
  }
});
