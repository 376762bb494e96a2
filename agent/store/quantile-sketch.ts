// A mergeable sketch of a distribution: DDSketch (Masson, Rim, Lee: "DDSketch: a fast and fully-mergeable quantile sketch
// with relative-error guarantees", VLDB 2019), with logarithmic bins for positive and negative values.

/** Every quantile that comes out differs from an exact one by at most this share of its size. */
export const relativeError = 0.01;

/** The most bins of one sign. What is smaller in size than they reach shares the last of them, and loses the guarantee. */
const maximumBins = 2048;
const gamma = (1 + relativeError) / (1 - relativeError);
const logGamma = Math.log(gamma);
/** Values nearer to zero than this count as zero. */
const smallest = 1e-12;
const version = 1;

type Bins = Map<number, number>;

interface Ordered {
  readonly negative: readonly [number, number][];
  readonly positive: readonly [number, number][];
  readonly count: number;
}

/** Counts of values in bins whose bounds grow by a constant factor. */
export class QuantileSketch {
  #zeros = 0;
  readonly #positive: Bins = new Map();
  readonly #negative: Bins = new Map();

  /** The bins from the smallest values to the largest, until something is added. */
  #ordered: Ordered | null = null;

  /** How many values were added. */
  get count(): number {
    return this.#order().count;
  }

  /** `value` has to be finite, `times` a whole number. */
  add(value: number, times = 1): void {
    this.#ordered = null;
    if (Math.abs(value) < smallest) this.#zeros += times;
    else increase(value > 0 ? this.#positive : this.#negative, binOf(Math.abs(value)), times);
  }

  /** Adds what another sketch holds. The result is that of having added all values to one. */
  merge(other: QuantileSketch): void {
    this.#ordered = null;
    this.#zeros += other.#zeros;
    for (const [bin, times] of other.#positive) increase(this.#positive, bin, times);
    for (const [bin, times] of other.#negative) increase(this.#negative, bin, times);
  }

  /** The value of the nearest rank, `⌈share × count⌉`; null of nothing. */
  quantile(share: number): number | null {
    const { count, negative, positive } = this.#order();
    if (count === 0) return null;
    let left = Math.max(0, Math.ceil(Math.min(share, 1) * count) - 1);
    for (const [bin, times] of negative) {
      if (left < times) return -valueOf(bin);
      left -= times;
    }
    if (left < this.#zeros) return 0;
    left -= this.#zeros;
    for (const [bin, times] of positive) {
      if (left < times) return valueOf(bin);
      left -= times;
    }
    return null;
  }

  /** About two bytes a bin. */
  encode(): Uint8Array {
    const bytes: number[] = [version];
    writeVarint(bytes, this.#zeros);
    for (const bins of [this.#positive, this.#negative]) {
      writeVarint(bytes, bins.size);
      let before = 0;
      for (const [bin, times] of inOrder(bins, 1)) {
        writeVarint(bytes, zigzag(bin - before));
        writeVarint(bytes, times);
        before = bin;
      }
    }
    return Uint8Array.from(bytes);
  }

  #order(): Ordered {
    this.#ordered ??= {
      negative: inOrder(this.#negative, -1),
      positive: inOrder(this.#positive, 1),
      count: this.#zeros + total(this.#positive) + total(this.#negative),
    };
    return this.#ordered;
  }

  /** What `encode` wrote; null of bytes that are not a sketch of this version. */
  static decode(bytes: Uint8Array): QuantileSketch | null {
    if (bytes[0] !== version) return null;
    const read = varintReader(bytes, 1);
    const sketch = new QuantileSketch();
    sketch.#zeros = read();
    for (const bins of [sketch.#positive, sketch.#negative]) {
      let bin = 0;
      for (let left = read(); left > 0; left -= 1) {
        bin += unzigzag(read());
        bins.set(bin, read());
      }
    }
    return sketch;
  }
}

function binOf(size: number): number {
  return Math.ceil(Math.log(size) / logGamma);
}

/** The value in a bin whose relative distance to both ends is the same. */
function valueOf(bin: number): number {
  return (2 * gamma ** bin) / (gamma + 1);
}

function increase(bins: Bins, bin: number, times: number): void {
  bins.set(bin, (bins.get(bin) ?? 0) + times);
  if (bins.size > maximumBins) collapse(bins);
}

/** The two bins of the smallest values become one: large quantiles matter more. */
function collapse(bins: Bins): void {
  const [least, next] = [...bins.keys()].toSorted((a, b) => a - b);
  if (least === undefined || next === undefined) return;
  bins.set(next, (bins.get(next) ?? 0) + (bins.get(least) ?? 0));
  bins.delete(least);
}

function inOrder(bins: Bins, direction: 1 | -1): [number, number][] {
  return [...bins].toSorted(([a], [b]) => direction * (a - b));
}

function total(bins: Bins): number {
  let sum = 0;
  for (const times of bins.values()) sum += times;
  return sum;
}

function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

function unzigzag(value: number): number {
  return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
}

function writeVarint(bytes: number[], value: number): void {
  let left = value;
  while (left >= 128) {
    bytes.push((left % 128) + 128);
    left = Math.floor(left / 128);
  }
  bytes.push(left);
}

function varintReader(bytes: Uint8Array, from: number): () => number {
  let position = from;
  return () => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[position++] ?? 0;
      value += (byte % 128) * factor;
      if (byte < 128) return value;
    }
  };
}
