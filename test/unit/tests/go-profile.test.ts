import assert from 'node:assert/strict';
import { readProfile } from '../../../agent/tests/go/profile.ts';

const source = `package cart

// Add adds.
func Add(a, b int) int {
	if a > 100 {
		// Too much.

		panic("too much")
	} else {
		a++
	}
	return a + b
}

func (c *Cart[T]) Total() int { return 0 }
`;

describe('cover profiles of Go', () => {
  it('tell which lines with code ran, and which functions', () => {
    assert.deepEqual(
      read(
        [
          'mode: set',
          'example.org/shop/cart/cart.go:4.24,5.13 1 1',
          'example.org/shop/cart/cart.go:5.13,9.3 1 0',
          'example.org/shop/cart/cart.go:9.8,11.3 1 1',
          'example.org/shop/cart/cart.go:12.2,12.14 1 1',
          'example.org/shop/cart/cart.go:15.31,15.43 1 0',
        ].join('\n'),
      ),
      [
        {
          path: 'cart/cart.go',
          executed: [4, 5, 10, 12].map((line) => [line, line]),
          missed: [8, 15].map((line) => [line, line]),
          functions: [
            { name: 'Add', startLine: 4, endLine: 13, executed: true },
            { name: 'Cart.Total', startLine: 15, endLine: 15, executed: false },
          ],
        },
      ],
    );
  });

  it('count a block that stands there twice as run when it ran once', () => {
    const [file] = read('example.org/shop/cart/cart.go:12.2,12.14 1 0\nexample.org/shop/cart/cart.go:12.2,12.14 1 3\n');
    assert.deepEqual(file?.executed, [[12, 12]]);
    assert.deepEqual(file?.missed, []);
  });

  it('leave out files of other modules, and files that are gone', () => {
    assert.deepEqual(read('example.org/other/a.go:1.1,2.2 1 1\nexample.org/shop/gone.go:1.1,2.2 1 1\nnonsense\n'), []);
  });
});

function read(text: string) {
  return readProfile(text, {
    module: 'example.org/shop',
    root: '/repository',
    folder: '/repository',
    read: (file) => (file === 'cart/cart.go' ? source : null),
  });
}
