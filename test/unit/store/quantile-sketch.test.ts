import assert from 'node:assert/strict';
import fc from 'fast-check';
import { QuantileSketch, relativeError } from '../../../agent/store/quantile-sketch.ts';

const shares = [0, 0.1, 0.5, 0.9, 0.99, 1];
const value = fc.double({ min: -1e9, max: 1e9, noNaN: true }).map((each) => (Math.abs(each) < 1e-9 ? 0 : each));

describe('a quantile sketch', () => {
  it('is never farther from the exact quantile than it says', () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 300 }), (values) => {
        const sketch = sketchOf(values);
        const sorted = values.toSorted((a, b) => a - b);
        for (const share of shares) {
          const exact = sorted[Math.max(0, Math.ceil(share * values.length) - 1)] ?? 0;
          const found = sketch.quantile(share) ?? Number.NaN;
          assert.ok(
            Math.abs(found - exact) <= Math.abs(exact) * relativeError + 1e-9,
            `${share} of ${String(sorted)}: ${found}, not ${exact}`,
          );
        }
      }),
    );
  });

  it('is the same whether values were added to one or to two that are merged, and after having been written', () => {
    fc.assert(
      fc.property(fc.array(value), fc.array(value), (first, second) => {
        const merged = sketchOf(first);
        merged.merge(sketchOf(second));
        const whole = sketchOf([...first, ...second]);
        const read = QuantileSketch.decode(merged.encode());
        for (const share of shares) {
          assert.equal(merged.quantile(share), whole.quantile(share));
          assert.equal(read?.quantile(share), whole.quantile(share));
        }
        assert.equal(read?.count, whole.count);
      }),
    );
  });

  it('has no quantile of nothing, and none of bytes that it did not write', () => {
    assert.equal(new QuantileSketch().quantile(0.5), null);
    assert.equal(QuantileSketch.decode(Uint8Array.of(9, 1, 1)), null);
  });

  it('stays small, whatever comes', () => {
    const sketch = new QuantileSketch();
    for (let exponent = -300; exponent <= 300; exponent += 0.05) sketch.add(10 ** exponent);
    assert.ok(sketch.encode().byteLength < 10_000);
    const largest = sketch.quantile(1) ?? 0;
    assert.ok(Math.abs(largest / 10 ** 300 - 1) < 0.15);
  });
});

function sketchOf(values: readonly number[]): QuantileSketch {
  const sketch = new QuantileSketch();
  values.forEach((each) => sketch.add(each));
  return sketch;
}
