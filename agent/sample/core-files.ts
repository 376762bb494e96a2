// The sample's package `core`, file by file, in the states that its history goes through.

export const money = `/** An amount of money. */
export type Cents = number;

/** A part of an amount, rounded to a cent. */
export function percentOf(amount: Cents, percent: number): Cents {
  return Math.round((amount * percent) / 100);
}

/** The amount as customers read it. */
export function format(amount: Cents): string {
  return \`€ \${(amount / 100).toFixed(2)}\`;
}
`;

export const moneyTest = `import assert from 'node:assert/strict';
import { format, percentOf } from '../src/money.ts';

describe('money', () => {
  it('takes a percentage', () => {
    assert.equal(percentOf(1_000, 19), 190);
  });

  it('rounds to a cent', () => {
    assert.equal(percentOf(99, 50), 50);
  });

  it('has two decimals', () => {
    assert.equal(format(1_250), '€ 12.50');
  });
});
`;

export const cart = `import type { Cents } from './money.ts';

export interface Item {
  readonly name: string;
  readonly price: Cents;
  readonly quantity: number;
}

export interface Cart {
  readonly items: readonly Item[];
}

/** What the customer pays. */
export function total(cart: Cart): Cents {
  return cart.items.reduce((sum, item) => sum + item.price * item.quantity, 0);
}
`;

export const cartTest = `import assert from 'node:assert/strict';
import { total } from '../src/cart.ts';

const tea = { name: 'Tea', price: 400, quantity: 5 };
const teapot = { name: 'Teapot', price: 8_000, quantity: 1 };

describe('cart', () => {
  it('costs nothing while it is empty', () => {
    assert.equal(total({ items: [] }), 0);
  });

  it('adds up its items', () => {
    assert.equal(total({ items: [tea, teapot] }), 10_000);
  });
});
`;

export const cartWithCoupons = `import { discount, type Coupon } from './discount.ts';
import type { Cents } from './money.ts';

export interface Item {
  readonly name: string;
  readonly price: Cents;
  readonly quantity: number;
}

export interface Cart {
  readonly items: readonly Item[];
  readonly coupon?: Coupon;
}

/** The price of everything in the cart. */
export function subtotal(cart: Cart): Cents {
  return cart.items.reduce((sum, item) => sum + item.price * item.quantity, 0);
}

/** What the customer pays. */
export function total(cart: Cart): Cents {
  return subtotal(cart) - discount(subtotal(cart), cart.coupon);
}
`;

export const cartWithCouponsTest = `import assert from 'node:assert/strict';
import { total } from '../src/cart.ts';

const tea = { name: 'Tea', price: 400, quantity: 5 };
const teapot = { name: 'Teapot', price: 8_000, quantity: 1 };
const spring = { code: 'SPRING', percent: 10, leastTotal: 5_000 };

describe('cart', () => {
  it('costs nothing while it is empty', () => {
    assert.equal(total({ items: [] }), 0);
  });

  it('adds up its items', () => {
    assert.equal(total({ items: [tea, teapot] }), 10_000);
  });

  it('applies the discount', () => {
    assert.equal(total({ items: [tea, teapot], coupon: spring }), 9_000);
  });

  it('ignores a coupon below its least total', () => {
    assert.equal(total({ items: [tea], coupon: spring }), 2_000);
  });
});
`;

export const discount = `import { percentOf, type Cents } from './money.ts';

export interface Coupon {
  readonly code: string;
  readonly percent: number;
  /** The coupon counts from this total on. */
  readonly leastTotal: Cents;
}

/** What a coupon takes off a total. */
export function discount(total: Cents, coupon?: Coupon): Cents {
  if (coupon === undefined || total < coupon.leastTotal) return 0;
  return percentOf(total, coupon.percent);
}
`;

/** The change that the sample's user has just made: one zero too many. */
export const brokenDiscount = discount
  .replace("import { percentOf, type Cents } from './money.ts';", "import type { Cents } from './money.ts';")
  .replace('return percentOf(total, coupon.percent);', 'return Math.round(total * (coupon.percent / 1000));');

export const stock = `/** How many pieces of each article are there. */
export type Stock = ReadonlyMap<string, number>;

/** The stock after some pieces of an article were taken. */
export function take(stock: Stock, article: string, pieces: number): Stock {
  return new Map(stock).set(article, (stock.get(article) ?? 0) - pieces);
}
`;

export const stockTest = `import assert from 'node:assert/strict';
import { take } from '../src/stock.ts';

describe('stock', () => {
  it('gets smaller', () => {
    assert.deepEqual(take(new Map([['Tea', 5]]), 'Tea', 2), new Map([['Tea', 3]]));
  });
});
`;

export const carefulStock = stock
  .replace(
    '/** The stock after some pieces of an article were taken. */',
    '/** The stock after some pieces of an article were taken. Throws when there are not so many. */',
  )
  .replace(
    '  return new Map(stock).set(article, (stock.get(article) ?? 0) - pieces);',
    `  const left = (stock.get(article) ?? 0) - pieces;
  if (left < 0) throw new RangeError(\`\${-left} too few: \${article}\`);
  return new Map(stock).set(article, left);`,
  );

export const carefulStockTest = stockTest.replace(
  /\}\);\n$/,
  `
  it('never gives more than there is', () => {
    assert.throws(() => take(new Map([['Tea', 1]]), 'Tea', 2), RangeError);
  });
});
`,
);
