// The sample's package `web`, file by file, in the states that its history goes through.

export const priceTag = `import { format, type Cents } from '@corner-shop/core';

/** An article with its price, as HTML. */
export function priceTag(name: string, price: Cents): string {
  return \`<span class="price-tag">\${name} <b>\${format(price)}</b></span>\`;
}
`;

export const priceTagTest = `import assert from 'node:assert/strict';
import { priceTag } from '../src/price-tag.ts';

describe('price tag', () => {
  it('shows name and price', () => {
    assert.equal(priceTag('Tea', 400), '<span class="price-tag">Tea <b>€ 4.00</b></span>');
  });
});
`;

export const escapedPriceTag = `import { format, type Cents } from '@corner-shop/core';

/** An article with its price, as HTML. */
export function priceTag(name: string, price: Cents): string {
  return \`<span class="price-tag">\${escape(name)} <b>\${format(price)}</b></span>\`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
`;

export const escapedPriceTagTest = priceTagTest.replace(
  /\}\);\n$/,
  `
  it('escapes the name', () => {
    assert.equal(priceTag('Salt & Co', 100), '<span class="price-tag">Salt &amp; Co <b>€ 1.00</b></span>');
  });
});
`,
);

export const checkout = `import { format, total, type Cart } from '@corner-shop/core';

/** The lines of the checkout page. */
export function checkout(cart: Cart): string[] {
  const items = cart.items.map((item) => \`\${item.quantity} × \${item.name}\`);
  return [...items, \`Total \${format(total(cart))}\`];
}
`;

export const checkoutTest = `import assert from 'node:assert/strict';
import { checkout } from '../src/checkout.ts';

const teapot = { name: 'Teapot', price: 8_000, quantity: 1 };

describe('checkout', () => {
  it('lists the items and the total', () => {
    assert.deepEqual(checkout({ items: [teapot] }), ['1 × Teapot', 'Total € 80.00']);
  });
});
`;

export const checkoutWithDiscount = `import { format, subtotal, total, type Cart } from '@corner-shop/core';

/** The lines of the checkout page. */
export function checkout(cart: Cart): string[] {
  const items = cart.items.map((item) => \`\${item.quantity} × \${item.name}\`);
  const saved = subtotal(cart) - total(cart);
  const discount = saved > 0 ? [\`\${cart.coupon?.code} − \${format(saved)}\`] : [];
  return [...items, ...discount, \`Total \${format(total(cart))}\`];
}
`;

export const checkoutWithDiscountTest = checkoutTest.replace(
  /\}\);\n$/,
  `
  it('shows what a coupon saves', () => {
    const coupon = { code: 'SPRING', percent: 10, leastTotal: 5_000 };
    const lines = checkout({ items: [teapot], coupon });
    assert.deepEqual(lines, ['1 × Teapot', 'SPRING − € 8.00', 'Total € 72.00']);
  });

  it('does not mention a coupon that does not count', () => {
    const coupon = { code: 'BIG', percent: 10, leastTotal: 50_000 };
    assert.deepEqual(checkout({ items: [teapot], coupon }), ['1 × Teapot', 'Total € 80.00']);
  });
});
`,
);
