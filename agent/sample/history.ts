// The sample's commits, oldest first. Each names the files that it writes.
import * as core from './core-files.ts';
import * as pricing from './pricing-files.ts';
import * as web from './web-files.ts';
import * as workspace from './workspace-files.ts';

export interface SampleCommit {
  readonly message: string;
  /** ISO 8601. */
  readonly at: string;
  /** Paths from the repository's root. */
  readonly files: Readonly<Record<string, string>>;
}

export const history: readonly SampleCommit[] = [
  {
    message: 'Open the shop',
    at: '2025-03-03T09:12:00Z',
    files: { 'README.md': workspace.readme, '.gitignore': workspace.gitignore, 'package.json': workspace.packageJson },
  },
  {
    message: 'Count money in cents',
    at: '2025-03-03T10:40:00Z',
    files: {
      'tsconfig.base.json': workspace.tsconfigBase,
      'tools/typescript.mjs': workspace.typescriptLoader,
      'tools/typescript-hooks.mjs': workspace.typescriptHooks,
      'packages/core/package.json': workspace.packageManifest('core'),
      'packages/core/tsconfig.json': workspace.packageTsconfig(),
      'packages/core/.mocharc.json': workspace.mocharc,
      'packages/core/src/index.ts': "export * from './money.ts';\n",
      'packages/core/src/money.ts': core.money,
      'packages/core/test/money.test.ts': core.moneyTest,
    },
  },
  {
    message: 'Add the cart',
    at: '2025-03-04T08:55:00Z',
    files: {
      'packages/core/src/index.ts': "export * from './cart.ts';\nexport * from './money.ts';\n",
      'packages/core/src/cart.ts': core.cart,
      'packages/core/test/cart.test.ts': core.cartTest,
    },
  },
  {
    message: 'Keep the stock',
    at: '2025-03-05T14:20:00Z',
    files: {
      'packages/core/src/index.ts':
        "export * from './cart.ts';\nexport * from './money.ts';\nexport * from './stock.ts';\n",
      'packages/core/src/stock.ts': core.stock,
      'packages/core/test/stock.test.ts': core.stockTest,
    },
  },
  {
    message: 'Show price tags',
    at: '2025-03-06T11:05:00Z',
    files: {
      'packages/web/package.json': workspace.packageManifest('web', { '@corner-shop/core': '*' }),
      'packages/web/tsconfig.json': workspace.packageTsconfig(['../core']),
      'packages/web/.mocharc.json': workspace.mocharc,
      'packages/web/src/index.ts': "export * from './price-tag.ts';\n",
      'packages/web/src/price-tag.ts': web.priceTag,
      'packages/web/test/price-tag.test.ts': web.priceTagTest,
    },
  },
  {
    message: 'Show the checkout',
    at: '2025-03-07T09:30:00Z',
    files: {
      'packages/web/src/index.ts': "export * from './checkout.ts';\nexport * from './price-tag.ts';\n",
      'packages/web/src/checkout.ts': web.checkout,
      'packages/web/test/checkout.test.ts': web.checkoutTest,
    },
  },
  {
    message: 'Compute the tax in a price',
    at: '2025-03-10T13:15:00Z',
    files: {
      'python/pricing/__init__.py': '',
      'python/pricing/tax.py': pricing.tax,
      'python/tests/__init__.py': '',
      'python/tests/test_tax.py': pricing.taxTest,
    },
  },
  {
    message: 'Accept coupons',
    at: '2025-03-11T10:00:00Z',
    files: {
      'packages/core/src/index.ts':
        "export * from './cart.ts';\nexport * from './discount.ts';\nexport * from './money.ts';\nexport * from './stock.ts';\n",
      'packages/core/src/cart.ts': core.cartWithCoupons,
      'packages/core/src/discount.ts': core.discount,
      'packages/core/test/cart.test.ts': core.cartWithCouponsTest,
    },
  },
  {
    message: 'Show at the checkout what a coupon saves',
    at: '2025-03-11T15:45:00Z',
    files: {
      'packages/web/src/checkout.ts': web.checkoutWithDiscount,
      'packages/web/test/checkout.test.ts': web.checkoutWithDiscountTest,
    },
  },
  {
    message: 'Round to coins',
    at: '2025-03-12T09:10:00Z',
    files: { 'python/pricing/rounding.py': pricing.rounding, 'python/tests/test_rounding.py': pricing.roundingTest },
  },
  {
    message: 'Never sell more than there is',
    at: '2025-03-13T16:25:00Z',
    files: {
      'packages/core/src/stock.ts': core.carefulStock,
      'packages/core/test/stock.test.ts': core.carefulStockTest,
    },
  },
  {
    message: 'Escape names on price tags',
    at: '2025-03-14T08:50:00Z',
    files: {
      'packages/web/src/price-tag.ts': web.escapedPriceTag,
      'packages/web/test/price-tag.test.ts': web.escapedPriceTagTest,
    },
  },
];
