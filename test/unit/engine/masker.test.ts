import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createMasker, maskedForms } from '../../../agent/engine/masker.ts';

function masked(secret: string, pieces: readonly string[]): string {
  const masker = createMasker(maskedForms([secret]));
  return pieces.map((piece) => masker.push(piece)).join('') + masker.flush();
}

describe('a masker', () => {
  const secret = 'hunter2 & söhne';
  const base64 = (text: string) => Buffer.from(text).toString('base64');

  for (const [what, text] of [
    ['as it is', secret],
    ['in base64', base64(secret)],
    ['in base64 of addresses', Buffer.from(secret).toString('base64url')],
    ['URL-encoded', encodeURIComponent(secret)],
    ['URL-encoded in small letters', encodeURIComponent(secret).toLowerCase()],
    ['as a form', encodeURIComponent(secret).replaceAll('%20', '+')],
    ['in hexadecimal', Buffer.from(secret).toString('hex')],
    ['in JSON', JSON.stringify(secret)],
  ] as const) {
    it(`hides a secret ${what}`, () => {
      const shown = masked(secret, [`before ${text} after`]);
      assert.match(shown, /^before .{0,4}\*\*\*.{0,4} after$/);
    });
  }

  it('hides it inside of a longer text in base64, wherever it begins', () => {
    for (const before of ['', 'a', 'ab', 'user:']) {
      const shown = masked(secret, [base64(`${before}${secret}, and more`)]);
      assert.ok(shown.includes('***'), before);
      const decoded = shown.split('***').map((part) => Buffer.from(part, 'base64').toString());
      assert.ok(!decoded.join(' ').includes('unter2 & s'), before);
    }
  });

  it('hides each line of a secret of several lines', () => {
    assert.equal(masked('first line\nsecond line', ['x second line y']), 'x *** y');
  });

  it('shows everything else at once, and holds back only what may become a secret', () => {
    const masker = createMasker(maskedForms(['abcdef']));
    assert.equal(masker.push('hello\n'), 'hello\n');
    assert.equal(masker.push('xabc'), 'x');
    assert.equal(masker.push('xyz'), 'abcxyz');
    assert.equal(masker.push('abc'), '');
    assert.equal(masker.flush(), 'abc');
  });

  it('hides it however the output is cut into pieces, and loses nothing else', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.array(fc.nat(60), { maxLength: 6 }), (before, after, cuts) => {
        fc.pre(!before.includes(secret) && !after.includes(secret));
        const text = `${before}${secret}${after}`;
        const places = [0, ...cuts.map((cut) => Math.min(cut, text.length)).toSorted((a, b) => a - b), text.length];
        const pieces = places.slice(1).map((end, index) => text.slice(places[index], end));
        assert.equal(masked(secret, pieces), `${before}***${after}`);
      }),
    );
  });
});
